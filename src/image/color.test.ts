/** Colour maps reproduce the style's mean and covariance and change colours no more than needed. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sRgbRamp, worst } from "../../test/pictures/fixtures.ts";
import { colorCloud, colorMap, colorMaps, greyed, keepChroma, lumaMap, mapColors } from "./color.ts";
import { blank, type Image } from "./image.ts";
import { cholesky, eigen, inverseLower, multiply } from "./matrix3.ts";
import { random } from "./noise.ts";
import { matchColors } from "./palette.ts";

/** Pixels of a correlated Gaussian distribution. */
function cloudImage(seed: number, mean: number[], mix: number[]): Image {
  const { normal } = random(seed);
  const image = blank({ width: 64, height: 64 });
  for (let i = 0; i < 4096; i++) {
    const z = [normal(), normal(), normal()];
    for (let c = 0; c < 3; c++) {
      image.data[c * 4096 + i] = mean[c]! + mix[3 * c]! * z[0]! + mix[3 * c + 1]! * z[1]! + mix[3 * c + 2]! * z[2]!;
    }
  }
  return image;
}

const content = cloudImage(1, [0.3, 0.4, 0.6], [0.2, 0, 0, 0.15, 0.08, 0, 0.1, 0.02, 0.05]);
const style = cloudImage(2, [0.7, 0.5, 0.2], [0.1, 0.1, 0, -0.05, 0.2, 0, 0.02, 0.03, 0.1]);

const near = (a: readonly number[], b: readonly number[], within: number) => expect(worst(a, b)).toBeLessThan(within);

describe("colour matching", () => {
  const names = Object.keys(colorMaps) as (keyof typeof colorMaps)[];

  test.each(names)("%s gives the style's mean and covariance", (name) => {
    const wanted = colorCloud(style);
    const found = colorCloud(mapColors(content, colorMap(colorCloud(content), wanted, name)));
    near(found.mean, wanted.mean, 1e-6);
    near(found.covariance, wanted.covariance, 1e-4);
  });

  test("symmetric changes colours the least", () => {
    const distance = (name: (typeof names)[number]) => {
      const mapped = mapColors(content, colorMap(colorCloud(content), colorCloud(style), name));
      return mapped.data.reduce((sum, x, i) => sum + (x - content.data[i]!) ** 2, 0) / content.data.length;
    };
    for (const name of names.slice(1)) expect(distance(name)).toBeGreaterThan(distance("symmetric") + 1e-4);
  });

  test("symmetric is a symmetric positive matrix, as optimal transport requires", () => {
    const { matrix } = colorMap(colorCloud(content), colorCloud(style));
    near([matrix[1]!, matrix[2]!, matrix[5]!], [matrix[3]!, matrix[6]!, matrix[7]!], 1e-9);
    expect(Math.min(...eigen(matrix).values)).toBeGreaterThan(0);
  });

  test.each(names)("%s does not change an image that already has the colours", (name) => {
    const { matrix } = colorMap(colorCloud(style), colorCloud(style), name);
    near(matrix, [1, 0, 0, 0, 1, 0, 0, 0, 1], 1e-9);
  });

  test("does not amplify the noise of a grey image, and stays in [0, 1]", () => {
    const flat = matchColors(blank({ width: 8, height: 8 }, [0.5, 0.5, 0.5]), style);
    const { mean } = colorCloud(style);
    near([flat.data[0]!, flat.data[64]!, flat.data[128]!], mean, 1e-5);
    const grey = sRgbRamp(16, 16);
    grey.data.copyWithin(256, 0, 256);
    grey.data.copyWithin(512, 0, 256);
    for (const value of matchColors(grey, style).data) expect(value >= 0 && value <= 1).toBe(true);
    for (const value of matchColors(style, grey).data) expect(value >= 0 && value <= 1).toBe(true);
  });
});

