/** Pictures are read no larger than a job needs them, and jobs of every platform agree on how large that is. */
import { expect, test } from "vitest";
import { blank, type Size } from "../../image/image.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { openedJob, type SourceReader } from "../job.ts";
import { type PictureNeeds, readPictures } from "./read.ts";

const sources = { content: "photo", style: ["a", "b"], start: "start", mask: "mask", styleMask: ["a mask", "b mask"] };

/** The needs of each picture; all have this size. */
async function needs(given: SettingsInput, size: Size = { width: 3000, height: 2000 }, from: object = sources) {
  const read: [string, number | undefined, boolean][] = [];
  const settings = parseSettings(given);
  await readPictures(from as typeof sources, settings, async (name, { longSide, colors }) => {
    read.push([name, longSide, colors]);
    return size;
  });
  return read;
}

test("the photo at the result's size; a painting and its mask at its largest; masks at 1024 pixels or more", async () => {
  const side = { size: 1200, styleScale: [0.5, 1.5], strokes: [1, 0.25] };
  expect(await needs(side)).toEqual([
    ["photo", 1200, false],
    ["a", 600, false],
    ["b", 1800, false],
    ["start", 1200, false],
    ["mask", 1200, true],
    ["a mask", 1024, true],
    ["b mask", 1800, true],
  ]);
  const [, a, b] = await needs({ ...side, init: "style" });
  expect([a, b]).toEqual([
    ["a", 1200, false],
    ["b", 1800, false],
  ]);
});

test("with the photo's own size, it is read whole and gives the others theirs", async () => {
  const read = await needs({ size: "content", styleScale: 0.5 });
  expect(read.map(([, side]) => side)).toEqual([undefined, 1500, 1500, 3000, 3000, 1500, 1500]);
});

test("a texture's paintings are read for its longer side, without a photo or masks", async () => {
  expect(await needs({ size: "512x256" }, undefined, { style: ["a"] })).toEqual([["a", 512, false]]);
});

test("settings for another number of paintings are refused before anything is read", async () => {
  await expect(needs({ styleScale: [1, 2, 3] })).rejects.toThrow(
    "styleScale: expected one number, or one for each of 2",
  );
});

test("a program's job reads its files by the same needs, and leaves images as they are", async () => {
  const read: Record<string, PictureNeeds> = {};
  const reader: SourceReader<string> = {
    isSource: (value): value is string => typeof value === "string",
    async read(name, options) {
      read[name] = options;
      return { image: blank({ width: 8, height: 6 }) };
    },
    checkpoint: () => Promise.reject(new Error("no checkpoint")),
    weights: () => Promise.reject(new Error("no weights")),
  };
  const photo = blank({ width: 1600, height: 900 });
  const { content: _, ...others } = sources;
  const settings: SettingsInput = { size: "content", styleScale: [0.5, 2] };
  const job = await openedJob({ ...others, content: photo, settings }, reader);
  expect(job.content).toBe(photo);
  expect(job.style).toHaveLength(2);
  expect(Object.entries(read).map(([name, { longSide, colors }]) => [name, longSide, colors])).toEqual([
    ["a", 800, false],
    ["b", 3200, false],
    ["start", 1600, false],
    ["mask", 1600, true],
    ["a mask", 1024, true],
    ["b mask", 3200, true],
  ]);
});
