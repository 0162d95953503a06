/** Transparent pixels are filled from their surroundings; visible ones are unchanged. */

import { describe, expect, test } from "vitest";
import { sRgbRamp } from "../../test/pictures/fixtures.ts";
import { fillTransparent, flatten } from "./alpha.ts";
import { blank } from "./image.ts";

describe("fillTransparent", () => {
  test("never changes visible pixels", () => {
    const size = { width: 21, height: 13 };
    const image = sRgbRamp(size.width, size.height);
    const plane = size.width * size.height;
    const alpha = Float32Array.from({ length: plane }, (_, i) => (i % 7 < 3 ? 0 : (i % 7) / 7));
    const garbage = { ...image, data: image.data.map((v, i) => (alpha[i % plane] === 0 ? 1e6 * Math.sin(i) : v)) };
    const filled = fillTransparent(garbage, alpha);
    expect(filled).toEqual(fillTransparent(image, alpha));
    image.data.forEach((value, i) => {
      if (alpha[i % plane]! > 0) expect(filled.data[i]).toBe(value);
      else expect(filled.data[i]! >= 0 && filled.data[i]! <= 1).toBe(true);
    });
  });

  test("spreads a single visible colour everywhere", () => {
    const image = blank({ width: 19, height: 40 }, [0, 0, 0]);
    const alpha = new Float32Array(760);
    alpha[300] = 0.01;
    [0.25, 0.5, 0.75].forEach((value, c) => {
      image.data[c * 760 + 300] = value;
    });
    const { data } = fillTransparent(image, alpha);
    for (let i = 0; i < 760; i++) {
      [0.25, 0.5, 0.75].forEach((value, c) => {
        expect(data[c * 760 + i]).toBeCloseTo(value, 5);
      });
    }
  });

  test("returns a fully opaque or fully transparent image unchanged", () => {
    const image = sRgbRamp(4, 4);
    expect(fillTransparent(image, new Float32Array(16))).toBe(image);
    expect(fillTransparent(image, new Float32Array(16).fill(0.5))).toBe(image);
  });
});

test("flatten composites over the background", () => {
  const image = blank({ width: 3, height: 1 }, [1, 0, 0.5]);
  const { data } = flatten(image, Float32Array.of(0, 0.5, 1), [0, 1, 0.5]);
  expect([...data]).toEqual([0, 0.5, 1, 1, 0.5, 0, 0.5, 0.5, 0.5]);
  expect(flatten(image, new Float32Array(3)).data.every((value) => value === 1)).toBe(true);
});
