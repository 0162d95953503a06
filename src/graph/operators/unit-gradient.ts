/** A value whose gradient is normalised. */

import { node, type Tensor } from "../tensor.ts";
import { abs, add, div, mul } from "./arithmetic.ts";
import { sum } from "./reduce.ts";

/** Keeps the quotient finite where the gradient is zero. */
const LEAST = 1e-8;

/**
 * `x`, but the gradient that flows through it is divided by its L1 norm and multiplied by the scalar `length`. The
 * result is deliberately not the derivative any more: each layer then acts with its own strength, whatever the size of
 * its loss.
 *
 */
export function unitGradient(x: Tensor, length: Tensor): Tensor {
  const pullback = (gradient: Tensor) => [mul(gradient, div(length, add(sum(abs(gradient)), LEAST)))];
  return node("Identity", [x], { shape: x.shape, pullback });
}
