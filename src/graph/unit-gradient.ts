/** A value whose gradient is given another length. */
import { abs, add, div, mul } from "./arithmetic.ts";
import { sum } from "./reduce.ts";
import { node, type Tensor } from "./tensor.ts";

/** Keeps the quotient finite where a gradient is zero. */
const LEAST = 1e-8;

/**
 * `x`, but the gradient that flows through it is divided by its L1 norm and multiplied by `length`, a scalar. What comes
 * out is no derivative any more: on purpose, for layers that are to pull as hard as they are told to, however large their
 * losses.
 */
export function unitGradient(x: Tensor, length: Tensor): Tensor {
  const pullback = (gradient: Tensor) => [mul(gradient, div(length, add(sum(abs(gradient)), LEAST)))];
  return node("Identity", [x], { shape: x.shape, pullback });
}
