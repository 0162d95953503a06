/** Validates a graph as a whole before it is encoded. Each operator has checked its own shapes already. */
import { ordered } from "./order.ts";
import { sameShape, shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Throws a TypeError unless input names are unique, elementwise operators have operands of one type, and every constant
 * is finite.
 */
export function check(outputs: Readonly<Record<string, Tensor>>): void {
  const inputs = new Map<string, Tensor>();
  for (const x of ordered(Object.values(outputs))) {
    if (x.op === "Input") {
      const other = inputs.get(x.name!);
      if (other) {
        const shapes = sameShape(other.shape, x.shape) ? "" : ` ${shapeText(other.shape)} and ${shapeText(x.shape)}`;
        throw new TypeError(`two inputs are called ${x.name}${shapes}`);
      }
      inputs.set(x.name!, x);
      if (x.name! in outputs) throw new TypeError(`an input and an output are called ${x.name}`);
    }
    if (x.accepts === "any" && x.op !== "Expand" && x.inputs.some((y) => y.type !== x.inputs[0]!.type)) {
      throw new TypeError(`${x.op}: inputs of types ${x.inputs.map((y) => y.type).join(", ")}`);
    }
    if (x.data instanceof Float32Array && !allFinite(x.data)) {
      throw new TypeError(`a constant ${shapeText(x.shape)} holds NaN or infinite numbers`);
    }
  }
}

/** Arrays without NaN and infinite numbers: every program of a job has the same weights. */
const finite = new WeakSet<Float32Array>();

function allFinite(data: Float32Array): boolean {
  if (finite.has(data)) return true;
  // Infinity - Infinity and NaN - NaN are NaN, which differs from everything.
  for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) return false;
  finite.add(data);
  return true;
}
