/** Sums of squares and means of whole tensors, from which losses are made. */

import { ordered } from "../order.ts";
import { dimText, elements, termsOf } from "../shape.ts";
import { node, scalar, type Tensor } from "../tensor.ts";
import { add, div, mul } from "./arithmetic.ts";
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
 * The number of elements of `x` along its axes from the given one on, evaluated at run time: without a gradient, since it does
 * not depend on values. Not the operator Size: runtimes that have it only on the CPU would copy the whole tensor there, where
 * Shape needs no values. Where an input of the graph has the same sizes they are read from there, so that tensors of many
 * layers share one count.
 */
export function count(x: Tensor, from = 0): Tensor {
  const dims = x.shape.slice(from);
  const inputs = ordered([x]).filter(({ op }) => op === "Input");
  const parts = termsOf(elements(dims)).map(({ coefficient, symbols }) => {
    const sizes = symbols.map((symbol) => sizeIn(inputs, symbol));
    if (!sizes.every((size) => size !== undefined)) return undefined;
    return sizes.length === 0 ? scalar(coefficient) : mul(sizes.reduce(mul), coefficient);
  });
  return parts.every((part) => part !== undefined) ? parts.reduce(add) : product(sizesOf(x, from, x.shape.length));
}

/** The size that `symbol` stands for, from the first of `inputs` that has it: a scalar. */
function sizeIn(inputs: readonly Tensor[], symbol: string): Tensor | undefined {
  for (const x of inputs) {
    const axis = x.shape.findIndex((dim) => dimText(dim) === symbol);
    if (axis >= 0) return node("Squeeze", [sizesOf(x, axis, axis + 1)], { shape: [], pullback: none });
  }
  return undefined;
}

/** The sizes of `x` along the axes from `start` up to `end`, as floats. */
function sizesOf(x: Tensor, start: number, end: number): Tensor {
  const shape = node("Shape", [x], { shape: [end - start], type: "int64", attributes: { start, end } });
  return node("Cast", [shape], { shape: shape.shape, attributes: { to: "float32" } });
}

function product(sizes: Tensor): Tensor {
  return node("ReduceProd", [sizes], { shape: [], attributes: { keepdims: 0 }, pullback: none });
}

/** Sizes do not depend on values: they have no gradient. */
const none = () => [undefined];
