/** Topological order of a graph. */
import type { Tensor } from "./tensor.ts";

/** All tensors that `outputs` depend on, inputs first. Iterative, because a graph may be thousands of nodes deep. */
export function ordered(outputs: readonly Tensor[]): Tensor[] {
  const done = new Set<Tensor>();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const x = stack[stack.length - 1]!;
    const open = done.has(x) ? [] : x.inputs.filter((y) => !done.has(y));
    if (open.length > 0) {
      stack.push(...open.reverse());
    } else {
      done.add(x);
      stack.pop();
    }
  }
  return [...done];
}
