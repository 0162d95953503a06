/**
 * The same network with louder or quieter features. Every layer is a convolution and a ReLU, so that all features grow by
 * a factor when the first kernel and every bias do. Weights in, weights out: no graph.
 */
import type { Weights } from "../weights/weights.ts";
import { type Backbone, convolutions } from "./backbone.ts";

/** `own`, as the weights have it, or so many times as loud as VGG19 with its published weights. */
export type Gain = "own" | number;

/** What the features of `backbone` are multiplied with to be that loud. */
export function factorOf({ published = 1 }: Backbone, gain: Gain): number {
  return gain === "own" ? 1 : gain * published;
}

/** The weights that give features `factor` times as large; the same object for a factor of 1. */
export function louder(backbone: Backbone, weights: Weights, factor: number): Weights {
  if (factor === 1) return weights;
  const scaled = new Map(weights);
  const names = convolutions(backbone).map(({ name }) => name);
  for (const name of [`${names[0]}.weight`, ...names.map((layer) => `${layer}.bias`)]) {
    const tensor = weights.get(name);
    if (tensor) scaled.set(name, { ...tensor, data: tensor.data.map((x) => x * factor) });
  }
  return scaled;
}
