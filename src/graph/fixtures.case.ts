/** Small graphs run on a runtime, with gradients compared to finite differences: shared by the tests of the operators. */
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { mul } from "./arithmetic.ts";
import { grad } from "./grad.ts";
import { sum } from "./reduce.ts";
import { evaluateDim, type Shape } from "./shape.ts";
import { input, type Tensor } from "./tensor.ts";

/** Deterministic numbers in [-1, 1), none within 0.02 of another or of 0, so that kinks and ties are not hit. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed;
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return Float32Array.from(order, (k) => ((k + 0.5) / count) * 2 - 1);
}

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

/** An operator under test: the shapes of its inputs (symbols H and W stand for the sizes below) and what it builds. */
export interface OperatorCase {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Moves the test numbers into the operator's domain, as x -> offset + scale * x. */
  readonly domain?: { offset: number; scale: number };
  /** Inputs that a gradient does not flow to. */
  readonly fixed?: readonly number[];
}

export const SIZES = { H: 4, W: 6 };

/**
 * The value of the operator, and for each input the gradient of `sum(weights * operator)` and the same by central
 * differences.
 */
export async function differentiate({ shapes, build, domain = { offset: 0, scale: 1 }, fixed = [] }: OperatorCase) {
  const variables = shapes.map((shape, i) => input(`x${i}`, shape));
  const y = build(...variables);
  const dims = (shape: Shape) => shape.map((dim) => evaluateDim(dim, SIZES));
  const size = (shape: Shape) => dims(shape).reduce((a, b) => a * b, 1);
  const weights = input("weights", y.shape);
  const loss = sum(mul(y, weights));
  const free = variables.filter((_, i) => !fixed.includes(i));
  const gradients = grad(loss, free);
  const outputs = { y, loss, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) };
  const point = shapes.map((shape, i) => numbers(size(shape), i + 2).map((v) => domain.offset + domain.scale * v));
  const feed = (values: Float32Array[]) =>
    Object.fromEntries([
      ["weights", { data: numbers(size(y.shape), 7).map((w) => w + 0.4), dims: dims(y.shape) }],
      ...values.map((data, i) => [`x${i}`, { data, dims: dims(shapes[i]!) }] as const),
    ]);
  const at = await run(outputs, feed(point));

  const on = await cpu.open({ threads: 1 });
  const program = await on.load(encode({ loss }));
  const lossAt = async (values: Float32Array[]) => {
    const given = Object.entries(feed(values)).map(([k, { data, dims }]) => [k, on.value(data, dims)] as const);
    return (await (await program.run(Object.fromEntries(given))).loss!.read())[0]!;
  };
  const step = 2e-3;
  const differences: Float32Array[] = [];
  for (const [i, values] of point.entries()) {
    if (fixed.includes(i)) continue;
    const difference = new Float32Array(values.length);
    for (let k = 0; k < values.length; k++) {
      const moved = (by: number) => point.map((v, j) => (j === i ? v.map((x, n) => (n === k ? x + by : x)) : v));
      difference[k] = ((await lossAt(moved(step))) - (await lossAt(moved(-step)))) / (2 * step);
    }
    differences.push(difference);
  }
  return { value: at.y!, gradients: gradients.map((_, i) => at[`g${i}`]!), differences };
}
