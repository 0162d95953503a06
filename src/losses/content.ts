import { div, mul, sub } from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { places, squares } from "./statistics.ts";

/**
 * The distance between features (Gatys et al., arXiv 1508.06576, equation 1).
 *
 * - `balanced`: `sum (F - P)^2 / sum P^2`
 * - `paper`: `1/2 sum (F - P)^2`
 * - `mean`, `elements`: `mean (F - P)^2`
 */
export const content = lossKind("content", "The distance between features: the photo's content", (normalize) => ({
  describe: (features) => [features],
  measure: (features, [target], weight) => [
    squares(sub(features, target!), weight),
    squares(target!, weight),
    places(features, weight),
  ],
  score: ([difference, square, positions], [target]) => {
    if (normalize === "paper") return mul(difference!, 0.5);
    if (normalize === "balanced") return div(difference!, square!);
    return div(difference!, mul(positions!, target!.shape[1] as number));
  },
}));
