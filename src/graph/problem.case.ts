/** An operator under test as a graph with inputs: what every runtime is given, on Node and in browsers alike. */
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

/** What an operator's test runs: its value, a scalar `sum(weights * operator)` and its gradients, and the inputs for them. */
export interface Problem {
  /** `y`, `loss`, and `g0`, `g1` ... for the inputs that are not fixed. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, { data: Float32Array; dims: readonly number[] }>>;
}

/** The case as graph, at the point of its domain that the tests use. */
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
