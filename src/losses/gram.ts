import { div, meanSquare, mul, sub, sumSquare } from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { channelProducts, places } from "./statistics.ts";

/**
 * The distance between Gram matrices (Gatys et al., arXiv 1508.06576, equations 3 and 4), each averaged over its own
 * positions, so that painting and result may differ in size. N is the number of channels, M the number of positions.
 * With weighted positions these are the guided Gram matrices of Gatys et al. 2017 (arXiv 1611.07865, equation 3).
 *
 * - `balanced`: `mean (G/M - A/M')^2 / mean (A/M')^2`
 * - `paper`: `1/(4 N^2) sum (G/M - A/M')^2`, which is the paper's `1/(4 N^2 M^2) sum (G - A)^2` where sizes agree
 * - `mean`: `mean (G/M - A/M')^2`
 * - `elements`: `mean (G/(N M) - A/(N M'))^2`
 */
export const gram = lossKind("style", "The distance between Gram matrices: the painting's style", (normalize) => ({
  describe: (features, weight) => [div(channelProducts(features, weight), places(features, weight))],
  measure: (features, _, weight) => [channelProducts(features, weight), places(features, weight)],
  score: ([products, positions], [target]) => {
    const difference = sub(div(products!, positions!), target!);
    const channels = target!.shape[0] as number;
    if (normalize === "paper") return mul(sumSquare(difference), 1 / (4 * channels ** 2));
    // The quotient of the means is that of the sums.
    if (normalize === "balanced") return div(sumSquare(difference), sumSquare(target!));
    return mul(meanSquare(difference), normalize === "mean" ? 1 : 1 / channels ** 2);
  },
}));
