/** What losses sum up of features [1, C, H, W]: every position as often as the weight [1, 1, H, W] says, by default once. */
import {
  count,
  type Dim,
  div,
  matmul,
  mixture,
  mul,
  multiplyDims,
  reshape,
  selfProduct,
  sqrt,
  sum,
  sumSquare,
  type Tensor,
  transpose,
} from "../graph/index.ts";

/**
 * The products of every two channels: [C, C]. For features that are mixtures of others, R F, it is R (F F') R': the product over
 * positions is that of the fewer and unmixed channels, and what is as large as the picture is never mixed.
 */
export function channelProducts(features: Tensor, weight?: Tensor): Tensor {
  const mixed = mixture(features);
  if (!mixed) return selfProduct(rows(rooted(features, weight)));
  return matmul(matmul(mixed.matrix, channelProducts(mixed.source, weight)), transpose(mixed.matrix));
}

/** The sum of every channel: [C, 1]. */
export function channelSums(features: Tensor, weight?: Tensor): Tensor {
  const mixed = mixture(features);
  if (mixed) return matmul(mixed.matrix, channelSums(mixed.source, weight));
  return sum(rows(weight ? mul(features, weight) : features), { axes: [1], keep: true });
}

/** The squares of all elements: a scalar. */
export function squares(features: Tensor, weight?: Tensor): Tensor {
  return sumSquare(rooted(features, weight));
}

/** How many positions there are: a scalar. */
export function places(features: Tensor, weight?: Tensor): Tensor {
  return weight ? sum(weight) : div(count(features), features.shape[1] as number);
}

/** The features such that their products count as often as the weight says. */
function rooted(features: Tensor, weight: Tensor | undefined): Tensor {
  return weight ? mul(features, sqrt(weight)) : features;
}

/** One row of positions for every channel: [C, H * W]. */
function rows(features: Tensor): Tensor {
  const [, channels, height, width] = features.shape as [Dim, number, Dim, Dim];
  return reshape(features, [channels, multiplyDims(height, width)]);
}
