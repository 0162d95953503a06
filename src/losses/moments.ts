import { add, div, matmul, meanSquare, mul, sub, sumSquare, type Tensor, transpose } from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { channelProducts, channelSums, places } from "./statistics.ts";

/**
 * The distance between the means m and covariances S of the channels over positions. Where a Gram matrix mixes the two,
 * here each counts on its own, so that a strong mean does not drown the texture. N is the number of channels.
 *
 * - `balanced`: `mean (m - m')^2 / mean m'^2 + mean (S - S')^2 / mean S'^2`, halved
 * - `paper` (no paper has it; in the manner of the Gram loss): `1/N sum (m - m')^2 + 1/(4 N^2) sum (S - S')^2`
 * - `mean`: `mean (m - m')^2 + mean (S - S')^2`
 * - `elements`: the same with `S/N`
 *
 * What is remembered are the mean [C, 1] of every channel and the mean product [C, C] of every two: raw moments, because
 * these may be averaged over pictures and covariances may not.
 */
export const moments = lossKind(
  "style",
  "The distance between means and covariances: how the painting is painted",
  (normalize) => ({
    describe: (features, weight) => {
      const positions = places(features, weight);
      return [div(channelSums(features, weight), positions), div(channelProducts(features, weight), positions)];
    },
    measure: (features, _, weight) => [
      channelSums(features, weight),
      channelProducts(features, weight),
      places(features, weight),
    ],
    score: ([sums, products, positions], [targetMean, targetSecond]) => {
      const mean = div(sums!, positions!);
      const means = sub(mean, targetMean!);
      const covariance = covarianceOf(targetMean!, targetSecond!);
      const covariances = sub(covarianceOf(mean, div(products!, positions!)), covariance);
      if (normalize === "balanced") {
        const first = div(meanSquare(means), meanSquare(targetMean!));
        return mul(add(first, div(meanSquare(covariances), meanSquare(covariance))), 0.5);
      }
      const channels = targetMean!.shape[0] as number;
      if (normalize !== "paper") {
        return add(meanSquare(means), mul(meanSquare(covariances), normalize === "mean" ? 1 : 1 / channels ** 2));
      }
      return add(mul(sumSquare(means), 1 / channels), mul(sumSquare(covariances), 1 / (4 * channels ** 2)));
    },
  }),
);

function covarianceOf(mean: Tensor, second: Tensor): Tensor {
  return sub(second, matmul(mean, transpose(mean)));
}
