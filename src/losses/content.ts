import { div, meanSquare, mul, sub, sumSquare } from "../graph/index.ts";
import { lossKind } from "./loss.ts";

/**
 * The distance between features (Gatys et al., arXiv 1508.06576, equation 1).
 *
 * - `paper`: `1/2 sum (F - P)^2`
 * - `balanced`: `mean (F - P)^2 / mean P^2`
 */
export const content = lossKind("content", "The distance between features: what the photo shows", (normalize) => ({
  describe: (features) => [features],
  compare: (features, [target]) => {
    const difference = sub(features, target!);
    return normalize === "paper" ? mul(sumSquare(difference), 0.5) : div(meanSquare(difference), meanSquare(target!));
  },
}));
