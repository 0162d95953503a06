/** Small generated pictures for the tests. */

import type { Image } from "../../src/image/image.ts";

/** A smooth, deterministic image with values of every magnitude. */
export function sRgbRamp(width: number, height: number): Image {
  const plane = width * height;
  const data = Float32Array.from({ length: 3 * plane }, (_, i) => {
    const x = (i % width) / Math.max(1, width - 1);
    const y = (Math.floor(i / width) % height) / Math.max(1, height - 1);
    return [x, y, 1 - (x + y) / 2][Math.floor(i / plane)]!;
  });
  return { width, height, data };
}

/** The largest difference between two arrays of the same length. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
