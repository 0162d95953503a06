/**
 * Reproducible random numbers: equal seeds give equal numbers on every machine. Uses integers and floating-point
 * operations that IEEE 754 rounds exactly (no `Math.log`, whose last bit depends on the engine). Not for cryptography.
 */

import { blank, type Image, type Size } from "./image.ts";

/** A random number generator with its own state. */
export interface Random {
  /** The next 32 random bits, as an integer from 0 to 2^32 - 1. */
  bits(): number;
  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Standard normal: mean 0, deviation 1. */
  normal(): number;
}

/** A generator for `seed`, any safe integer: sfc32 (Chris Doty-Humphrey's small fast counter, PractRand). */
export function random(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`internal: random: ${seed} is no safe integer`);
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  let spare: number | undefined;

  const bits = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return result >>> 0;
  };
  const uniform = () => bits() * 2 ** -32;
  /** Marsaglia's polar method, a pair at a time. */
  const normal = () => {
    if (spare !== undefined) {
      const result = spare;
      spare = undefined;
      return result;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const radius = Math.sqrt((-2 * logarithm(s)) / s);
      spare = v * radius;
      return u * radius;
    }
  };
  for (let i = 0; i < 16; i++) bits();
  return { bits, uniform, normal };
}

/**
 * An image of Gaussian noise around mid-grey, independent per value, clamped to [0, 1]. Equal sizes and seeds give
 * equal bytes on every machine; `seed` is any safe integer.
 */
export function noiseImage(size: Size, seed: number, { mean = 0.5, deviation = 0.2 } = {}): Image {
  const image = blank(size);
  const { normal } = random(seed);
  for (let i = 0; i < image.data.length; i++) {
    image.data[i] = Math.min(1, Math.max(0, mean + deviation * normal()));
  }
  return image;
}

/** The natural logarithm of x in (0, 1]: x = m 2^e with m in [0.7, 1.42), and log m = 2 artanh((m - 1) / (m + 1)). */
function logarithm(x: number): number {
  let m = x;
  let e = 0;
  while (m < Math.SQRT1_2) {
    m *= 2;
    e--;
  }
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let series = 0;
  for (let k = 23; k >= 1; k -= 2) series = series * square + 1 / k;
  return 2 * t * series + e * Math.LN2;
}
