import { add, div, matmul, meanSquare, mul, sub, sumSquare, type Tensor, transpose } from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { channelProducts, channelSums, places } from "./statistics.ts";

/**
 * The distance between the means m and the covariances S of the channels. A Gram matrix mixes the two; here each counts
 * separately, so that large means do not hide the texture. N is the number of channels.
 *
 * - `balanced`: `mean (m - m')^2 / mean m'^2 + mean (S - S')^2 / mean S'^2`, halved
 * - `paper` (no paper has it; analogous to the Gram loss): `1/N sum (m - m')^2 + 1/(4 N^2) sum (S - S')^2`
 * - `mean`: `mean (m - m')^2 + mean (S - S')^2`
 * - `elements`: the same with `S/N`
 *
 * The description consists of raw moments: the means [C, 1] and the mean products [C, C], because these can be averaged
 * over paintings and covariances cannot.
 */
export const moments = lossKind(
  "style",
  "The distance between means and covariances: the painting's style",
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
