/**
 * Scales the activations of a network. Every layer is a convolution and a ReLU, so all features grow by a factor when
 * the first kernel and every bias do.
 */
import type { Weights } from "../weights/weights.ts";
import { type Backbone, convolutions } from "./backbone.ts";

/** `own`: activations as the weights give them; a number: that multiple of the published VGG19's activations. */
export type Gain = "own" | number;

/** The factor that gives the features of `backbone` this scale. */
export function featureScale({ published = 1 }: Backbone, gain: Gain): number {
  return gain === "own" ? 1 : gain * published;
}

/** Weights that give features `factor` times as large; the same object for a factor of 1. */
export function scaleFeatures(backbone: Backbone, weights: Weights, factor: number): Weights {
  if (factor === 1) return weights;
  const scaled = new Map(weights);
  const names = convolutions(backbone).map(({ name }) => name);
  for (const name of [`${names[0]}.weight`, ...names.map((layer) => `${layer}.bias`)]) {
    const tensor = weights.get(name);
    if (tensor) scaled.set(name, { ...tensor, data: tensor.data.map((x) => x * factor) });
  }
  return scaled;
}
