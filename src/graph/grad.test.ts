import { describe, expect, test } from "vitest";
import { differentiate, run } from "./fixtures.case.ts";
import { grad } from "./grad.ts";
import { add, mul, relu } from "./operators/arithmetic.ts";
import { sum } from "./operators/reduce.ts";
import { unitGradient } from "./operators/unit-gradient.ts";
import { operators } from "./operators.case.ts";
import { input, type Tensor } from "./tensor.ts";

describe("gradients agree with central differences", () => {
  test.each(Object.keys(operators))("%s", async (name) => {
    const { gradients, differences } = await differentiate(operators[name]!);
    for (const [i, gradient] of gradients.entries()) {
      expect(gradient.length).toBe(differences[i]!.length);
      const scale = Math.max(...differences[i]!.map(Math.abs), 1e-3);
      const worst = Math.max(...gradient.map((g, k) => Math.abs(g - differences[i]![k]!)));
      expect(worst / scale).toBeLessThan(5e-3);
    }
  });
});

test("a tensor that is used twice receives the sum of both gradients", async () => {
  const x = input("x", [2]);
  const [g] = grad(sum(add(mul(x, x), mul(x, 3))), [x]);
  const { g: result } = await run({ g: g! }, { x: { data: Float32Array.of(1, -2), dims: [2] } });
  expect([...result!]).toEqual([5, -1]);
});

test("a loss that does not depend on a variable has a zero gradient of its shape", async () => {
  const [x, z] = [input("x", [2]), input("z", [3])];
  const [g] = grad(sum(x), [z]);
  const { g: result } = await run({ g: g! }, { z: { data: new Float32Array(3), dims: [3] } });
  expect([...result!]).toEqual([0, 0, 0]);
});

test("unitGradient rescales the gradient, keeps its direction and the value, and leaves a zero gradient zero", async () => {
  const [x, length] = [input("x", [3]), input("length", [])];
  const gradientOf = (loss: Tensor) => grad(loss, [x])[0]!;
  const y = unitGradient(x, length);
  const outputs = { y, g: gradientOf(mul(sum(mul(y, y)), 1000)), zero: gradientOf(sum(mul(y, 0))) };
  const given = { x: { data: Float32Array.of(1, -3, 0), dims: [3] }, length: { data: Float32Array.of(8), dims: [] } };
  const found = await run(outputs, given);
  expect([...found.y!]).toEqual([1, -3, 0]);
  expect([...found.g!].map((v) => Math.round(v * 1e5) / 1e5)).toEqual([2, -6, 0]);
  expect([...found.zero!]).toEqual([0, 0, 0]);
});

test("a graph thousands of nodes deep is differentiated without recursion", () => {
  const x = input("x", [2]);
  let y: Tensor = x;
  for (let i = 0; i < 20_000; i++) y = relu(y);
  expect(grad(sum(y), [x])[0]!.shape).toEqual([2]);
});

test("only a scalar has a gradient", () => {
  const x = input("x", [2]);
  expect(() => grad(x, [x])).toThrow("grad: expected a scalar, got [2]");
});
