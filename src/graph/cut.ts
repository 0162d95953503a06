/** Cuts a graph in two: what one program computes is given to the other. */
import { ordered } from "./order.ts";
import { input, type Tensor } from "./tensor.ts";

/**
 * The same outputs with every tensor of `given` as an input of its name, so that nothing that only those depend on is computed. Roles
 * are those of the whole graph: rewrite first, cut afterwards.
 */
export function cut(
  outputs: Readonly<Record<string, Tensor>>,
  given: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const known = new Map(Object.entries(given).map(([name, x]) => [x, input(name, x.shape, x.type)]));
  for (const x of ordered(Object.values(outputs))) {
    if (known.has(x)) continue;
    const inputs = x.inputs.map((y) => known.get(y)!);
    known.set(x, inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs });
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, known.get(x)!]));
}
