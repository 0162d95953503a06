/**
 * Separable resampling of planes with a kernel that is widened for reduction, so that nothing aliases (as Pillow's
 * `resize`). Works on gamma-encoded values, not in linear light.
 */

import { clampImage, clampInPlace, type Image, type Size } from "./image.ts";

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
  if (result !== image) return { ...result, data: clampInPlace(result.data) };
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

/** For every result pixel, the weights of `stride` consecutive source pixels, some of them 0. They sum to 1. */
interface Taps {
  /** The first of the source pixels; of a circular row as `unrolled` has it. */
  readonly first: Int32Array;
  readonly weights: Float64Array;
  readonly stride: number;
  /**
   * The pixel that `unrolled` begins with, below 0 where it wraps around, and its length; undefined for a row that is
   * no circle.
   */
  readonly circle: { readonly from: number; readonly begin: number; readonly length: number } | undefined;
}

function taps(from: number, to: number, kernel: Kernel, { circular = false, begin = () => 0 }: ResizeOptions): Taps {
  const { radius, weight } = windows[kernel];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const reach = radius * stretch;
  const whole = Math.ceil(reach) * 2 + 1;
  const stride = circular ? whole : Math.min(from, whole);
  const first = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let i = 0; i < to; i++) {
    const center = begin(from) + (i + 0.5) * scale;
    const low = Math.floor(center - reach + 0.5);
    const end = Math.min(circular ? Infinity : from, Math.floor(center + reach + 0.5));
    first[i] = circular ? low : Math.max(0, Math.min(low, from - stride));
    const slot = i * stride - first[i]!;
    let sum = 0;
    for (let j = circular ? low : Math.max(0, low); j < end; j++) {
      const w = weight((j + 0.5 - center) / stretch);
      weights[slot + j] = w;
      sum += w;
    }
    for (let j = i * stride; j < (i + 1) * stride; j++) weights[j]! /= sum;
  }
  if (!circular) return { first, weights, stride, circle: undefined };
  const [low, high] = [first[0]!, first[to - 1]! + stride];
  return { first: first.map((x) => x - low), weights, stride, circle: { from, begin: low, length: high - low } };
}

/** A circular row, beginning before its first pixel and ending behind its last one. */
function unrolled(row: Float32Array, { begin, length }: NonNullable<Taps["circle"]>): Float32Array {
  return Float32Array.from({ length }, (_, i) => row[around(begin + i, row.length)]!);
}

function around(i: number, length: number): number {
  return ((i % length) + length) % length;
}

/** Two pixels at a time, as neither sum waits for the other's additions. */
function resizeRow(given: Float32Array, { first, weights, stride, circle }: Taps, into: Float32Array): void {
  const row = circle ? unrolled(given, circle) : given;
  for (let x = 0; x < first.length; x += 2) {
    const y = Math.min(x + 1, first.length - 1);
    const from = first[x]!;
    const slot = x * stride;
    const nextFrom = first[y]!;
    const nextSlot = y * stride;
    let sum = 0;
    let next = 0;
    for (let j = 0; j < stride; j++) {
      sum += row[from + j]! * weights[slot + j]!;
      next += row[nextFrom + j]! * weights[nextSlot + j]!;
    }
    into[x] = sum;
    into[y] = next;
  }
}

/** Sums whole rows, so that memory is read sequentially; `across` writes a source row, resampled to `width`. */
function resizeColumns(
  across: (y: number, target: Float32Array) => void,
  width: number,
  { first, weights, stride, circle }: Taps,
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
  for (let y = 0; y < first.length; y++) {
    sum.fill(0);
    for (let j = 0; j < stride; j++) {
      const weight = weights[y * stride + j]!;
      if (weight === 0) continue;
      const from = first[y]! + j;
      addRow(sum, rowAt(circle ? around(circle.begin + from, circle.from) : from), weight);
    }
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
