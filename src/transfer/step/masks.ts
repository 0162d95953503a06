/** Masks for devices, where every operator costs a dispatch and moves whole tensors: selecting takes the place of multiplying. */
import { ordered, sameShape, type Tensor, where } from "../../graph/index.ts";

/** The same graph with `Where(condition, x, 0)` for every `Cast(condition) * x` of equal shapes. (On the CPU that is slower.) */
export function selecting(outputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const made = new Map<Tensor, Tensor>();
  for (const x of ordered(Object.values(outputs))) {
    const inputs = x.inputs.map((y) => made.get(y)!);
    // Inputs and constants stay themselves.
    made.set(x, inputs.length === 0 ? x : (selection(x, inputs) ?? { ...x, inputs }));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, made.get(x)!]));
}

function selection({ op }: Tensor, inputs: readonly Tensor[]): Tensor | undefined {
  const [mask, x] = inputs;
  const condition = op === "Mul" && mask!.op === "Cast" ? mask!.inputs[0]! : undefined;
  return condition?.type === "bool" && sameShape(condition.shape, x!.shape) ? where(condition, x!, 0) : undefined;
}
