/** Sums of squares and means of whole tensors, from which losses are made. */

import { node, scalar, type Tensor } from "../tensor.ts";
import { div, mul } from "./arithmetic.ts";
import { shapeOf } from "./movement.ts";
import { reduce, sum } from "./reduce.ts";

/**
 * The sum of squares of all elements, in two stages (the last axis, then the rest): more accurate in float32 than one
 * long sum, and parallel.
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

/**
 * The number of elements of `x`, evaluated at run time. Not the operator Size: runtimes that have it only on the CPU
 * would copy the whole tensor there, where Shape needs no values.
 */
export function count(x: Tensor): Tensor {
  const known = x.shape.every((dim) => typeof dim === "number");
  if (known) return scalar((x.shape as readonly number[]).reduce((product, dim) => product * dim, 1));
  const sizes = node("Cast", [shapeOf(x)], { shape: [x.shape.length], attributes: { to: "float32" } });
  // The count does not depend on the values: no gradient.
  return node("ReduceProd", [sizes], { shape: [], attributes: { keepdims: 0 }, pullback: () => [undefined] });
}
