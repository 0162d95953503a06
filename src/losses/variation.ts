import { add, meanSquare, slice, sub, sumSquare } from "../graph/index.ts";
import { lossKind } from "./loss.ts";

/**
 * How much neighbouring pixels differ: squared differences to the right and below.
 *
 * - `paper`: their sum, as in Keras's example (the paper itself has no such term)
 * - `balanced`: the mean of the horizontal plus the mean of the vertical ones
 */
export const variation = lossKind("image", "How much neighbouring pixels differ: smoothness", (normalize) => {
  const total = normalize === "paper" ? sumSquare : meanSquare;
  return {
    score: (image) => {
      const right = sub(slice(image, 3, 1), slice(image, 3, 0, -1));
      const below = sub(slice(image, 2, 1), slice(image, 2, 0, -1));
      return add(total(right), total(below));
    },
  };
});
