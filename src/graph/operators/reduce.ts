/** Sums and other reductions, and the broadcast that is their gradient. */

import { type Shape, sameShape } from "../shape.ts";
import { integers, node, type Tensor } from "../tensor.ts";
import { reshape, shapeOf } from "./movement.ts";

interface ReduceOptions {
  /** The axes to reduce; default all. */
  readonly axes?: readonly number[];
  /** Keep reduced axes with size 1. */
  readonly keep?: boolean;
}

/** The ONNX reduction `op` of `x`; `rule` gives its gradient, without it there is none. */
export function reduce(op: string, x: Tensor, options: ReduceOptions, rule?: (g: Tensor) => Tensor): Tensor {
  const { axes = x.shape.map((_, i) => i), keep = false } = options;
  const kept: Shape = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return node(op, [x, integers(...axes)], {
    shape: keep ? kept : x.shape.filter((_, i) => !axes.includes(i)),
    attributes: { keepdims: keep ? 1 : 0 },
    ...(rule && {
      accepts: "scalar",
      // The gradient is constant along the reduced axes: it has size 1 there.
      pullback: (g: Tensor) => [rule(keep || sameShape(g.shape, []) ? g : reshape(g, kept)), undefined],
    }),
  });
}

/** The sum over `axes`. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("ReduceSum", x, options, (g) => g);
}

/** The largest value; not differentiable. */
export function max(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduce("ReduceMax", x, options);
}

/** The sum of `g` over the axes that were broadcast from `shape` to `g.shape`. */
export function sumTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const missing = g.shape.length - shape.length;
  const axes = g.shape.flatMap((dim, i) => (i < missing || (shape[i - missing] === 1 && dim !== 1) ? [i] : []));
  const small = axes.length > 0 ? sum(g, { axes, keep: true }) : g;
  return missing > 0 ? reshape(small, shape) : small;
}

/** `g` broadcast to the common shape of `a` and `b`. */
export function expand(g: Tensor, shape: Shape, a: Tensor, b: Tensor = a): Tensor {
  const like = sameShape(a.shape, shape) ? a : sameShape(b.shape, shape) ? b : undefined;
  const known = shape.every((dim) => typeof dim === "number");
  if (!like && !known) throw new TypeError("internal: a symbolic shape that neither operand has");
  const target = known ? integers(...(shape as readonly number[])) : shapeOf(like!);
  return node("Expand", [g, target], { shape, accepts: "any", pullback: (h) => [sumTo(h, g.shape), undefined] });
}
