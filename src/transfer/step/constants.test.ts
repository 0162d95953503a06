import { expect, test } from "vitest";
import { count, div, input, mul, ordered, print, sub, sumSquare, symbol } from "../../graph/index.ts";
import { encode } from "../../onnx/model.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import type { Program, Runtime } from "../../runtimes/runtime.ts";
import { divided, loadDivided } from "./constants.ts";

const image = input("image", [1, 1, symbol("H"), symbol("W")]);
const target = input("target", [2, 2]);
const strength = input("strength", []);
/** Depends on the image's size, but for the first factor not on its values. */
const next = mul(div(mul(strength, sumSquare(target)), count(image)), sub(image, strength));
const term = mul(strength, sumSquare(next));
const outputs = { next, term };
const varies = (name: string) => name === "image";

test("the part for every step has what depends on values that vary; the other has none of them", () => {
  const { once, each } = divided(outputs, varies);
  expect(print(once)).toContain("Shape(image)");
  for (const x of ordered(Object.values(once)))
    if (x.inputs.some(({ name }) => name === "image")) expect(x.op).toBe("Shape");
  expect(Object.keys(once)).toHaveLength(1);
  const left = ordered(Object.values(each)).map(({ op }) => op);
  expect(left).not.toContain("Div");
  expect(left).not.toContain("Shape");
  expect(left.filter((op) => op === "ReduceSumSquare")).toHaveLength(1);
});

test("a size that no input has is not read ahead of its tensor", () => {
  const shape = { ...mul(image, image), op: "Shape", inputs: [mul(image, image)], type: "int64" } as const;
  expect(divided({ shape }, varies).once).toEqual({});
});

test("computes what the whole graph does, and what stays the same only when a value or a size is another", async () => {
  const plain = await cpu.open({ threads: 1 });
  const runs: number[] = [];
  const counting: Runtime = {
    ...plain,
    async load(model, options): Promise<Program> {
      const program = await plain.load(model, options);
      const own = runs.push(0) - 1;
      const run: Program["run"] = (inputs, wanted, into) => {
        runs[own]!++;
        return program.run(inputs, wanted, into);
      };
      return { ...program, run };
    },
  };
  const whole = await plain.load(encode(outputs));
  const parts = await loadDivided(counting, outputs, varies, {});
  const tensor = (dims: number[], start: number) =>
    plain.value(
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => start + i / 4),
      dims,
    );
  const same = { target: tensor([2, 2], 1), strength: tensor([], 2) };
  const course = [
    { inputs: { ...same, image: tensor([1, 1, 4, 6], 1) }, constants: 1 },
    { inputs: { ...same, image: tensor([1, 1, 4, 6], 3) }, constants: 1 },
    { inputs: { ...same, strength: tensor([], 5), image: tensor([1, 1, 4, 6], 3) }, constants: 2 },
    { inputs: { ...same, image: tensor([1, 1, 6, 4], 3) }, constants: 3 },
    { inputs: { ...same, image: tensor([1, 1, 8, 4], 3) }, constants: 4 },
  ];
  for (const [i, { inputs, constants }] of course.entries()) {
    const [found, expected] = [await parts.run(inputs), await whole.run(inputs)];
    for (const name of Object.keys(outputs)) expect(await found[name]!.read()).toEqual(await expected[name]!.read());
    expect(runs).toEqual([constants, i + 1]);
  }
  await parts.dispose();
  await whole.dispose();
});
