/** A graph in two programs computes what it does in one. */
import { expect, test } from "vitest";
import { encode } from "../onnx/model.ts";
import { cpu } from "../runtimes/node-cpu.ts";
import { cut } from "./cut.ts";
import { add, constant, input, mul, ordered, relu } from "./index.ts";

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
