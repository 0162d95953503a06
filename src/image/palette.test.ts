/** Palettes of several images, and optimal transport beyond mean and covariance. */
import { describe, expect, test } from "vitest";
import { blank, type Image, type Size } from "./image.ts";
import { noiseImage, random } from "./noise.ts";
import { matchColors, mixedPalette, paletteOf } from "./palette.ts";

type Rgb = readonly [number, number, number];

/** Equal vertical stripes, one per colour, with noise. */
function parted(size: Size, colors: readonly Rgb[], deviation = 0.02): Image {
  const image = blank(size);
  const plane = size.width * size.height;
  const { normal } = random(colors.length);
  for (let i = 0; i < plane; i++) {
    const color = colors[Math.floor(((i % size.width) * colors.length) / size.width)]!;
    for (let c = 0; c < 3; c++) image.data[c * plane + i] = color[c]! + deviation * normal();
  }
  return image;
}

/** The mean distance between two colour distributions, over 20 projections. */
function apart(a: Image, b: Image): number {
  const { normal } = random(5);
  const along = ({ data, width, height }: Image, v: readonly number[]) => {
    const plane = width * height;
    return Float32Array.from(
      { length: plane },
      (_, i) => v[0]! * data[i]! + v[1]! * data[plane + i]! + v[2]! * data[2 * plane + i]!,
    ).sort();
  };
  let sum = 0;
  for (let turn = 0; turn < 20; turn++) {
    const v = [normal(), normal(), normal()];
    const length = Math.hypot(...v);
    const [x, y] = [a, b].map((image) =>
      along(
        image,
        v.map((value) => value / length),
      ),
    );
    for (let i = 0; i < 1000; i++)
      sum += Math.abs(x![Math.floor((i / 1000) * x!.length)]! - y![Math.floor((i / 1000) * y!.length)]!);
  }
  return sum / 20_000;
}

const size = { width: 80, height: 60 };
/** A grey sky, a light house, a dark ground. */
const photo = parted(size, [
  [0.55, 0.6, 0.7],
  [0.85, 0.85, 0.8],
  [0.2, 0.2, 0.15],
]);
/** Red and two dark colours of other hues: far from Gaussian. */
const painting = parted({ width: 90, height: 50 }, [
  [0.9, 0.35, 0.15],
  [0.1, 0.2, 0.25],
  [0.35, 0.3, 0.2],
]);

describe("transport", () => {
  test("is closer to the painting's colours than any linear map, and deterministic", () => {
    const transported = matchColors(photo, painting, "transport");
    for (const linear of ["symmetric", "pca", "cholesky"] as const)
      expect(apart(transported, painting)).toBeLessThan(0.6 * apart(matchColors(photo, painting, linear), painting));
    // Once from the last fit, once fitted anew.
    expect(matchColors(photo, painting, "transport")).toEqual(transported);
    expect(matchColors(painting, photo, "transport")).not.toEqual(transported);
    expect(matchColors(photo, painting, "transport")).toEqual(transported);
    expect(Math.max(...transported.data)).toBeLessThanOrEqual(1);
    expect(Math.min(...transported.data)).toBeGreaterThanOrEqual(0);
  });

  test("hardly changes an image that already has the colours", () => {
    const { data } = matchColors(painting, painting, "transport");
    expect(Math.max(...data.map((x, i) => Math.abs(x - painting.data[i]!)))).toBeLessThan(0.03);
  });

  test("maps a ramp to a ramp: monotonic and without jumps", () => {
    const ramp = blank({ width: 256, height: 4 });
    for (let i = 0; i < ramp.data.length; i++) ramp.data[i] = (i % 256) / 255;
    for (const style of [painting, noiseImage(size, 3), photo]) {
      const [fitted, linear] = (["transport", "symmetric"] as const).map((fit) => matchColors(ramp, style, fit));
      const luma = (data: Float32Array, x: number) => data[x]! + data[1024 + x]! + data[2048 + x]!;
      const most = Math.max(
        ...Array.from({ length: 255 }, (_, x) => luma(linear!.data, x + 1) - luma(linear!.data, x)),
      );
      for (let x = 0; x < 255; x++) {
        const step = luma(fitted!.data, x + 1) - luma(fitted!.data, x);
        expect(step).toBeGreaterThan(-1e-6);
        expect(step).toBeLessThan(2.2 * most);
      }
    }
  });

  test("to greys gives greys, and a single colour becomes the painting's mean", () => {
    const grey = noiseImage(size, 4);
    grey.data.copyWithin(4800, 0, 4800).copyWithin(9600, 0, 4800);
    const { data } = matchColors(photo, grey, "transport");
    for (let i = 0; i < 4800; i++) expect(Math.abs(data[i]! - data[9600 + i]!)).toBeLessThan(0.02);
    const flat = matchColors(blank(size, [0.3, 0.6, 0.1]), painting, "transport");
    for (const [c, mean] of paletteOf(painting).cloud.mean.entries()) expect(flat.data[c * 4800]!).toBeCloseTo(mean, 1);
  });
});

describe("a sample", () => {
  const two = parted({ width: 10, height: 10 }, [[0, 0, 0], [1, 1, 1]], 0); // biome-ignore format: two colours

  test("draws pixels in proportion to their weights", () => {
    const right = Float32Array.from({ length: 100 }, (_, i) => (i % 10 < 5 ? 0 : 1));
    expect([...paletteOf(two, right).sample(50)].every((x) => x === 1)).toBe(true);
    const weight = right.map((x) => 1 + 2 * x);
    const share = paletteOf(two, weight)
      .sample(1000)
      .reduce((sum, x) => sum + x / 3000, 0);
    expect(share).toBeCloseTo(0.75, 1);
  });

  test("draws from several images in proportion to their weights", () => {
    const [black, white] = [blank(size), blank(size, [1, 1, 1])].map((image) => paletteOf(image));
    const mixed = mixedPalette([black!, white!, black!], [0.25, 0.6, 0.15]);
    expect(mixed.sample(1000).reduce((sum, x) => sum + x, 0)).toBe(3 * 600);
    expect(mixed.cloud.mean[0]).toBeCloseTo(0.6, 9);
  });
});
