/** Builds a backbone's layer table as a graph, only as deep as the requested layers. */
import { UserError } from "../errors.ts";
import {
  averagePool,
  constant,
  conv,
  maxPool,
  mixChannels,
  type Padding,
  relu,
  sub,
  type Tensor,
} from "../graph/index.ts";
import type { ConvolutionWeights, Weights } from "../weights/weights.ts";
import { type Backbone, blockOf, convolutions } from "./backbone.ts";
import * as models from "./index.ts";

/** The poolings between blocks. */
export const poolings = { max: maxPool, average: averagePool };
/** The name of a pooling. */
export type Pooling = keyof typeof poolings;

/** What a network computes from an image. */
export interface Activations {
  /** The features of the requested layers, mapped by their read-outs. */
  readonly read: Record<string, Tensor>;
  /** The features of every layer up to the deepest requested one, as the network computes them. */
  readonly layers: Record<string, Tensor>;
}

/**
 * The features of `image` [1, 3, H, W] (RGB in [0, 1]; H and W multiples of 16) at the named layers, after their ReLU:
 * [1, channels, H / 2^(block - 1), W / 2^(block - 1)] each. If the weights have a read-out for a layer, its features
 * are mapped by that matrix over the channels. An unknown layer is a `usage` error.
 */
export function features(
  backbone: Backbone,
  weights: Weights,
  image: Tensor,
  layers: readonly string[],
  pooling: Pooling,
  padding: Padding = "zero",
): Record<string, Tensor> {
  return activations(backbone, weights, image, layers, pooling, padding).read;
}

/**
 * The same, and what the network computes on the way: from the second block on, of what `trimmed` leaves of the pooled
 * features.
 */
export function activations(
  backbone: Backbone,
  weights: Weights,
  image: Tensor,
  layers: readonly string[],
  pooling: Pooling,
  padding: Padding = "zero",
  trimmed: (x: Tensor, block: number) => Tensor = (x) => x,
): Activations {
  const names = convolutions(backbone).map((layer) => layer.name);
  const deepest = Math.max(...layers.map((layer) => position(backbone, names, layer)));
  const found: Activations = { read: {}, layers: {} };
  let x = weights.mean ? sub(image, constant(weights.mean, [3, 1, 1])) : image;
  for (const name of names.slice(0, deepest + 1)) {
    if (name !== names[0] && name.endsWith("_1")) x = trimmed(poolings[pooling](x), blockOf(name));
    const { readout, ...own } = weightsOf(weights, name);
    const outputs = own.bias.length;
    x = relu(convolved(x, own, padding));
    found.layers[name] = x;
    if (layers.includes(name))
      found.read[name] = readout ? mixChannels(x, constant(readout, [readout.length / outputs, outputs])) : x;
  }
  return found;
}

/** One convolution of the table, in one piece or in its two factors. */
function convolved(x: Tensor, { kernel, bias, expansion }: ConvolutionWeights, padding: Padding): Tensor {
  const outputs = bias.length;
  const rank = expansion ? expansion.length / outputs : outputs;
  const filters = constant(kernel, [rank, x.shape[1] as number, 3, 3]);
  const added = constant(bias, [outputs]);
  if (!expansion) return conv(x, filters, added, padding, true);
  return mixChannels(conv(x, filters, undefined, padding, true), constant(expansion, [outputs, rank]), added);
}

function position(backbone: Backbone, names: readonly string[], layer: string): number {
  const index = names.indexOf(layer);
  if (index >= 0) return index;
  const others = Object.values(models).filter((other) => convolutions(other).some(({ name }) => name === layer));
  const elsewhere = others.map(({ name }) => ` ${name} has it.`).join("");
  throw new UserError("usage", `${backbone.name} has no layer ${layer}. Its layers: ${names.join(", ")}.${elsewhere}`);
}

function weightsOf({ layers }: Weights, layer: string): ConvolutionWeights {
  const weights = layers[layer];
  if (!weights) throw new UserError("model", `The weights have no layer ${layer}.`);
  return weights;
}
