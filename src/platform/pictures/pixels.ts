/** Converts between a codec's interleaved integer pixels and float planes, for every platform's codec. */

import { fillTransparent } from "../../image/alpha.ts";
import type { Rgb } from "../../image/color.ts";
import { clampInPlace, type Size } from "../../image/image.ts";
import { flatColorsBy } from "../../image/regions.ts";
import { planeResampler, type RowSource } from "../../image/resize.ts";
import type { Depth, Drawing } from "../pictures.ts";

/** A codec's pixels: grey, grey and alpha, RGB, or RGBA (further channels are ignored), rows from the top. */
export interface Pixels extends Size {
  readonly values: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly channels: number;
  /** The integer value of 1.0. */
  readonly white: number;
}

/**
 * Planes in [0, 1] from `pixels`, resized (bicubic) to `size` without holding all of them as floats. Alpha
 * is dropped if everything is opaque. Transparent pixels get the colours around them and do not count in the reduction.
 * If all are transparent, alpha is all 0.
 */
export function toDrawing(pixels: Pixels, { width, height }: Size = pixels): Drawing {
  const size = { width, height };
  const { channels } = pixels;
  const reduced = pixels.width !== width || pixels.height !== height;
  const resample = planeResampler(pixels, size);
  const area = width * height;
  const opacity = channels === 2 ? 1 : channels > 3 ? 3 : undefined;
  const transparent = opacity !== undefined && !isWhite(pixels, opacity);
  const alpha = transparent ? new Float32Array(area) : undefined;
  if (alpha) resample(rowsOf(pixels, opacity!), alpha);

  const data = new Float32Array(3 * area);
  for (let c = 0; c < 3; c++) {
    if (c > 0 && channels < 3) {
      data.copyWithin(c * area, 0, area);
      continue;
    }
    const result = data.subarray(c * area, (c + 1) * area);
    resample(rowsOf(pixels, channels < 3 ? 0 : c, alpha && reduced ? opacity : undefined), result);
    if (alpha && reduced) for (let i = 0; i < area; i++) result[i]! /= alpha[i]! || 1;
  }
  if (alpha && reduced) tidy(alpha);
  const image = { ...size, data: reduced ? clampInPlace(data) : data };
  return alpha ? { image: fillTransparent(image, alpha), alpha } : { image };
}

/** The flat colours of a mask's pixels before any reduction; transparent pixels count as black. */
export function flatColorsOf(pixels: Pixels): Rgb[] {
  const { values, channels, white } = pixels;
  const opacity = channels === 2 ? 1 : channels > 3 ? 3 : undefined;
  const [r, g, b] = channels < 3 ? [0, 0, 0] : [0, 1, 2];
  return flatColorsBy(pixels, (i) => {
    const at = i * channels;
    const scale = (opacity === undefined ? 1 : values[at + opacity]! / white) * (255 / white);
    const byte = (channel: number) => Math.min(255, Math.round(values[at + channel]! * scale));
    return (byte(r!) << 16) | (byte(g!) << 8) | byte(b!);
  });
}

/** The largest share of the picture at one of its sides, in whole rows or columns, that has one colour. */
export function flatShare({ values, width, height, channels }: Pixels): number {
  const same = (a: number, b: number) => {
    for (let c = 0; c < channels; c++) if (values[a * channels + c] !== values[b * channels + c]) return false;
    return true;
  };
  /** The number of lines from a side that all have the side's colour, of `count` lines with `length` pixels. */
  const lines = (count: number, length: number, pixel: (line: number, i: number) => number) => {
    const first = pixel(0, length - 1);
    let line = 0;
    for (; line < count; line++) for (let i = 0; i < length; i++) if (!same(pixel(line, i), first)) return line / count;
    return line / count;
  };
  return Math.max(
    lines(height, width, (line, i) => line * width + i),
    lines(height, width, (line, i) => (height - 1 - line) * width + i),
    lines(width, height, (line, i) => i * width + line),
    lines(width, height, (line, i) => i * width + width - 1 - line),
  );
}

/**
 * Integers of `depth` bits from a drawing's planes: clamped to [0, 1], NaN as 0, rounded to nearest, not dithered.
 * Three channels, or four with alpha.
 */
export function toPixels({ image, alpha }: Drawing, depth: Depth): Pixels & { channels: 3 | 4 } {
  const { width, height } = image;
  const area = width * height;
  if (image.data.length !== 3 * area || (alpha && alpha.length !== area)) {
    throw new RangeError(`internal: toPixels: the planes do not have ${width} x ${height} values`);
  }
  const channels = alpha ? 4 : 3;
  const white = depth === 16 ? 65_535 : 255;
  const values = depth === 16 ? new Uint16Array(area * channels) : new Uint8Array(area * channels);
  for (let channel = 0; channel < channels; channel++) {
    const source = channel === 3 ? alpha! : image.data.subarray(channel * area, (channel + 1) * area);
    for (let i = 0, to = channel; i < area; i++, to += channels) {
      const value = source[i]!;
      values[to] = value > 0 ? Math.floor(Math.min(1, value) * white + 0.5) : 0;
    }
  }
  return { width, height, channels, white, values };
}

/** One channel as rows of floats in [0, 1], multiplied by the channel `by` if there is one. */
function rowsOf({ values, width, channels, white }: Pixels, channel: number, by?: number): RowSource {
  const row = new Float32Array(width);
  return (y) => {
    const first = y * width * channels;
    for (let x = 0, at = first + channel; x < width; x++, at += channels) row[x] = Math.min(1, values[at]! / white);
    if (by === undefined) return row;
    for (let x = 0, at = first + by; x < width; x++, at += channels)
      row[x]! *= Math.fround(Math.min(1, values[at]! / white));
    return row;
  };
}

/** Is a channel 1 everywhere? */
function isWhite({ values, channels, white }: Pixels, channel: number): boolean {
  for (let at = channel; at < values.length; at += channels) if (values[at]! < white) return false;
  return true;
}

/** Undoes the overshoot of resampling: clamps alpha, and sets it to 0 next to transparent pixels. */
function tidy(alpha: Float32Array): void {
  for (let i = 0; i < alpha.length; i++) alpha[i] = alpha[i]! < 1 / 512 ? 0 : Math.min(1, alpha[i]!);
}
