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
  const [first] = convolutions(backbone);
  const times = (numbers: Float32Array) => numbers.map((x) => x * factor);
  const layers = Object.entries(weights.layers).map(([name, layer]) => {
    const kernel = name === first!.name ? times(layer.kernel) : layer.kernel;
    return [name, { ...layer, kernel, bias: times(layer.bias) }];
  });
  return { ...weights, layers: Object.fromEntries(layers) };
}
