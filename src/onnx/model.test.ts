/** Encoded models, decoded again: complete, without duplicates, in topological order. */
import { describe, expect, test } from "vitest";
import { run } from "../graph/fixtures.case.ts";
import { add, constant, conv, type ElementType, grad, input, maxPool, mul, relu, sum, symbol } from "../graph/index.ts";
import { operators } from "../graph/operators.case.ts";
import { toy, toyWeights } from "../models/backbone.case.ts";
import { average } from "../optimizers/average.ts";
import { adam } from "../optimizers/index.ts";
import { checkValues } from "../parameters/parameter.ts";
import { parseSettings } from "../settings/settings.ts";
import { stepGraph } from "../transfer/step/step.ts";
import { terms } from "../transfer/step/terms.ts";
import { encode } from "./model.ts";
import { type ParsedModel, parseModel } from "./parse.case.ts";

const [H, W] = [symbol("H"), symbol("W")];
const image = input("image", [1, 3, H, W]);
const kernel = () =>
  constant(
    Float32Array.from({ length: 5 * 27 }, (_, i) => i / 100),
    [5, 3, 3, 3],
  );

/** A real step on a small network, as a job encodes it. */
function step() {
  const weights = toyWeights();
  const extractor = { backbone: toy, weights, pooling: "max" as const };
  const optimizer = average(adam.make(checkValues(adam.parameters, {})));
  return stepGraph(extractor, terms(parseSettings()), optimizer, [
    "learningRate",
    "beta1",
    "beta2",
    "epsilon",
    "decay",
  ]);
}

/** Every name is defined once and before it is used: by an input, a constant or an earlier node. */
function expectSound({ nodes, constants, inputs, outputs }: ParsedModel): void {
  const defined = new Set<string>();
  const define = (name: string) => {
    expect(name).not.toBe("");
    expect(defined.has(name), name).toBe(false);
    defined.add(name);
  };
  for (const { name } of [...inputs, ...constants]) define(name);
  for (const node of nodes) {
    for (const name of node.inputs) expect(defined.has(name), `${node.op} uses ${name}`).toBe(true);
    for (const name of node.outputs) define(name);
  }
  for (const { name } of outputs) expect(defined.has(name), name).toBe(true);
}

test("the IR and opset versions are written once, and are supported since ONNX Runtime 1.17", () => {
  expect(parseModel(encode({ y: relu(image) }))).toMatchObject({ irVersion: 10, opset: 20 });
});

test("a small graph, field by field", () => {
  const weights = kernel();
  const model = parseModel(encode({ y: maxPool(conv(image, weights)) }));
  expect(model.inputs).toEqual([{ name: "image", type: 1, shape: [1, 3, "H", "W"] }]);
  expect(model.outputs).toEqual([{ name: "y", type: 1, shape: [1, 5, "H/2", "W/2"] }]);
  expect(model.nodes.map(({ op, attributes }) => ({ op, ...attributes }))).toEqual([
    { op: "Conv", kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] },
    { op: "MaxPool", kernel_shape: [2, 2], strides: [2, 2] },
  ]);
  const [stored] = model.constants;
  expect(stored).toMatchObject({ type: 1, dims: [5, 3, 3, 3] });
  expect(new Float32Array(stored!.raw.slice().buffer)).toEqual(weights.data);
});

test.each(Object.keys(operators))("%s: value and gradient are valid models", (name) => {
  const { shapes, build, fixed = [] } = operators[name]!;
  const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
  const y = build(...inputs);
  const free = inputs.filter((_, i) => !fixed.includes(i));
  const gradients = free.length > 0 ? grad(sum(y), free) : [];
  const model = parseModel(encode({ y, ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) }));
  expectSound(model);
  expect(model.outputs).toHaveLength(1 + gradients.length);
});

