/** The CPU's programs: where their outputs are, and what is left of them. */
import { expect, test } from "vitest";
import { add, input, symbol } from "../graph/index.ts";
import { encode } from "../onnx/model.ts";
import { outputShapes } from "../transfer/step/program.ts";
import { cpu } from "./node-cpu.ts";

test("outputs of known shapes are allocated outside of the program, and outlive it", async () => {
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const graph = { y: add(image, 1) };
  const runtime = await cpu.open({ threads: 1 });
  const asked: string[] = [];
  const shapes = outputShapes(graph);
  const shapeOf: typeof shapes = (name, inputs) => {
    asked.push(name);
    return shapes(name, inputs);
  };
  const program = await runtime.load(encode(graph), { shapeOf });
  const given = runtime.value(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [1, 3, 2, 4],
  );
  const { y } = await program.run({ image: given });
  await program.dispose();
  expect(asked).toEqual(["y"]);
  expect(y!.dims).toEqual([1, 3, 2, 4]);
  expect([...(await y!.read())]).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
});
