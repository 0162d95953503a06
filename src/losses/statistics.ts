/** What style losses remember of features [1, C, H, W]: sums over all positions, divided by their number. */
import { count, type Dim, div, multiplyDims, reshape, selfProduct, sum, type Tensor } from "../graph/index.ts";

/** The products of every two channels, averaged over positions: [C, C]. */
export function gramMatrix(features: Tensor): Tensor {
  return div(selfProduct(rows(features)), places(features));
}

/** The mean of every channel: [C, 1]. */
export function channelMeans(features: Tensor): Tensor {
  return div(sum(rows(features), { axes: [1], keep: true }), places(features));
}

/** One row of positions for every channel: [C, H * W]. */
function rows(features: Tensor): Tensor {
  const [, channels, height, width] = features.shape as [Dim, number, Dim, Dim];
  return reshape(features, [channels, multiplyDims(height, width)]);
}

/** How many positions there are. */
function places(features: Tensor): Tensor {
  return div(count(features), features.shape[1] as number);
}
