/**
 * The colours of a picture as a cloud in RGB, its mean and covariance, and the map that moves one cloud onto another.
 * Everything in gamma-encoded values. Refuses to know where in the picture a colour is.
 */

import { clampImage, type Image } from "./image.ts";

export type Rgb = readonly [number, number, number];

/** A symmetric 3 x 3 matrix or any other, row by row. */
export type Matrix3 = readonly number[];

/** Mean and covariance of an image's pixels, each pixel a point in RGB. */
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

/** Added to every variance before a map is made: colours that vary by less than 0.3% count as noise and are not stretched. */
const floor = 1e-5;

/**
 * `content` with its colours mapped onto those of `style`, clamped to [0, 1]. See `colorMap`.
 */
export function matchColors(content: Image, style: Image): Image {
  return clampImage(mapColors(content, colorMap(colorCloud(content), colorCloud(style))));
}

/**
 * `image` with the chroma of `colors` (of the same size): every pixel of `colors` made lighter or darker, by the
 * difference of their lumas (ITU-R BT.601), until it is as light as `image`'s; clamped to [0, 1].
 */
export function keepChroma(image: Image, colors: Image): Image {
  const plane = image.width * image.height;
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < plane; i++) {
    const difference = luma(image.data, i, plane) - luma(colors.data, i, plane);
    for (let c = 0; c < 3; c++) data[c * plane + i] = colors.data[c * plane + i]! + difference;
  }
  return clampImage({ width: image.width, height: image.height, data });
}

function luma(data: Float32Array, i: number, plane: number): number {
  return 0.299 * data[i]! + 0.587 * data[plane + i]! + 0.114 * data[2 * plane + i]!;
}

/** Mean and covariance (divided by the number of pixels) of the colours of `image`. */
export function colorCloud({ data, width, height }: Image): ColorCloud {
  const plane = width * height;
  const mean = [0, 1, 2].map((c) => sum(plane, (i) => data[c * plane + i]!) / plane);
  const covariance = new Array<number>(9);
  for (let r = 0; r < 3; r++) {
    for (let c = r; c < 3; c++) {
      const product = (i: number) => (data[r * plane + i]! - mean[r]!) * (data[c * plane + i]! - mean[c]!);
      covariance[3 * r + c] = covariance[3 * c + r] = sum(plane, product) / plane;
    }
  }
  return { mean: mean as unknown as Rgb, covariance };
}

/**
 * The cheapest map (the least mean square change of colour) that takes a Gaussian cloud to another: the Monge map
 * `A = C^-1/2 (C^1/2 S C^1/2)^1/2 C^-1/2` of optimal transport (Pitie and Kokaram, "The linear Monge-Kantorovitch linear
 * colour mapping", 2007). Two equal clouds give the identity.
 */
export function colorMap(from: ColorCloud, to: ColorCloud): ColorMap {
  const c = addToDiagonal(from.covariance, floor);
  const s = addToDiagonal(to.covariance, floor);
  const root = power(c, 0.5);
  const inverse = power(c, -0.5);
  const middle = power(multiply(multiply(root, s), root), 0.5);
  return { matrix: multiply(multiply(inverse, middle), inverse), from: from.mean, to: to.mean };
}

/** `image` through `map`, not clamped. */
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

/** `m` to a real power, by its eigenvectors; eigenvalues below zero, which only rounding makes, count as almost zero. */
function power(m: Matrix3, exponent: number): Matrix3 {
  const { values, vectors } = eigen(m);
  const result = new Array<number>(9).fill(0);
  for (let k = 0; k < 3; k++) {
    const scale = Math.max(values[k]!, 1e-12) ** exponent;
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) result[3 * r + c]! += scale * vectors[3 * r + k]! * vectors[3 * c + k]!;
    }
  }
  return result;
}

/** Eigenvalues of a symmetric matrix, and its eigenvectors as columns: cyclic Jacobi rotations (Golub and Van Loan, 8.5). */
export function eigen(symmetric: Matrix3): { values: Rgb; vectors: Matrix3 } {
  const a = [...symmetric];
  const v = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (let sweep = 0; sweep < 16; sweep++) {
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const off = a[3 * p + q]!;
      if (off === 0) continue;
      const theta = (a[4 * q]! - a[4 * p]!) / (2 * off);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const cos = 1 / Math.sqrt(t * t + 1);
      rotate(a, p, q, cos, t * cos);
      rotateColumns(v, p, q, cos, t * cos);
    }
  }
  return { values: [a[0]!, a[4]!, a[8]!], vectors: v };
}

/** `J^T a J` in place, J the rotation in the plane of axes p and q. */
function rotate(a: number[], p: number, q: number, cos: number, sin: number): void {
  rotateColumns(a, p, q, cos, sin);
  for (let k = 0; k < 3; k++) {
    const x = a[3 * p + k]!;
    const y = a[3 * q + k]!;
    a[3 * p + k] = cos * x - sin * y;
    a[3 * q + k] = sin * x + cos * y;
  }
}

function rotateColumns(a: number[], p: number, q: number, cos: number, sin: number): void {
  for (let k = 0; k < 3; k++) {
    const x = a[3 * k + p]!;
    const y = a[3 * k + q]!;
    a[3 * k + p] = cos * x - sin * y;
    a[3 * k + q] = sin * x + cos * y;
  }
}

function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  return Array.from({ length: 9 }, (_, i) => {
    const [r, c] = [3 * Math.floor(i / 3), i % 3];
    return a[r]! * b[c]! + a[r + 1]! * b[3 + c]! + a[r + 2]! * b[6 + c]!;
  });
}

function addToDiagonal(m: Matrix3, amount: number): Matrix3 {
  return m.map((value, i) => (i % 4 === 0 ? value + amount : value));
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
