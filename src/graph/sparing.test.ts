/** Steps that spare memory: the same numbers, and what is held for the backward pass. */
import { expect, test } from "vitest";
import { run } from "./fixtures.case.ts";
import {
  add,
  averagePool,
  concat,
  constant,
  conv,
  emptyAfter,
  grad,
  input,
  maxPool,
  multiplyDims,
  ordered,
  relu,
  reshape,
  selfProduct,
  spared,
  sumSquare,
  symbol,
  type Tensor,
} from "./index.ts";

const noise = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(7 * i + 1));

function layer(x: Tensor, inputs: number, outputs: number): Tensor {
  const kernel = constant(noise(9 * inputs * outputs), [outputs, inputs, 3, 3]);
  return relu(conv(x, kernel, constant(noise(outputs), [outputs])));
}

function gram(x: Tensor): Tensor {
  const [, channels, h, w] = x.shape;
  return sumSquare(selfProduct(reshape(x, [channels!, multiplyDims(h!, w!)])));
}

/** Four layers and a pooling; style losses read the first and the third one, another loss the last one. */
function step(pool: (x: Tensor) => Tensor) {
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const first = layer(image, 3, 4);
  const second = layer(first, 4, 4);
  const third = layer(pool(second), 4, 8);
  const fourth = layer(third, 8, 8);
  const loss = add(add(gram(first), gram(third)), sumSquare(layer(fourth, 8, 4)));
  const [gradient] = grad(loss, [image]);
  return { outputs: { loss, gradient: gradient! }, first, second, third, fourth };
}

/** What the backward pass reads of the forward pass. */
function read({ loss, gradient }: Record<string, Tensor>): Set<Tensor> {
  const forward = new Set(ordered([loss!]));
  const backward = ordered([gradient!]).filter((x) => !forward.has(x));
  return new Set(backward.flatMap((x) => x.inputs.filter((y) => forward.has(y) && y.op !== "Constant")));
}

test.each([maxPool, averagePool])("not a bit depends on it: %o", async (pool) => {
  const { outputs } = step(pool);
  const { early, outputs: sparing } = spared(outputs.loss, outputs);
  const order = concat([reshape(outputs.loss, [1]), ...early.map(({ tensor }) => emptyAfter(tensor)).reverse()], 0);
  const inputs = { image: { data: noise(3 * 16 * 8), dims: [1, 3, 16, 8] } };
  const [expected, found] = [await run(outputs, inputs), await run({ ...sparing, order }, inputs)];
  expect(found.gradient).toEqual(expected.gradient);
  expect(found.order).toEqual(expected.loss);
});

test("masks of features that nothing else needs are computed during the forward pass, in its order", () => {
  const { outputs, first, second, third, fourth } = step(maxPool);
  const { early } = spared(outputs.loss, outputs);
  const masks = early.filter(({ tensor }) => tensor.type === "bool");
  const features = masks.map(({ after }) => after);
  expect(features[0]!.op).toBe("MaxPool");
  expect(features).toContain(fourth);
  for (const other of [first, second, third]) expect(features).not.toContain(other);
  const places = ordered([outputs.loss]);
  expect(features.map((x) => places.indexOf(x))).toEqual(features.map((x) => places.indexOf(x)).sort((a, b) => a - b));
});

test("the first layer's features are computed again, and what the loss needs of them is computed at once", () => {
  const { outputs, first, third } = step(maxPool);
  const { early, outputs: sparing } = spared(outputs.loss, outputs);
  const isOf = (features: Tensor) => (x: Tensor) => x === features || x.inputs[0] === features;
  expect([...read(outputs)].some(isOf(first))).toBe(true);
  expect([...read(sparing)].some(isOf(first))).toBe(false);
  expect([...read(sparing)].some(isOf(third))).toBe(true);
  expect(early[0]!.after).toBe(first);
  expect(early[0]!.tensor.shape).toEqual([4, 4]);
});
