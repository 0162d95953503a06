/**
 * Reverse-mode differentiation: one backward pass from a loss to the variables. Each operator's rule stands with the
 * operator.
 */
import { add } from "./operators/arithmetic.ts";
import { expand } from "./operators/reduce.ts";
import { ordered } from "./order.ts";
import { sameShape, shapeText } from "./shape.ts";
import { scalar, type Tensor } from "./tensor.ts";

/**
 * The gradients of the scalar `loss` with respect to `variables`, as graphs of the variables' shapes. Throws a
 * TypeError if `loss` is no scalar or an operator on the way has no gradient.
 */
export function grad(loss: Tensor, variables: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) throw new TypeError(`grad: expected a scalar, got ${shapeText(loss.shape)}`);
  const nodes = ordered([loss]);
  const needed = new Set<Tensor>(variables);
  for (const x of nodes) if (x.inputs.some((y) => needed.has(y))) needed.add(x);

  const gradients = new Map<Tensor, Tensor>([[loss, scalar(1)]]);
  for (const x of nodes.reverse()) {
    const g = gradients.get(x);
    if (!g || !needed.has(x) || x.inputs.length === 0) continue;
    if (!x.pullback) throw new TypeError(`grad: ${x.op} has no gradient`);
    const fits = sameShape(g.shape, x.shape) || x.accepts === "any" || (x.accepts === "scalar" && g.shape.length === 0);
    const parts = x.pullback(fits ? g : expand(g, x.shape, x));
    (x.sources ?? x.inputs).forEach((y, i) => {
      const part = parts[i];
      if (!part || !needed.has(y)) return;
      const before = gradients.get(y);
      gradients.set(y, before ? add(before, part) : part);
    });
  }
  return variables.map((x) => {
    const g = gradients.get(x) ?? scalar(0);
    return sameShape(g.shape, x.shape) ? g : expand(g, x.shape, x);
  });
}
