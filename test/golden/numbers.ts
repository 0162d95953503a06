/**
 * The weights and pictures of the golden numbers, made from a counter-based integer hash: the same numbers as in
 * make_golden.py to the last bit. Every sum here is exact in 64 bits, so its order does not matter.
 */
import type { Image } from "../../src/image/image.ts";
import { type Backbone, convolutions } from "../../src/models/backbone.ts";
import type { ConvolutionWeights, Weights } from "../../src/weights/weights.ts";

/** 32 random bits for `index`: the mixing steps of Chris Wellons's lowbias32 over a Weyl sequence. */
export function bits(seed: number, index: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x85ebca77)) | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x >>> 0;
}

/** Uniform in [-1, 1), multiples of 2^-23: exact in float32. */
export function spread(seed: number, index: number): number {
  return (bits(seed, index) >>> 8) * 2 ** -23 - 1;
}

/** Random weights of `backbone`; kernels with He's standard deviation, which preserves the scale of activations. */
export function randomWeights(backbone: Backbone): Weights {
  const layers: Record<string, ConvolutionWeights> = {};
  let seed = 1;
  for (const { name, inputs, outputs } of convolutions(backbone)) {
    // Pictures have a standard deviation of about 0.25.
    const scale = Math.fround(Math.sqrt(6 / (9 * inputs)) * (inputs === 3 ? 4 : 1));
    const kernel = new Float32Array(outputs * inputs * 9);
    for (let i = 0; i < kernel.length; i++) kernel[i] = spread(seed, i) * scale;
    const bias = Float32Array.from({ length: outputs }, (_, i) => spread(seed + 1, i) * 0.125);
    layers[name] = { kernel, bias };
    seed += 2;
  }
  return { mean: Float32Array.of(0.485, 0.456, 0.406), layers };
}

/** Value noise in [0, 1]: the mean of random lattices with the given cells, linearly interpolated. */
export function picture(width: number, height: number, seed: number, cells: readonly number[]): Image {
  const data = new Float32Array(3 * width * height);
  let at = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let total = 0;
        for (const [octave, cell] of cells.entries()) {
          const [row, column] = [Math.floor(y / cell), Math.floor(x / cell)];
          const [v, u] = [(y % cell) / cell, (x % cell) / cell];
          const corner = (r: number, c: number) => spread(seed * 64 + channel * 8 + octave, r * 4096 + c);
          const above = corner(row, column) * (1 - u) + corner(row, column + 1) * u;
          const below = corner(row + 1, column) * (1 - u) + corner(row + 1, column + 1) * u;
          total += (above * (1 - v) + below * v) / cells.length;
        }
        data[at++] = total * 0.5 + 0.5;
      }
    }
  }
  return { width, height, data };
}

type Pixels = readonly [width: number, height: number];

export const contentPicture = ([width, height]: Pixels) => picture(width, height, 101, [16, 4]);
export const stylePicture = ([width, height]: Pixels) => picture(width, height, 102, [8, 2]);
/** The optimised image: not the content itself, whose loss would be zero. */
export const startPicture = ([width, height]: Pixels, seed: number) => picture(width, height, seed, [16, 2]);

/** The values at the positions that make_golden.py samples. */
export function sampled(values: ArrayLike<number>, count = 200): number[] {
  return Array.from({ length: count }, (_, i) => values[bits(7, i) % values.length]!);
}
