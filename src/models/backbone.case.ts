/** Random weights for any backbone, and the cost of a layer table, for tests that need a network. */
import type { ConvolutionWeights, Weights } from "../weights/weights.ts";
import { type Backbone, convolutions } from "./backbone.ts";

/** A network small enough for tests that run a job: five blocks with the layer names of the large ones. */
export const toy: Backbone = { name: "toy", summary: "for tests", blocks: [[4], [6], [8], [8, 8], [8]] };

/** Random kernels with He's standard deviation, small biases, the usual mean. */
export function toyWeights(backbone: Backbone = toy): Weights {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const layers: Record<string, ConvolutionWeights> = {};
  for (const { name, inputs, outputs } of convolutions(backbone)) {
    const scale = Math.sqrt(6 / (9 * inputs)) * (inputs === 3 ? 4 : 1);
    const kernel = Float32Array.from({ length: outputs * inputs * 9 }, () => next() * scale);
    layers[name] = { kernel, bias: Float32Array.from({ length: outputs }, () => next() / 8) };
  }
  return { mean: Float32Array.of(0.485, 0.456, 0.406), layers };
}

/** Multiply-adds per pixel of the image, up to and including `layer`. */
export function multiplyAdds(backbone: Backbone, layer: string): number {
  let sum = 0;
  for (const { name, inputs, outputs } of convolutions(backbone)) {
    const block = Number(name[4]);
    sum += (9 * inputs * outputs) / 4 ** (block - 1);
    if (name === layer) return sum;
  }
  throw new RangeError(`no layer ${layer}`);
}
