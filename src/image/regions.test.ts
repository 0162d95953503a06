/** Masks as regions: flat colours, soft edges, and resizing that preserves areas. */
import { describe, expect, test } from "vitest";
import type { Rgb } from "./color.ts";
import { blank, type Image, type Size } from "./image.ts";
import { noiseImage } from "./noise.ts";
import { colorName, flatColors, inlaid, type Maps, regionMaps, resizeMaps, sameColor } from "./regions.ts";
import { resize } from "./resize.ts";

/** Each pixel is the mean of 8 x 8 samples of `at`: antialiased edges, as every editor draws them. */
function drawn({ width, height }: Size, at: (x: number, y: number) => Rgb): Image {
  const large = blank({ width: 8 * width, height: 8 * height });
  const plane = 64 * width * height;
  for (let i = 0; i < plane; i++) {
    const rgb = at(((i % (8 * width)) + 0.5) / 8, (Math.floor(i / (8 * width)) + 0.5) / 8);
    for (let c = 0; c < 3; c++) large.data[c * plane + i] = rgb[c]!;
  }
  const image = blank({ width, height });
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < plane; i++) {
      const to = Math.floor(i / (64 * width)) * width + Math.floor((i % (8 * width)) / 8);
      image.data[c * width * height + to]! += large.data[c * plane + i]! / 64;
    }
  }
  return image;
}

const [WHITE, GREY, BLACK, RED]: Rgb[] = [
  [1, 1, 1],
  [0.5, 0.5, 0.5],
  [0, 0, 0],
  [1, 0, 0],
];
const size = { width: 60, height: 44 };
const disc = (x: number, y: number) => Math.hypot(x - 30.3, y - 22.1) < 14.2;
const mask = drawn(size, (x, y) => (disc(x, y) ? WHITE! : BLACK!));

/** The largest deviation from 1 of a pixel's sum over all regions. */
function gap({ planes }: Maps): number {
  return planes[0]!.reduce((worst, _, i) => Math.max(worst, Math.abs(planes.reduce((s, p) => s + p[i]!, 0) - 1)), 0);
}

describe("flat colours", () => {
  test("are found without the antialiased edges, from light to dark", () => {
    expect(flatColors(mask).map(colorName)).toEqual(["#ffffff", "#000000"]);
    const three = drawn(size, (x, y) => (disc(x, y) ? BLACK! : x + y < 40 ? RED! : GREY!));
    expect(flatColors(three).map(colorName)).toEqual(["#808080", "#ff0000", "#000000"]);
  });

  test("are merged if they differ by small errors", () => {
    // Small errors in 8 x 8 blocks, like JPEG's.
    const error = (i: number) => ((((i % 60) >> 3) + (Math.floor(i / 60) >> 3)) % 5) / 255;
    const noisy = { ...mask, data: mask.data.map((x, i) => Math.abs(x - error(i))) };
    expect(flatColors(noisy)).toHaveLength(2);
    expect(sameColor([WHITE!, BLACK!], [0.03, 0.02, 0.04])).toBe(1);
    expect(sameColor([WHITE!, BLACK!], GREY!)).toBeUndefined();
  });

  test("do not exist in a photograph", () => {
    expect(flatColors(noiseImage(size, 1))).toEqual([]);
  });
});

describe("maps", () => {
  test("are the coverage of each pixel, along antialiased edges too", () => {
    const { planes } = regionMaps(mask, flatColors(mask));
    // A mask pixel's lightness is the disc's coverage.
    const worst = Math.max(...planes[0]!.map((x, i) => Math.abs(x - mask.data[i]!)));
    expect(worst).toBeLessThan(0.021);
    expect(planes[0]!.filter((x) => x > 0.1 && x < 0.9).length).toBeGreaterThan(20);
  });

  test("sum to 1, whatever the mask, and at every size", () => {
    const three = drawn(size, (x, y) => (disc(x, y) ? BLACK! : x + y < 40 ? RED! : GREY!));
    for (const image of [mask, three, resize(three, { width: 47, height: 31 }), noiseImage(size, 2)]) {
      const maps = regionMaps(image, [GREY!, RED!, BLACK!]);
      for (const plane of maps.planes) expect(plane.every((x) => x >= 0 && x <= 1)).toBe(true);
      for (const to of [size, { width: 16, height: 9 }, { width: 3, height: 1 }, { width: 113, height: 200 }])
        expect(gap(resizeMaps(maps, to))).toBeLessThan(1e-5);
    }
  });

  test("a region keeps its share of the area when resized", () => {
    const maps = regionMaps(mask, flatColors(mask));
    const share = ({ planes }: Maps) => planes[0]!.reduce((s, x) => s + x, 0) / planes[0]!.length;
    for (const width of [30, 15, 6]) {
      const small = resizeMaps(maps, { width, height: Math.round((width * 44) / 60) });
      expect(share(small) / share(maps)).toBeCloseTo(1, 1);
      expect(share(small)).toBeGreaterThan(0);
    }
  });

  test("an antialiased edge between white and black is not assigned to a grey region", () => {
    const beside = drawn({ width: 90, height: 44 }, (x, y) => (x > 62 ? GREY! : disc(x, y) ? WHITE! : BLACK!));
    const { planes } = regionMaps(beside, flatColors(beside));
    const inside = planes[1]!.filter((_, i) => i % 90 < 55);
    // Only a pixel of exactly that grey is assigned to it.
    expect(inside.filter((x) => x > 0).length).toBeLessThan(4);
  });
});

test("inlaid keeps the background outside of the planes, and mixes inside", () => {
  const [ground, white] = [blank({ width: 3, height: 1 }, [0.2, 0.4, 0.6]), blank({ width: 3, height: 1 }, [1, 1, 1])];
  const { data } = inlaid(ground, [{ image: white, plane: Float32Array.of(0, 0.5, 1) }]);
  expect([...data].map((x) => Math.round(x * 100) / 100)).toEqual([0.2, 0.6, 1, 0.4, 0.7, 1, 0.6, 0.8, 1]);
});
