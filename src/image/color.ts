/**
 * The colour distribution of an image (mean and covariance in gamma-encoded RGB) and linear maps from one to another.
 */

import { clampInPlace, type Image } from "./image.ts";
import { addToDiagonal, cholesky, inverseLower, type Matrix3, multiply, power } from "./matrix3.ts";

export type Rgb = readonly [number, number, number];

/** Mean and covariance of an image's pixels in RGB. */
export interface ColorCloud {
  readonly mean: Rgb;
  readonly covariance: Matrix3;
}

/** `x -> matrix (x - from) + to`, for every pixel x. */
export interface ColorMap {
  readonly matrix: Matrix3;
  readonly from: Rgb;
  readonly to: Rgb;
}

/** Added to every variance: a deviation below 0.3% counts as noise and is not amplified. */
const floor = 1e-5;

/**
 * `image` with the chroma of `colors` (of the same size): every pixel of `colors` is shifted along grey to the luma
 * (ITU-R BT.601) of `image` and clamped to [0, 1].
 */
export function keepChroma(image: Image, colors: Image): Image {
  const plane = image.width * image.height;
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < plane; i++) {
    const difference = luma(image.data, i, plane) - luma(colors.data, i, plane);
    for (let c = 0; c < 3; c++) data[c * plane + i] = colors.data[c * plane + i]! + difference;
  }
  return { width: image.width, height: image.height, data: clampInPlace(data) };
}

function luma(data: Float32Array, i: number, plane: number): number {
  return 0.299 * data[i]! + 0.587 * data[plane + i]! + 0.114 * data[2 * plane + i]!;
}

/**
 * Mean and covariance (normalised by the number of pixels) of the colours of `image`; with an optional `weight` per
 * pixel, not all 0.
 */
export function colorCloud({ data, width, height }: Image, weight?: Float32Array): ColorCloud {
  const plane = width * height;
  const all = weight ? total(weight) : plane;
  const channels = [0, 1, 2].map((c) => data.subarray(c * plane, (c + 1) * plane)) as Channels;
  const mean = channels.map((channel) => total(channel, weight) / all) as unknown as Rgb;
  return { mean, covariance: products(channels, mean, weight).map((x) => x / all) };
}

type Channels = [Float32Array, Float32Array, Float32Array];

/** The sum of the values, each times its weight. Loops without a call for every pixel: photos are large. */
function total(values: Float32Array, weight?: Float32Array): number {
  let sum = 0;
  if (weight) for (let i = 0; i < values.length; i++) sum += weight[i]! * values[i]!;
  else for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** The sums of the products of every two channels' differences from their means. */
function products([red, green, blue]: Channels, [r0, g0, b0]: Rgb, weight?: Float32Array): Matrix3 {
  let [rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < red.length; i++) {
    const w = weight ? weight[i]! : 1;
    const r = red[i]! - r0;
    const g = green[i]! - g0;
    const b = blue[i]! - b0;
    rr += w * (r * r);
    rg += w * (r * g);
    rb += w * (r * b);
    gg += w * (g * g);
    gb += w * (g * b);
    bb += w * (b * b);
  }
  return [rr, rg, rb, rg, gg, gb, rb, gb, bb];
}

/**
 * Matrices that map covariance `c` to covariance `s`, by the kind of square root (Gatys et al., "Preserving Color in
 * Neural Artistic Style Transfer", arXiv 1606.05897, section 2.1). All reproduce the style's mean and covariance; they
 * differ by a rotation.
 *
 * - `symmetric`: `c^-1/2 (c^1/2 s c^1/2)^1/2 c^-1/2`, the Monge map of optimal transport between Gaussians, which
 *   changes colours least (Pitie and Kokaram, "The linear Monge-Kantorovitch linear colour mapping", 2007)
 * - `pca`: `s^1/2 c^-1/2`, roots by eigenvectors, as in image analogies
 * - `cholesky`: `L_s L_c^-1`, Cholesky factors; red is only scaled, green and blue follow
 */
export const colorMaps = {
  symmetric(c: Matrix3, s: Matrix3): Matrix3 {
    const root = power(c, 0.5);
    const inverse = power(c, -0.5);
    return multiply(multiply(inverse, power(multiply(multiply(root, s), root), 0.5)), inverse);
  },
  pca: (c: Matrix3, s: Matrix3): Matrix3 => multiply(power(s, 0.5), power(c, -0.5)),
  cholesky: (c: Matrix3, s: Matrix3): Matrix3 => multiply(cholesky(s), inverseLower(cholesky(c))),
};

/** The linear map from one distribution to another; the identity for equal ones. */
export function colorMap(from: ColorCloud, to: ColorCloud, map: keyof typeof colorMaps = "symmetric"): ColorMap {
  const matrix = colorMaps[map](addToDiagonal(from.covariance, floor), addToDiagonal(to.covariance, floor));
  return { matrix, from: from.mean, to: to.mean };
}

/** The distribution of the pixels of several images together; the weights sum to 1. */
export function mixedCloud(clouds: readonly ColorCloud[], weights: readonly number[]): ColorCloud {
  const mix = (of: (cloud: ColorCloud) => number) => sum(clouds.length, (i) => weights[i]! * of(clouds[i]!));
  const mean = [0, 1, 2].map((c) => mix((cloud) => cloud.mean[c]!)) as unknown as Rgb;
  // The variance between the means.
  const covariance = Array.from({ length: 9 }, (_, i) => {
    const [r, c] = [Math.floor(i / 3), i % 3];
    return mix((cloud) => cloud.covariance[i]! + (cloud.mean[r]! - mean[r]!) * (cloud.mean[c]! - mean[c]!));
  });
  return { mean, covariance };
}

/** `image` in grey: every pixel's luma (ITU-R BT.601) in all three channels. */
export function greyed({ width, height, data }: Image): Image {
  const plane = width * height;
  const result = new Float32Array(data.length);
  for (let i = 0; i < plane; i++) result.fill(luma(data, i, plane), i, i + 1);
  result.copyWithin(plane, 0, plane);
  result.copyWithin(2 * plane, 0, plane);
  return { width, height, data: result };
}

/**
 * The map from the greys of one distribution to the mean and deviation of another (Gatys et al., arXiv 1606.05897,
 * section 2.2: `L' = sigma_C / sigma_S (L - mu_S) + mu_C`). Both must be distributions of grey images.
 */
export function lumaMap(from: ColorCloud, to: ColorCloud): ColorMap {
  const scale = Math.sqrt((to.covariance[0]! + floor) / (from.covariance[0]! + floor));
  return { matrix: [scale, 0, 0, 0, scale, 0, 0, 0, scale], from: from.mean, to: to.mean };
}

/** Applies `map` to `image`, without clamping. */
export function mapColors({ width, height, data }: Image, { matrix, from, to }: ColorMap): Image {
  const plane = width * height;
  const result = new Float32Array(data.length);
  for (let i = 0; i < plane; i++) {
    const r = data[i]! - from[0];
    const g = data[plane + i]! - from[1];
    const b = data[2 * plane + i]! - from[2];
    for (let c = 0; c < 3; c++) {
      result[c * plane + i] = matrix[3 * c]! * r + matrix[3 * c + 1]! * g + matrix[3 * c + 2]! * b + to[c]!;
    }
  }
  return { width, height, data: result };
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
