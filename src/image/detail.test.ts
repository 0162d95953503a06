/** Skies are flat, faces are not, at any size. */
import { expect, test } from "vitest";
import { detailOf } from "./detail.ts";
import { blank, type Image } from "./image.ts";

/** A sky over a chequered ground: the upper half flat with a gentle slope, the lower half squares of 4% of the width. */
function scene(width: number, height: number): Image {
  const image = blank({ width, height });
  const square = Math.round(width / 25);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDark = (Math.floor(x / square) + Math.floor(y / square)) % 2 === 0;
      const value = y < height / 2 ? 0.6 + (0.2 * y) / height : isDark ? 0.3 : 0.6;
      for (let channel = 0; channel < 3; channel++) image.data[(channel * height + y) * width + x] = value;
    }
  }
  return image;
}

test.each([64, 128, 512])("at %i pixels a sky has none, a pattern has all", (width) => {
  const height = Math.round(width * 0.75);
  const detail = detailOf(scene(width, height));
  expect(detail).toHaveLength(width * height);
  const row = (share: number) =>
    detail.subarray(Math.round(share * height) * width, (Math.round(share * height) + 1) * width);
  expect(Math.max(...row(0.1))).toBeLessThan(0.01);
  expect(Math.min(...row(0.9))).toBeGreaterThan(0.99);
});

test("a picture of one pixel, and one colour, are flat", () => {
  expect([...detailOf(blank({ width: 1, height: 1 }))]).toEqual([0]);
  expect(Math.max(...detailOf(blank({ width: 40, height: 20 }, [0.2, 0.4, 0.9])))).toBe(0);
});
