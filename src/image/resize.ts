/**
 * Separable resampling of planes with a kernel that is widened for reduction, so that nothing aliases (as Pillow's
 * `resize`). Works on gamma-encoded values, not in linear light.
 */

import { clampHere, clampImage, type Image, type Size } from "./image.ts";

/** The interpolation kernel: `bilinear` is soft, `bicubic` (a = -0.5) usual, `lanczos3` sharpest. */
export type Kernel = "bicubic" | "bilinear" | "lanczos3";

/** A kernel function of the distance in pixels, and its support. */
interface Window {
  readonly radius: number;
  weight(distance: number): number;
}

const windows: Record<Kernel, Window> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { radius: 2, weight: keys },
  lanczos3: { radius: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The kernels, in order of sharpness. */
export const kernels: readonly Kernel[] = ["bilinear", "bicubic", "lanczos3"];

/**
 * `image` resampled to `size`. Bicubic and Lanczos overshoot at edges, so values may leave [0, 1]; see `clampImage`. An
 * image that already has the size is returned as it is.
 */
export function resize(image: Image, size: Size, options: ResizeOptions & { readonly kernel?: Kernel } = {}): Image {
  if (image.width === size.width && image.height === size.height) return image;
  return {
    width: size.width,
    height: size.height,
    data: resizePlanes(image.data, image, size, options.kernel, options),
  };
}

/** `image` resampled to `size` and clamped to [0, 1]; the image itself if nothing changes. */
export function resized(image: Image, size: Size, options?: ResizeOptions): Image {
  const result = resize(image, size, options);
  if (result !== image) return { ...result, data: clampHere(result.data) };
  return image.data.every((x) => x >= 0 && x <= 1) ? image : clampImage(image);
}

export interface ResizeOptions {
  /** Wrap around at the edges instead of renormalising the kernel there. */
  readonly circular?: boolean;
  /** Where a circular result begins, in pixels of the source from its edge, by the length of the side. */
  readonly begin?: (length: number) => number;
}

/**
 * Resamples any number of consecutive planes of `from` pixels to `to` pixels. `data.length` must be a multiple of
 * `from.width * from.height`. Always returns a new array.
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
  const result = new Float32Array(planes * to.width * to.height);
  const resample = planeResampler(from, to, kernel, options);
  for (let i = 0; i < planes; i++) {
    const first = i * from.height;
    const row = (y: number) => data.subarray((first + y) * from.width, (first + y + 1) * from.width);
    resample(row, result.subarray(i * to.width * to.height, (i + 1) * to.width * to.height));
  }
  return result;
}

/** Row `y` of a plane; valid until the next row is asked for. */
export type RowSource = (y: number) => Float32Array;

/**
 * Resamples single planes of `from` pixels, given row by row, into arrays of `to` pixels. It holds no more rows than the
 * kernel covers, so a large plane need never exist as floats.
 */
export function planeResampler(
  from: Size,
  to: Size,
  kernel: Kernel = "bicubic",
  options: ResizeOptions = {},
): (row: RowSource, into: Float32Array) => void {
  if (!(Number.isInteger(to.width) && Number.isInteger(to.height) && to.width > 0 && to.height > 0)) {
    throw new RangeError(`internal: resize: ${to.width}x${to.height} is no size`);
  }
  const weighted = (a: number, b: number) => (a === b ? undefined : taps(a, b, kernel, options));
  const [columns, rows] = [weighted(from.width, to.width), weighted(from.height, to.height)];
  return (row, into) => {
    const across = (y: number, target: Float32Array) => {
      if (columns) resizeRow(row(y), columns, target);
      else target.set(row(y));
    };
    if (rows) resizeColumns(across, to.width, rows, into);
    else for (let y = 0; y < to.height; y++) across(y, into.subarray(y * to.width, (y + 1) * to.width));
  };
}

/** For every result pixel, the source pixels of its weighted mean. The weights of a pixel sum to 1. */
interface Taps {
  /** Source indices, `stride` slots per result pixel. */
  readonly source: Int32Array;
  /** The number of used slots per result pixel. */
  readonly count: Int32Array;
  /** The weight of each slot. */
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

function resizeRow(row: Float32Array, { source, count, weights, stride }: Taps, into: Float32Array): void {
  for (let x = 0; x < count.length; x++) {
    const slot = x * stride;
    const n = count[x]!;
    let sum = 0;
    for (let j = 0; j < n; j++) sum += row[source[slot + j]!]! * weights[slot + j]!;
    into[x] = sum;
  }
}

/** Sums whole rows, so that memory is read sequentially; `across` writes a source row, resampled to `width`. */
function resizeColumns(
  across: (y: number, target: Float32Array) => void,
  width: number,
  { source, count, weights, stride }: Taps,
  into: Float32Array,
): void {
  // The rows that the kernel covers: source row y is in slot y % stride.
  const window = Array.from({ length: stride }, () => ({ y: -1, row: new Float32Array(width) }));
  const rowAt = (y: number) => {
    const slot = window[y % stride]!;
    if (slot.y !== y) {
      across(y, slot.row);
      slot.y = y;
    }
    return slot.row;
  };
  const sum = new Float64Array(width);
  for (let y = 0; y < count.length; y++) {
    sum.fill(0);
    for (let j = 0; j < count[y]!; j++) addRow(sum, rowAt(source[y * stride + j]!), weights[y * stride + j]!);
    into.set(sum, y * width);
  }
}

/** A function of its own: V8 compiles it after a few rows, where one long loop would be interpreted for most of them. */
function addRow(sum: Float64Array, row: Float32Array, weight: number): void {
  for (let x = 0; x < sum.length; x++) sum[x]! += row[x]! * weight;
}

/** Keys' cubic convolution with a = -0.5 (IEEE Trans. ASSP 29, 1981), as in Pillow. */
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
