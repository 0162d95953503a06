/** Sizes, edges and clamping. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sRgbRamp } from "../../test/pictures/fixtures.ts";
import {
  blank,
  clamp,
  clampImage,
  crop,
  cropClamped,
  cropInPlace,
  padEdges,
  padMirrored,
  withLongSide,
} from "./image.ts";

describe("withLongSide", () => {
  test.each([
    [[4000, 3000], 512, [512, 384]],
    [[3000, 4000], 512, [384, 512]],
    [[10, 10], 7, [7, 7]],
    [[10_000, 3], 100, [100, 1]],
  ])("%o to %i", ([width, height], side, expected) => {
    const size = withLongSide({ width: width!, height: height! }, side);
    expect([size.width, size.height]).toEqual(expected);
  });
});

test.each([
  [8, 7],
  [7, 7],
  [3, 2],
  [8, 1],
])("cropInPlace to %i x %i gives what cropClamped does", (width, height) => {
  const image = { width: 8, height: 7, data: Float32Array.from({ length: 168 }, (_, i) => Math.sin(7 * i)) };
  const expected = cropClamped(image, { width, height });
  expect(cropInPlace(image, { width, height })).toEqual(expected);
});

test("crop undoes padEdges", () => {
  const side = fc.integer({ min: 1, max: 20 });
  fc.assert(
    fc.property(side, side, side, side, (width, height, right, below) => {
      const image = sRgbRamp(width, height);
      const padded = padEdges(image, { width: width + right, height: height + below });
      expect(crop(padded, image)).toEqual(image);
      const last = padded.data.length - 1;
      expect(padded.data[last]).toBe(image.data.at(-1));
    }),
  );
});

test("mirrored edges reflect as often as there is room", () => {
  const row = { width: 3, height: 1, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) };
  const padded = padMirrored(row, { width: 13, height: 3 });
  const expected = [2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2];
  for (let y = 0; y < 3; y++) expect([...padded.data.slice(y * 13, (y + 1) * 13)]).toEqual(expected);
  expect(crop(padded, row)).toEqual(row);
});

test("clamp replaces NaN by the lower bound", () => {
  const values = Float32Array.of(-1, 0, 0.5, 1, 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  expect([...clamp(values)]).toEqual([0, 0, 0.5, 1, 1, 0, 1, 0]);
  expect([...clamp(values, 0, Number.POSITIVE_INFINITY)]).toEqual([0, 0, 0.5, 1, 2, 0, Number.POSITIVE_INFINITY, 0]);
  const image = blank({ width: 1, height: 1 }, [2, -1, 0.5]);
  expect([...clampImage(image).data]).toEqual([1, 0, 0.5]);
  expect([...image.data]).toEqual([2, -1, 0.5]);
});
