/** The palette of one or several images, and fitting an image's colours to a palette. */
import { type ColorCloud, colorCloud, colorMap, type colorMaps, mapColors, mixedCloud } from "./color.ts";
import { clampInPlace, type Image } from "./image.ts";
import { random } from "./noise.ts";
import { type ColorSample, colorTransport, transportColors } from "./transport.ts";

/** How colours are fitted: by mean and covariance (see `colorMaps`) or by the whole distribution. */
export type ColorFit = keyof typeof colorMaps | "transport";

/** A colour distribution, with its moments and a sample. */
export interface Palette {
  readonly cloud: ColorCloud;
  /** A sample of `count` colours of equal weight. */
  sample(count: number): ColorSample;
}

/** The number of samples that optimal transport is fitted to. */
const SAMPLES = 4096;

/** The palette of `image`, with an optional `weight` per pixel, not all 0. */
export function paletteOf(image: Image, weight?: Float32Array): Palette {
  return { cloud: colorCloud(image, weight), sample: (count) => colorSample(image, count, weight) };
}

/** The weighted union of several palettes; the weights sum to 1. */
export function mixedPalette(palettes: readonly Palette[], weights: readonly number[]): Palette {
  return {
    cloud: mixedCloud(
      palettes.map(({ cloud }) => cloud),
      weights,
    ),
    sample(count) {
      const mixed = new Float32Array(3 * count);
      let [reached, filled] = [0, 0];
      for (const [i, palette] of palettes.entries()) {
        reached += weights[i]!;
        const end = i === palettes.length - 1 ? count : Math.min(count, Math.round(reached * count));
        if (end > filled) mixed.set(palette.sample(end - filled), 3 * filled);
        filled = end;
      }
      return mixed;
    },
  };
}

/** Fits the colours of `image`, whose palette is `from`, to the palette `to`; clamped to [0, 1]. */
export function fitColors(image: Image, from: Palette, to: Palette, fit: ColorFit): Image {
  const linear = colorMap(from.cloud, to.cloud, fit === "transport" ? "symmetric" : fit);
  const fitted =
    fit === "transport"
      ? transportColors(image, colorTransport(from.sample(SAMPLES), to.sample(SAMPLES), linear))
      : mapColors(image, linear);
  return { ...fitted, data: clampInPlace(fitted.data) };
}

/** `content` with its colours fitted to those of `style`, clamped to [0, 1]. */
export function matchColors(content: Image, style: Image, fit: ColorFit = "symmetric"): Image {
  return fitColors(content, paletteOf(content), paletteOf(style), fit);
}

/**
 * The colours of `count` pixels, spread evenly over `image` and deterministic; with an optional `weight` per pixel, not
 * all 0, that gives the sampling probability.
 */
function colorSample({ data, width, height }: Image, count: number, weight?: Float32Array): ColorSample {
  const plane = width * height;
  const { uniform } = random(plane);
  const total = weight ? weight.reduce((sum, x) => sum + x, 0) : plane;
  const sample = new Float32Array(3 * count);
  let [at, passed, last] = [0, 0, 0];
  for (let k = 0; k < count; k++) {
    // Stratified sampling: one pixel at random in each interval of equal weight, which avoids aliasing with the image's
    // patterns.
    const wanted = ((k + uniform()) / count) * total;
    if (!weight) last = Math.min(plane - 1, Math.floor(wanted));
    for (; weight && at < plane; at++) {
      const here = weight[at]!;
      if (here > 0) last = at;
      if (passed + here > wanted) break;
      passed += here;
    }
    for (let c = 0; c < 3; c++) sample[3 * k + c] = data[c * plane + last]!;
  }
  return sample;
}
