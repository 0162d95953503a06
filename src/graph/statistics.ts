/** Sums of squares and means of whole tensors: what losses are made of. */
import { div, mul } from "./arithmetic.ts";
import { reduce, sum } from "./reduce.ts";
import { node, scalar, type Tensor } from "./tensor.ts";

/**
 * The sum of squares of all elements, in two stages (the last axis, then the rest): more exact in 32 bits than one long
 * sum, and parallel.
 */
export function sumSquare(x: Tensor): Tensor {
  if (x.shape.length === 0) return mul(x, x);
  return sum(reduce("ReduceSumSquare", x, { axes: [x.shape.length - 1] }, (g) => mul(mul(g, 2), x)));
}

/** The mean of the squares of all elements. */
export function meanSquare(x: Tensor): Tensor {
  return div(sumSquare(x), count(x));
}

/** The mean of all elements. */
export function mean(x: Tensor): Tensor {
  return div(sum(x), count(x));
}

/** How many elements `x` has, as a number known when the program runs. */
export function count(x: Tensor): Tensor {
  const known = x.shape.every((dim) => typeof dim === "number");
  if (known) return scalar((x.shape as readonly number[]).reduce((product, dim) => product * dim, 1));
  const size = node("Size", [x], { shape: [], type: "int64" });
  // A size does not change with the values: no gradient flows on.
  return node("Cast", [size], { shape: [], attributes: { to: "float32" }, pullback: () => [undefined] });
}
