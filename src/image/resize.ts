/**
 * Resampling of planes to another size: separable, windowed, with the window widened when shrinking so that nothing
 * aliases (the method of Pillow's `resize`). Works on the gamma-encoded values as they are, not in linear light; refuses
 * to know what the planes mean.
 */

import { clampHere, clampImage, type Image, type Size } from "./image.ts";

/** How a pixel is weighted by its distance: `bilinear` is soft, `bicubic` (a = -0.5) is usual, `lanczos3` is sharpest. */
export type Kernel = "bicubic" | "bilinear" | "lanczos3";

/** A weighting of distances in pixels, and the distance beyond which it is zero. */
interface Window {
  readonly radius: number;
  weight(distance: number): number;
}

const windows: Record<Kernel, Window> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { radius: 2, weight: keys },
  lanczos3: { radius: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The kernels by name, in the order of their sharpness. */
export const kernels: readonly Kernel[] = ["bilinear", "bicubic", "lanczos3"];

/**
 * `image` resampled to `size`. Bicubic and Lanczos overshoot at edges, so the result may leave [0, 1] a little: see
 * `clampImage`. An image that has the size already is returned as it is.
 */
export function resize(image: Image, size: Size, options: ResizeOptions & { readonly kernel?: Kernel } = {}): Image {
  if (image.width === size.width && image.height === size.height) return image;
  return {
    width: size.width,
    height: size.height,
    data: resizePlanes(image.data, image, size, options.kernel, options),
  };
}

/** `image` resampled to `size` and held to [0, 1]; the image itself, where that changes nothing. */
export function resized(image: Image, size: Size, options?: ResizeOptions): Image {
  const result = resize(image, size, options);
  if (result !== image) return { ...result, data: clampHere(result.data) };
  return image.data.every((x) => x >= 0 && x <= 1) ? image : clampImage(image);
}

export interface ResizeOptions {
  /** Beyond an edge is the opposite one, as if the image were repeated without end; else there is nothing. */
  readonly circular?: boolean;
  /** Where a circular result begins: so many of the source's pixels from its edge, by the length of the side. */
  readonly begin?: (length: number) => number;
}

/**
 * Any number of planes of `from` pixels, one after the other, resampled to `to` pixels each. `data.length` must be a
 * multiple of `from.width * from.height`. Always a new array.
 */
export function resizePlanes(
  data: Float32Array,
  from: Size,
  to: Size,
  kernel: Kernel = "bicubic",
  options: ResizeOptions = {},
): Float32Array {
  const planes = data.length / (from.width * from.height);
  if (!Number.isInteger(planes)) {
    throw new RangeError(`internal: resizePlanes: ${data.length} values are no planes of ${from.width}x${from.height}`);
  }
  if (!(Number.isInteger(to.width) && Number.isInteger(to.height) && to.width > 0 && to.height > 0)) {
    throw new RangeError(`internal: resizePlanes: ${to.width}x${to.height} is no size`);
  }
  const weighted = (a: number, b: number) => (a === b ? undefined : taps(a, b, kernel, options));
  const [columns, rows] = [weighted(from.width, to.width), weighted(from.height, to.height)];
  const result = new Float32Array(planes * to.width * to.height);
  // One after the other, so that no more than one plane is held half done.
  for (let i = 0; i < planes; i++) {
    const plane = data.subarray(i * from.width * from.height, (i + 1) * from.width * from.height);
    const across = columns ? resizeRows(plane, from.width, columns) : plane;
    const into = result.subarray(i * to.width * to.height, (i + 1) * to.width * to.height);
    if (rows) resizeColumns(across, to.width, rows, into);
    else into.set(across);
  }
  return result;
}

/** For every result pixel: which source pixels it is the weighted mean of. Weights of one pixel sum to 1. */
interface Taps {
  /** The source pixels of all result pixels, `stride` slots for each. */
  readonly source: Int32Array;
  /** How many of the slots are used. */
  readonly count: Int32Array;
  /** How much each of them counts. */
  readonly weights: Float64Array;
  readonly stride: number;
}

function taps(from: number, to: number, kernel: Kernel, { circular = false, begin = () => 0 }: ResizeOptions): Taps {
  const { radius, weight } = windows[kernel];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = radius * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const source = new Int32Array(to * stride);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let i = 0; i < to; i++) {
    const center = begin(from) + (i + 0.5) * scale;
    const first = Math.max(circular ? -Infinity : 0, Math.floor(center - reach + 0.5));
    const end = Math.min(circular ? Infinity : from, Math.floor(center + reach + 0.5));
    let sum = 0;
    for (let j = first; j < end; j++) {
      const w = weight((j + 0.5 - center) / stretch);
      weights[i * stride + j - first] = w;
      source[i * stride + j - first] = ((j % from) + from) % from;
      sum += w;
    }
    for (let j = 0; j < end - first; j++) weights[i * stride + j]! /= sum;
    count[i] = end - first;
  }
  return { source, count, weights, stride };
}

function resizeRows(data: Float32Array, width: number, { source, count, weights, stride }: Taps): Float32Array {
  const columns = count.length;
  const rows = data.length / width;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const base = row * width;
    for (let x = 0; x < columns; x++) {
      const slot = x * stride;
      const n = count[x]!;
      let sum = 0;
      for (let j = 0; j < n; j++) sum += data[base + source[slot + j]!]! * weights[slot + j]!;
      result[row * columns + x] = sum;
    }
  }
  return result;
}

/** Whole rows are added at a time, so that memory is read in order. */
function resizeColumns(plane: Float32Array, width: number, by: Taps, into: Float32Array): void {
  const { source, count, weights, stride } = by;
  const sum = new Float64Array(width);
  for (let y = 0; y < count.length; y++) {
    sum.fill(0);
    for (let j = 0; j < count[y]!; j++) {
      const from = source[y * stride + j]! * width;
      const w = weights[y * stride + j]!;
      for (let x = 0; x < width; x++) sum[x]! += plane[from + x]! * w;
    }
    into.set(sum, y * width);
  }
}

/** Keys' cubic convolution with a = -0.5 (IEEE Trans. ASSP 29, 1981), the value Pillow uses. */
function keys(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(Math.PI * x) / (Math.PI * x);
}
