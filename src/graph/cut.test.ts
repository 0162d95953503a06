/** A graph in two programs computes what it does in one. */
import { expect, test } from "vitest";
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import { cut, needed } from "./cut.ts";
import {
  add,
  constant,
  conv,
  crop,
  grad,
  input,
  maxPool,
  mul,
  ordered,
  relu,
  sumSquare,
  symbol,
  type Tensor,
} from "./index.ts";

test("what is given is not computed, and the rest is as before", async () => {
  const x = input("x", [2]);
  const features = relu(mul(x, constant(Float32Array.of(3, -5), [2])));
  const outputs = { sum: add(features, x), product: mul(features, features) };
  const rest = cut(outputs, { features });
  expect(ordered([rest.product!]).flatMap(({ name }) => name ?? [])).toEqual(["features"]);
  expect(ordered(Object.values(rest)).some(({ op }) => op === "Relu")).toBe(false);
  expect(cut(outputs, {})).toEqual(outputs);

  const runtime = await cpu.open({ threads: 1 });
  const [whole, first, second] = await Promise.all(
    [outputs, { features }, rest].map((graph) => runtime.load(encode(graph))),
  );
  const given = { x: runtime.value(Float32Array.of(1, 2), [2]) };
  const memory = new Float32Array(2);
  // The first program writes where the second one reads.
  const kept = { features: runtime.writable!(memory, [2]) };
  expect(await first!.run(given, ["features"], kept)).toEqual({});
  expect([...memory]).toEqual([3, 0]);
  const [expected, found] = [await whole!.run(given), await second!.run({ ...given, ...kept })];
  for (const name of ["sum", "product"]) expect(await found[name]!.read()).toEqual(await expected[name]!.read());
});

test("a second program needs masks and crops instead of features, and computes none of them", () => {
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const first = layer(image, 3, 4);
  const second = layer(maxPool(first), 4, 4);
  const third = layer(second, 4, 4);
  const core = input("core", [4]);
  const sums = { sum: sumSquare(crop(second, core, [symbol("h"), symbol("w")])), other: sumSquare(third) };
  const [gradient] = grad(add(mul(input("slope", []), sums.sum), sums.other), [image]);
  const features = [first, second, third];
  const kept = needed(sums, { gradient: gradient! }, new Set(features));
  // Of the first layer the places of maxima, of the second one what is cropped and where it is positive, and the third one.
  expect(kept.map(({ op, type }) => `${op} ${type}`)).toEqual([
    "Equal bool",
    ...["Slice float32", "Greater bool"],
    "Relu float32",
  ]);
  const rest = ordered(Object.values(cut({ gradient: gradient! }, record(kept))));
  expect(rest.some(({ op }) => op === "Relu" || op === "MaxPool")).toBe(false);
  // Features of the second layer and below are computed again.
  const late = needed(sums, { gradient: gradient! }, new Set([third]));
  expect(late).toEqual([third]);
  expect(needed(sums, { gradient: gradient! }, new Set())).toEqual([]);
});

function layer(x: Tensor, inputs: number, outputs: number): Tensor {
  const kernel = constant(new Float32Array(9 * inputs * outputs), [outputs, inputs, 3, 3]);
  return relu(conv(x, kernel, constant(new Float32Array(outputs), [outputs])));
}

function record(kept: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(kept.map((x, i) => [`kept ${i}`, x]));
}
