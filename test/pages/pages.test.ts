/** Pages as text: what is put into one is read back from it, and no text can become markup. */

import { expect, test } from "vitest";
import { type Report, readReport, reportPage } from "#pages";

const picture = (name: string) => ({ src: `data:image/webp;base64,${btoa(name)}`, width: 4, height: 3 });
const evil = `</script><!--<img src="picture:0">'"&\u2028$&`;
const photo = { role: "photo", name: evil, picture: picture("photo") };

const report: Report = {
  title: evil,
  about: evil,
  warning: "Stopped.",
  inputs: [photo, { role: "painting", name: "p", picture: picture("painting") }],
  before: photo,
  result: picture("result"),
  snapshots: [{ step: 2, picture: picture("snapshot") }],
  facts: [["file", evil]],
  curves: { steps: [1, 2], terms: { "style conv1_1": [1, 0.5] }, every: 1 },
  bands: [{ from: 0, to: 2, label: "4 × 3" }],
  command: evil,
  settings: [["size", evil]],
  made: evil,
  key: "digest",
};

test("a page is read back as it was", () => {
  expect(readReport(reportPage(report))).toEqual(report);
  expect(readReport("<p>another page</p>")).toBeUndefined();
});

test("every picture is in it once, and text is text", () => {
  const page = reportPage(report);
  for (const name of ["photo", "painting", "result", "snapshot"]) expect(page.split(picture(name).src)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page.match(/<img /g)).toHaveLength(6);
  expect(page).not.toContain("<!--");
});
