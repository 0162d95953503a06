/** Random weights for any backbone, and the cost of a layer table, for tests that need a network. */
import type { ConvolutionWeights, Weights } from "../weights/weights.ts";
import { type Backbone, convolutions, multiplyAdds } from "./backbone.ts";

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
  for (const { name, inputs, outputs, rank } of convolutions(backbone)) {
    const scale = Math.sqrt(6 / (9 * inputs)) * (inputs === 3 ? 4 : 1);
    const kernel = Float32Array.from({ length: (rank || outputs) * inputs * 9 }, () => next() * scale);
    const expansion = rank
      ? Float32Array.from({ length: outputs * rank }, () => next() * Math.sqrt(3 / rank))
      : undefined;
    layers[name] = {
      kernel,
      bias: Float32Array.from({ length: outputs }, () => next() / 8),
      ...(expansion && { expansion }),
    };
  }
  return { mean: Float32Array.of(0.485, 0.456, 0.406), layers };
}

/** Multiply-adds per pixel of the image, up to and including `layer`. */
export function costTo(backbone: Backbone, layer: string): number {
  const all = convolutions(backbone);
  const last = all.findIndex(({ name }) => name === layer);
  return all.slice(0, last + 1).reduce((sum, each) => sum + multiplyAdds(each), 0);
}