test("eigen decomposes any symmetric matrix", () => {
  const entry = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(entry, entry, entry, entry, entry, entry), ([a, b, c, d, e, f]) => {
      const m = [a, b, c, b, d, e, c, e, f];
      const { values, vectors: v } = eigen(m);
      for (let r = 0; r < 3; r++) {
        for (let s = 0; s < 3; s++) {
          let rebuilt = 0;
          let orthogonal = 0;
          for (let k = 0; k < 3; k++) {
            rebuilt += v[3 * r + k]! * values[k]! * v[3 * s + k]!;
            orthogonal += v[3 * r + k]! * v[3 * s + k]!;
          }
          expect(Math.abs(rebuilt - m[3 * r + s]!)).toBeLessThan(1e-12);
          expect(Math.abs(orthogonal - (r === s ? 1 : 0))).toBeLessThan(1e-12);
        }
      }
    }),
  );
});

test("Cholesky's factor is lower triangular and squares to the matrix; its inverse is one", () => {
  const m = [4, 2, -1, 2, 5, 0.5, -1, 0.5, 3];
  const l = cholesky(m);
  const transposed = [l[0]!, l[3]!, l[6]!, l[1]!, l[4]!, l[7]!, l[2]!, l[5]!, l[8]!];
  near(multiply(l, transposed), m, 1e-12);
  expect([l[1], l[2], l[5]]).toEqual([0, 0, 0]);
  near(multiply(inverseLower(l), l), [1, 0, 0, 0, 1, 0, 0, 0, 1], 1e-12);
});

test("lumaMap keeps greys grey, with the mean and deviation of the other image's luma", () => {
  const dim = cloudImage(3, [0.4, 0.5, 0.45], [0.05, 0, 0, 0.03, 0.02, 0, 0, 0, 0.04]);
  const wanted = colorCloud(greyed(dim));
  const mapped = (image: Image) => mapColors(greyed(image), lumaMap(colorCloud(greyed(image)), wanted));
  const found = colorCloud(mapped(style));
  near(found.mean, wanted.mean, 1e-3);
  expect(Math.abs(found.covariance[0]! / wanted.covariance[0]! - 1)).toBeLessThan(0.02);
  near(found.covariance, new Array(9).fill(found.covariance[0]), 1e-7);
  const flat = mapped(blank({ width: 8, height: 8 }, [0.1, 0.9, 0.2]));
  near([flat.data[0]!], [wanted.mean[0]], 1e-5);
});

test("weights weight the pixels", () => {
  const twice = { width: 3, height: 1, data: Float32Array.of(0.1, 0.5, 0.5, 0.2, 0.4, 0.4, 0.9, 0.3, 0.3) };
  const weighted = { width: 3, height: 1, data: Float32Array.of(0.1, 0.5, 0.9, 0.2, 0.4, 0.8, 0.9, 0.3, 0.7) };
  const [found, wanted] = [colorCloud(weighted, Float32Array.of(1, 2, 0)), colorCloud(twice)];
  near(found.mean, wanted.mean, 1e-7);
  near(found.covariance, wanted.covariance, 1e-7);
});

test("keepChroma takes lightness from one image and everything else from the other", () => {
  const image = { width: 2, height: 1, data: Float32Array.of(0.6, 0.2, 0.6, 0.2, 0.6, 0.2) };
  const colors = { width: 2, height: 1, data: Float32Array.of(0.5, 0.3, 0.4, 0.3, 0.3, 0.3) };
  const { data } = keepChroma(image, colors);
  const luma = (x: Float32Array, i: number) => 0.299 * x[i]! + 0.587 * x[2 + i]! + 0.114 * x[4 + i]!;
  for (const i of [0, 1]) {
    expect(luma(data, i)).toBeCloseTo(luma(image.data, i), 6);
    // Chroma is the difference between channels.
    expect(data[i]! - data[4 + i]!).toBeCloseTo(colors.data[i]! - colors.data[4 + i]!, 6);
  }
});
