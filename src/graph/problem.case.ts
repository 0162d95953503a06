/** An operator under test as a graph with inputs, for every runtime, in Node and in browsers. */

import { grad } from "./grad.ts";
import { mul } from "./operators/arithmetic.ts";
import { sum } from "./operators/reduce.ts";
import { evaluateDim, type Shape } from "./shape.ts";
import { input, type Tensor } from "./tensor.ts";

/** Deterministic numbers in [-1, 1), at least 0.02 apart from each other and from 0, to avoid kinks and ties. */
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

/** An operator under test: the shapes of its inputs (the symbols H and W stand for the sizes below) and its graph. */
export interface OperatorCase {
  readonly shapes: readonly Shape[];
  readonly build: (...inputs: Tensor[]) => Tensor;
  /** Maps the test numbers into the operator's domain: x -> offset + scale * x. */
  readonly domain?: { offset: number; scale: number };
  /** Inputs that receive no gradient. */
  readonly fixed?: readonly number[];
}

export const SIZES = { H: 4, W: 6 };

/**
 * The outputs of an operator's test: its value, the scalar `sum(weights * operator)` and its gradients; and their
 * inputs.
 */
export interface Problem {
  /** `y`, `loss`, and `g0`, `g1` ... for the inputs that are not fixed. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, { data: Float32Array; dims: readonly number[] }>>;
}

/** The case as a graph, evaluated at the test numbers. */
export function problem({ shapes, build, domain = { offset: 0, scale: 1 }, fixed = [] }: OperatorCase): Problem {
  const variables = shapes.map((shape, i) => input(`x${i}`, shape));
  const y = build(...variables);
  const dims = (shape: Shape) => shape.map((dim) => evaluateDim(dim, SIZES));
  const size = (shape: Shape) => dims(shape).reduce((a, b) => a * b, 1);
  const loss = sum(mul(y, input("weights", y.shape)));
  const gradients = grad(
    loss,
    variables.filter((_, i) => !fixed.includes(i)),
  );
  const inputs: Record<string, { data: Float32Array; dims: readonly number[] }> = {
    weights: { data: numbers(size(y.shape), 7).map((w) => w + 0.4), dims: dims(y.shape) },
  };
  for (const [i, shape] of shapes.entries()) {
    const data = numbers(size(shape), i + 2).map((v) => domain.offset + domain.scale * v);
    inputs[`x${i}`] = { data, dims: dims(shape) };
  }
  return { outputs: { y, loss, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) }, inputs };
}
