import {
  add,
  count,
  div,
  mul,
  type Padding,
  roll,
  slice,
  sqrt,
  sub,
  sum,
  sumSquare,
  type Tensor,
} from "../graph/index.ts";
import { lossKind } from "./loss.ts";

/**
 * Total variation: squared differences to the right and lower neighbour, weighted by the left or upper pixel. With
 * circular padding the last pixels are neighbours of the first.
 *
 * - `balanced`, `mean`: the mean of the horizontal plus the mean of the vertical differences
 * - `paper`, `elements`: their sum (the paper itself has no such term; neural-style's gradient is half of this one's)
 */
export const variation = lossKind(
  "image",
  "The squared differences of neighbouring pixels: smoothness",
  (normalize, padding) => ({
    measure: (image, weight) => [3, 2].flatMap((axis) => differences(image, axis, weight, padding)),
    score: ([right, pairsRight, below, pairsBelow]) =>
      normalize === "paper" || normalize === "elements"
        ? add(right!, below!)
        : add(div(right!, pairsRight!), div(below!, pairsBelow!)),
  }),
);

/** The squared differences along `axis`: their sum and their number. */
function differences(image: Tensor, axis: number, weight: Tensor | undefined, padding: Padding): [Tensor, Tensor] {
  const before = (x: Tensor) => (padding === "circular" ? x : slice(x, axis, 0, -1));
  const after = padding === "circular" ? roll(image, axis, 1) : slice(image, axis, 1);
  const difference = sub(after, before(image));
  if (!weight) return [sumSquare(difference), count(difference)];
  const channels = image.shape[1] as number;
  return [sumSquare(mul(difference, sqrt(before(weight)))), mul(sum(before(weight)), channels)];
}
