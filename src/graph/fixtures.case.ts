/** Runs small graphs on a runtime and compares gradients with finite differences, for the operators' tests. */
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { type OperatorCase, problem } from "./problem.case.ts";
import type { Tensor } from "./tensor.ts";

/** Runs `outputs` once. */
export async function run(
  outputs: Record<string, Tensor>,
  inputs: Record<string, { data: Float32Array; dims: readonly number[] }>,
  runtime?: Runtime,
): Promise<Record<string, Float32Array>> {
  const on = runtime ?? (await cpu.open({ threads: 1 }));
  const program = await on.load(encode(outputs));
  const values = Object.fromEntries(Object.entries(inputs).map(([k, { data, dims }]) => [k, on.value(data, dims)]));
  const results = await program.run(values);
  const read: Record<string, Float32Array> = {};
  for (const [name, value] of Object.entries(results)) read[name] = (await value.read()).slice();
  await program.dispose();
  return read;
}

/**
 * The value of the operator, and for each input the gradient of `sum(weights * operator)`, both analytic and by central
 * differences.
 */
export async function differentiate(operator: OperatorCase) {
  const { outputs, inputs } = problem(operator);
  const at = await run(outputs, inputs);

  const on = await cpu.open({ threads: 1 });
  const program = await on.load(encode({ loss: outputs.loss! }));
  const lossAt = async (moved: string, data: Float32Array) => {
    const given = Object.entries(inputs).map(
      ([k, fixed]) => [k, on.value(k === moved ? data : fixed.data, fixed.dims)] as const,
    );
    return (await (await program.run(Object.fromEntries(given))).loss!.read())[0]!;
  };
  const step = 2e-3;
  const differences: Float32Array[] = [];
  for (const i of operator.shapes.keys()) {
    if (operator.fixed?.includes(i)) continue;
    const name = `x${i}`;
    const point = inputs[name]!.data;
    const difference = new Float32Array(point.length);
    for (let k = 0; k < point.length; k++) {
      const moved = (by: number) => point.map((x, n) => (n === k ? x + by : x));
      difference[k] = ((await lossAt(name, moved(step))) - (await lossAt(name, moved(-step)))) / (2 * step);
    }
    differences.push(difference);
  }
  return { value: at.y!, gradients: differences.map((_, i) => at[`g${i}`]!), differences };
}
