import { div, meanSquare, mul, sub, sumSquare } from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { gramMatrix } from "./statistics.ts";

/**
 * The distance between Gram matrices (Gatys et al., arXiv 1508.06576, equations 3 and 4), each averaged over its own
 * positions, so that painting and result may differ in size. N is the number of channels, M of positions.
 *
 * - `paper`: `1/(4 N^2) sum (G/M - A/M')^2`, which is the paper's `1/(4 N^2 M^2) sum (G - A)^2` where sizes agree
 * - `balanced`: `mean (G/M - A/M')^2 / mean (A/M')^2`
 */
export const gram = lossKind(
  "style",
  "The distance between Gram matrices: how the painting is painted",
  (normalize) => ({
    describe: (features) => [gramMatrix(features)],
    compare: (features, [target]) => {
      const difference = sub(gramMatrix(features), target!);
      const channels = features.shape[1] as number;
      return normalize === "paper"
        ? mul(sumSquare(difference), 1 / (4 * channels ** 2))
        : div(meanSquare(difference), meanSquare(target!));
    },
  }),
);
