/** Centimetres and pixels at 300 dpi; pictures of any shape on paper. */
import { expect, test } from "vitest";
import { centimetresOf, longOn, papers, pixelsOf } from "./print.ts";

test("there and back", () => {
  expect(pixelsOf(29.7)).toBe(3508);
  for (const centimetres of [4.3, 15, 21, 42]) expect(centimetresOf(pixelsOf(centimetres))).toBe(centimetres);
});

test("a picture on A4 meets one of its sides", () => {
  const [a4] = papers.filter(({ name }) => name === "A4");
  expect(longOn(a4!, { width: 1000, height: 1000 })).toBe(21);
  expect(longOn(a4!, { width: 1500, height: 1000 })).toBe(29.7);
  expect(longOn(a4!, { width: 1000, height: 1200 })).toBe(25.2);
});
