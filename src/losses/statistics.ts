/** Weighted sums over the positions of features [1, C, H, W]; the weight [1, 1, H, W] is 1 by default. */
import {
  count,
  type Dim,
  matmul,
  mul,
  multiplyDims,
  reshape,
  roleOf,
  selfProduct,
  sqrt,
  sum,
  sumSquare,
  type Tensor,
  transpose,
} from "../graph/index.ts";

/**
 * The products of every two channels: [C, C]. For linear mixtures R F of features it is computed as R (F F') R', so
 * that the large mixed tensor is never formed.
 */
export function channelProducts(features: Tensor, weight?: Tensor): Tensor {
  const mixed = roleOf(features, "channel mixture");
  if (!mixed) return selfProduct(rows(rooted(features, weight)));
  return matmul(matmul(mixed.matrix, channelProducts(mixed.x, weight)), transpose(mixed.matrix));
}

/** The sum of each channel: [C, 1]. */
export function channelSums(features: Tensor, weight?: Tensor): Tensor {
  const mixed = roleOf(features, "channel mixture");
  if (mixed) return matmul(mixed.matrix, channelSums(mixed.x, weight));
  return sum(rows(weight ? mul(features, weight) : features), { axes: [1], keep: true });
}

/** The sum of squares of all elements: a scalar. */
export function squares(features: Tensor, weight?: Tensor): Tensor {
  return sumSquare(rooted(features, weight));
}

/** The number of positions: a scalar. */
export function places(features: Tensor, weight?: Tensor): Tensor {
  return weight ? sum(weight) : count(features, 2);
}

/** The features scaled by the root of the weight, so that products are weighted once. */
function rooted(features: Tensor, weight: Tensor | undefined): Tensor {
  return weight ? mul(features, sqrt(weight)) : features;
}

/** Features as a matrix: [C, H * W]. */
export function rows(features: Tensor): Tensor {
  const [, channels, height, width] = features.shape as [Dim, number, Dim, Dim];
  return reshape(features, [channels, multiplyDims(height, width)]);
}
