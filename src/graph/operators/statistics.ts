/** Sums of squares and means of whole tensors, from which losses are made. */

import { node, scalar, type Tensor } from "../tensor.ts";
import { div, mul } from "./arithmetic.ts";
import { concat, reshape } from "./movement.ts";
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

/** Scalars as one tensor: [n]. */
export function together(scalars: readonly Tensor[]): Tensor {
  return concat(
    scalars.map((x) => reshape(x, [1])),
    0,
  );
}

/** The sum of the scalars `values`, each times its weight, which is a scalar without a gradient. */
export function weightedSum(values: readonly Tensor[], weights: readonly Tensor[]): Tensor {
  const products = mul(together(weights), together(values));
  return { ...sum(products), sources: values, pullback: (g) => weights.map((weight) => mul(g, weight)) };
}

/**
 * The number of elements of `x` along its axes from the given one on, evaluated at run time. Not the operator Size: runtimes
 * that have it only on the CPU would copy the whole tensor there, where Shape needs no values.
 */
export function count(x: Tensor, from = 0): Tensor {
  const sizes = x.shape.slice(from);
  if (sizes.every((dim) => typeof dim === "number"))
    return scalar((sizes as readonly number[]).reduce((product, dim) => product * dim, 1));
  const shape = node("Shape", [x], { shape: [sizes.length], type: "int64", attributes: { start: from } });
  const floats = node("Cast", [shape], { shape: [sizes.length], attributes: { to: "float32" } });
  // The count does not depend on the values: no gradient.
  return node("ReduceProd", [floats], { shape: [], attributes: { keepdims: 0 }, pullback: () => [undefined] });
}
