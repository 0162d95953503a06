import { div, meanSquare, mul, sub, sumSquare, type Tensor } from "../graph/index.ts";
import { type FeatureLoss, lossKind } from "./loss.ts";

/**
 * The distance between features (Gatys et al., arXiv 1508.06576, equation 1).
 *
 * - `paper`: `1/2 sum (F - P)^2`
 * - `balanced`: `mean (F - P)^2 / mean P^2`
 */
export const content = lossKind("The distance between features: what the photo shows", (normalize): FeatureLoss => {
  if (normalize === "paper") {
    return {
      describe: (features) => [features],
      compare: (features, [target]) => mul(sumSquare(sub(features, target!)), 0.5),
    };
  }
  return {
    describe: (features): Tensor[] => [features, meanSquare(features)],
    compare: (features, [target, size]) => div(meanSquare(sub(features, target!)), size!),
  };
});
