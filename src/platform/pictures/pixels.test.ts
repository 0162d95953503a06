/** Conversion between integer pixels and float planes, with reduction. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sRgbRamp, worst } from "../../../test/pictures/fixtures.ts";
import { clampImage } from "../../image/image.ts";
import { resize } from "../../image/resize.ts";
import { toDrawing, toPixels } from "./pixels.ts";

describe("pixels", () => {
  test("survive a round trip, with either depth, with or without alpha", () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(side, side, fc.constantFrom(8, 16), fc.constantFrom(3, 4), fc.infiniteStream(fc.nat()), (...all) => {
        const [width, height, depth, channels, numbers] = all;
        const white = depth === 16 ? 65_535 : 255;
        const values = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
        for (let i = 0; i < values.length; i++) {
          // Alpha is never 0, so that no colour is replaced.
          values[i] = Math.max(i % channels === 3 ? 1 : 0, numbers.next().value % (white + 1));
        }
        values[3] = channels === 4 ? 1 : values[3]!;
        const pixels = { width, height, channels, white, values };
        expect(toPixels(toDrawing(pixels), depth)).toEqual(pixels);
      }),
    );
  });

  test("reduced during conversion equal those reduced afterwards", () => {
    const image = sRgbRamp(40, 30);
    const { image: found } = toDrawing(toPixels({ image }, 16), { width: 13, height: 10 });
    const expected = clampImage(resize(image, { width: 13, height: 10 }));
    expect(found).toMatchObject({ width: 13, height: 10 });
    expect(worst(found.data, expected.data)).toBeLessThan(1e-5);
    expect(toDrawing(toPixels({ image }, 16)).image).toMatchObject({ width: 40, height: 30 });
  });

  test("that are transparent do not bleed into others", () => {
    const image = sRgbRamp(32, 32);
    image.data.fill(0.5);
    const alpha = Float32Array.from({ length: 1024 }, (_, i) => (i % 32 < 11 ? 0 : 1));
    for (let i = 0; i < 3072; i++) if (i % 32 < 11) image.data[i] = 1;
    const { image: found, alpha: opacity } = toDrawing(toPixels({ image, alpha }, 16), { width: 8, height: 8 });
    expect(worst(found.data, new Float32Array(192).fill(0.5))).toBeLessThan(1e-4);
    expect(Math.min(...opacity!)).toBe(0);
    expect(Math.max(...opacity!)).toBe(1);
  });

  test("of grey are equal in all channels, with and without alpha", () => {
    const grey = toDrawing({ width: 2, height: 1, channels: 1, white: 255, values: Uint8Array.of(51, 102) });
    expect([...grey.image.data].map((v) => Math.round(v * 255))).toEqual([51, 102, 51, 102, 51, 102]);
    const both = toDrawing({ width: 2, height: 1, channels: 2, white: 255, values: Uint8Array.of(51, 255, 102, 51) });
    expect([...both.alpha!].map((v) => Math.round(v * 255))).toEqual([255, 51]);
    expect([...both.image.data].map((v) => Math.round(v * 255))).toEqual([51, 102, 51, 102, 51, 102]);
  });
});