describe("a whole step", () => {
  const model = parseModel(encode(step()));

  test("is a valid model with all of the loop's inputs and outputs", () => {
    expectSound(model);
    const names = (values: readonly { name: string }[]) => values.map(({ name }) => name);
    for (const part of ["first", "second", "steps", "averaged", "averages"]) {
      expect(names(model.inputs)).toContain(`state ${part}`);
      expect(names(model.outputs)).toContain(`next ${part}`);
    }
  });

  test("computes nothing twice: no two nodes have equal operators, inputs and attributes", () => {
    const keys = model.nodes.map(({ op, inputs, attributes }) => JSON.stringify([op, inputs, attributes]));
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("has every kernel twice, forward and rotated (the first one in blocks of four pixels)", () => {
    // Smaller kernels are differences of pixels.
    const kernels = model.constants.filter(({ dims }) => dims.length === 4 && dims[2]! > 2);
    expect(kernels.map(({ dims }) => dims[0]! * dims[1]!).reduce((a, b) => a + b, 0)).toBe(
      3 * 4 + 12 * 4 + 2 * [4 * 6, 6 * 8, 8 * 8, 8 * 8, 8 * 8].reduce((a, b) => a + b, 0),
    );
  });

  test("declares every output's type and shape", () => {
    for (const { type, shape } of [...model.inputs, ...model.outputs]) {
      expect(type).toBe(1);
      expect(shape.every((dim) => typeof dim === "string" || (Number.isInteger(dim) && dim > 0))).toBe(true);
    }
  });
});

describe("equal computations are encoded once", () => {
  test("equal nodes, small equal constants and constants of the same memory are shared", () => {
    const weights = kernel();
    const twice = add(conv(image, weights), conv(image, constant(weights.data!, [5, 3, 3, 3])));
    const model = parseModel(encode({ y: mul(twice, add(sum(mul(image, 2)), sum(mul(image, 2)))) }));
    expect(model.nodes.filter(({ op }) => op === "Conv")).toHaveLength(1);
    expect(model.nodes.filter(({ op }) => op === "ReduceSum")).toHaveLength(1);
    expect(model.constants.filter(({ dims }) => dims.length === 4)).toHaveLength(1);
    expect(model.constants.filter(({ dims }) => dims.length === 0)).toHaveLength(1);
  });

  test("nodes that differ in an attribute, a shape or a value are not", () => {
    const [a, b] = [kernel(), kernel()];
    const model = parseModel(
      encode({ y: add(conv(image, a), conv(image, b)), z: sum(image, { axes: [1] }), w: sum(image, { axes: [2] }) }),
    );
    expect(model.nodes.filter(({ op }) => op === "Conv")).toHaveLength(2);
    expect(model.nodes.filter(({ op }) => op === "ReduceSum")).toHaveLength(2);
  });

  test("an output under two names, and an input that is an output, are encoded", async () => {
    const x = input("x", [3]);
    const y = mul(x, 2);
    const found = await run({ y, z: y, again: mul(x, 2), x2: x }, { x: { data: Float32Array.of(1, 2, 3), dims: [3] } });
    expect(Object.fromEntries(Object.entries(found).map(([name, values]) => [name, [...values]]))).toEqual({
      y: [2, 4, 6],
      z: [2, 4, 6],
      again: [2, 4, 6],
      x2: [1, 2, 3],
    });
  });

  test("an output that is a constant is encoded", async () => {
    const x = input("x", [2]);
    const [g] = grad(sum(x), [x]);
    const found = await run({ g: g!, y: add(x, 1) }, { x: { data: Float32Array.of(5, 6), dims: [2] } });
    expect([...found.g!]).toEqual([1, 1]);
  });

  test("names never clash, even with an output named like a node", async () => {
    const x = input("x", [1]);
    const inner = mul(x, 3);
    const found = await run(
      { Mul_1: add(inner, 1), Mul_2: mul(inner, inner) },
      { x: { data: Float32Array.of(2), dims: [1] } },
    );
    expect([found.Mul_1![0], found.Mul_2![0]]).toEqual([7, 36]);
  });
});

test("element types are ONNX's", () => {
  const types: Record<ElementType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 };
  for (const [type, code] of Object.entries(types)) {
    const x = input("x", [2], type as ElementType);
    expect(parseModel(encode({ y: x })).inputs[0]).toEqual({ name: "x", type: code, shape: [2] });
  }
});

test("large constants are not copied: the model refers to the graph's own memory", () => {
  const large = constant(new Float32Array(1024), [1024]);
  const small = constant(Float32Array.of(1, 2), [2]);
  const model = encode({ y: add(sum(large), sum(small)) });
  expect(model.externalData.map(({ data }) => data.buffer)).toEqual([large.data!.buffer]);
  const sizes = parseModel(model).constants.map(({ raw }) => raw.byteLength);
  expect(sizes).toContain(large.data!.byteLength);
  expect(sizes).toContain(small.data!.byteLength);
});

test("an input and an output of one name are rejected before a byte is written", () => {
  expect(() => encode({ image: relu(image) })).toThrow("an input and an output are called image");
});
