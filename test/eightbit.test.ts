/** Whole eight-bit steps compared with float32 steps on the bundled network: losses and gradients. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  add,
  constant,
  conv,
  type EightBit,
  eightBit,
  grad,
  input,
  mixChannels,
  mul,
  print,
  relu,
  sumSquare,
  symbol,
} from "../src/graph/index.ts";
import { noiseImage } from "../src/image/noise.ts";
import { toy, toyWeights } from "../src/models/backbone.case.ts";
import { features, type Pooling, poolings } from "../src/models/features.ts";
import { pocket } from "../src/models/pocket.ts";
import { encode } from "../src/onnx/model.ts";
import { adam } from "../src/optimizers/adam.ts";
import { checkValues } from "../src/parameters/parameter.ts";
import { loadWeights } from "../src/platform/node/weights/weights.ts";
import { cpu } from "../src/runtimes/node-cpu.ts";
import type { Program, Runtime, Value } from "../src/runtimes/runtime.ts";
import { parseSettings, type SettingsInput } from "../src/settings/settings.ts";
import { parametersOf } from "../src/transfer/level/level.ts";
import { levelsOf, prepare } from "../src/transfer/pictures/prepare.ts";
import { describe as describePictures, freshState, imageValue, scalarValue } from "../src/transfer/step/program.ts";
import { type Extractor, stepGraph } from "../src/transfer/step/step.ts";
import { strengths, terms } from "../src/transfer/step/terms.ts";
import type { Weights } from "../src/weights/weights.ts";
import { content, style } from "./runtimes/step.case.ts";

const NAMES = { from: "state ranges", to: "next ranges", capacity: 60 };
let runtime: Runtime;
let weights: Weights;

beforeAll(async () => {
  runtime = await cpu.open();
  weights = (await loadWeights(pocket)).weights;
});

/** A step's graph and its inputs at the start of a job. */
async function job(given: SettingsInput) {
  const settings = parseSettings({ size: 64, levels: 1, average: 0, ...given });
  const extractor: Extractor = { backbone: pocket, weights, pooling: settings.pooling };
  const all = terms(settings);
  const optimizer = adam.make(checkValues(adam.parameters, {}));
  const levels = levelsOf({ content, style }, settings);
  const pictures = prepare({ content, style }, settings, levels).at(levels[0]!);
  const inputs: Record<string, Value> = {
    image: imageValue(runtime, pictures.content),
    ...(await describePictures(runtime, extractor, all, pictures)),
  };
  for (const [name, value] of Object.entries(freshState(runtime, optimizer, pictures.content)))
    inputs[`state ${name}`] = value;
  for (const [name, x] of Object.entries(strengths(all, settings)))
    inputs[`strength ${name}`] = scalarValue(runtime, x);
  for (const [name, x] of Object.entries(parametersOf(settings))) inputs[`parameter ${name}`] = scalarValue(runtime, x);
  const names = Object.keys(parametersOf(settings)).filter((name) => name !== "decay");
  return { outputs: stepGraph(extractor, all, optimizer, names), inputs };
}

/** The inputs of the next step. */
function next(inputs: Record<string, Value>, outputs: Record<string, Value>): Record<string, Value> {
  const moved: Record<string, Value> = { ...inputs, image: outputs["next image"]! };
  for (const [name, value] of Object.entries(outputs)) {
    if (name.startsWith("next ") && name !== "next image") moved[`state ${name.slice(5)}`] = value;
  }
  return moved;
}

/** The gradient, from Adam's first moment: `first' = beta1 first + (1 - beta1) gradient`. */
async function gradient(before: Record<string, Value>, after: Record<string, Value>): Promise<Float32Array> {
  const [was, is] = [await before["state first"]!.read(), await after["next first"]!.read()];
  const [beta] = await before["parameter beta1"]!.read();
  return is.map((x, i) => (x - beta! * was[i]!) / (1 - beta!));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) [ab, aa, bb] = [ab + a[i]! * b[i]!, aa + a[i]! ** 2, bb + b[i]! ** 2];
  return ab / Math.sqrt(aa * bb);
}

describe.each(Object.keys(poolings) as Pooling[])("%s pooling", (pooling) => {
  test.each(["gram", "moments"] as const)(
    "%s: the loss is within a fiftieth, the gradient has the same direction",
    async (styleLoss) => {
      const { outputs, inputs } = await job({ pooling, styleLoss });
      const rewritten = eightBit(outputs, NAMES)!;
      const programs: Program[] = [];
      const load = async (graph: EightBit["outputs"]) => {
        programs.push(await runtime.load(encode(graph)));
        return programs.at(-1)!;
      };
      const [floats, eight] = [await load(rewritten.measured), await load(rewritten.outputs)];
      let at = next(inputs, await floats.run(inputs));
      for (let n = 0; n < 8; n++) {
        const expected = await floats.run(at);
        const found = await eight.run(at);
        const [x, y] = await Promise.all([expected.loss!.read(), found.loss!.read()]);
        expect(Math.abs(y[0]! / x[0]! - 1)).toBeLessThan(0.02);
        const likeness = cosine(await gradient(at, expected), await gradient(at, found));
        expect(likeness).toBeGreaterThan(0.75);
        at = next(at, found);
      }
      for (const program of programs) await program.dispose();
    },
  );
});

test("every 3x3 convolution but the first and the last is in eight bits; read-outs stay in float32", async () => {
  const { outputs } = await job({});
  const lines = (graph: typeof outputs, op: string) =>
    print(graph)
      .split("\n")
      .filter((line) => line.includes(` = ${op}(`));
  // A read-out is 1x1, differences of pixels are at most 2x2, the gradient of the image is 4x4 (in blocks).
  const floats = (graph: typeof outputs) =>
    lines(graph, "Conv").filter((line) => !/kernel_shape=[12],[12]\b/.test(line));
  const rewritten = eightBit(outputs, NAMES)!.outputs;
  expect(floats(rewritten)).toHaveLength(2);
  expect(lines(rewritten, "com.microsoft.QLinearConv")).toHaveLength(floats(outputs).length - 2);
});

test("one of several equal maxima gets the gradient, also where a loss reads the pooled layer", async () => {
  const { outputs } = await job({ styleLayers: { conv1_2: 1, conv3_4: 1, conv4_1: 1 } });
  const equals = (graph: EightBit["outputs"]) =>
    [...print(graph).matchAll(/ (\[.*\]) = Equal\(/g)].map((match) => match[1]);
  // Three poolings: float32 compares all maxima at once, eight bits one after the other, channels last.
  expect(equals(outputs)).toEqual(["[1, 16, H, W]", "[1, 32, H/2, W/2]", "[1, 64, H/4, W/4]"]);
  const found = equals(eightBit(outputs, NAMES)!.outputs);
  expect(found.length).toBeGreaterThan(3);
  for (const shape of equals(outputs)) expect(found).not.toContain(shape);
});

test("the ranges measured by a float32 step are the largest magnitudes", async () => {
  const { outputs, inputs } = await job({});
  const { measured } = eightBit(outputs, NAMES)!;
  const program = await runtime.load(encode(measured));
  const ranges = await (await program.run(inputs))["next ranges"]!.read();
  await program.dispose();
  // The thirteen layers' features come first, gradients last.
  const [features, end] = [ranges.indexOf(0), ranges.lastIndexOf(0) + 1];
  expect(features).toBe(13);
  const count = features + ranges.length - end;
  expect(count).toBeGreaterThan(30);
  expect([...ranges.subarray(0, features), ...ranges.subarray(end)].every((x) => x > 0)).toBe(true);
  expect([...ranges.subarray(features, end)].every((x) => x === 0)).toBe(true);
  expect(() => eightBit(outputs, { ...NAMES, capacity: 20 })).toThrow(`eightBit: ${count} ranges, and room for 20`);
});

test("a mixture of channels and its gradient stay in float32; the convolutions around it are quantised", async () => {
  const [channels, size] = [8, 16];
  const spread = (seed: number, shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const { data } = noiseImage({ width: count, height: 1 }, seed, { mean: 0, deviation: 0.3 });
    return constant(data.slice(0, count), shape);
  };
  const kernel = (seed: number, inputs: number) => spread(seed, [channels, inputs, 3, 3]);
  const bias = constant(new Float32Array(channels).fill(0.1), [channels]);
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const first = relu(conv(image, kernel(1, 3), bias));
  const second = relu(conv(first, kernel(2, channels), bias));
  const third = relu(conv(second, kernel(3, channels), bias));
  const seen = mixChannels(second, spread(4, [2 * channels, channels]));
  const loss = add(sumSquare(seen), sumSquare(third));
  const [gradient] = grad(loss, [image]);
  const step = eightBit({ loss, gradient: gradient! }, NAMES)!;
  const counted = (op: string) => print(step.outputs).split(` = ${op}(`).length - 1;
  // The first convolution and the mixture, and their gradients.
  expect(counted("Conv")).toBe(4);
  // The other convolutions and their gradients.
  expect(counted("com.microsoft.QLinearConv")).toBe(4);
  const programs = [await runtime.load(encode(step.measured)), await runtime.load(encode(step.outputs))] as const;
  const { data } = noiseImage({ width: size, height: size }, 5, { mean: 0.5, deviation: 0.2 });
  const given = { image: runtime.value(data, [1, 3, size, size]) };
  const exact = await programs[0].run(given);
  const found = await programs[1].run({ ...given, "state ranges": exact["next ranges"]! });
  const [expected, got] = await Promise.all([exact.loss!.read(), found.loss!.read()]);
  expect(Math.abs(got[0]! / expected[0]! - 1)).toBeLessThan(0.02);
  expect(cosine(await exact.gradient!.read(), await found.gradient!.read())).toBeGreaterThan(0.95);
  for (const program of programs) await program.dispose();
});

test("both factors of a factorised convolution and of its gradient are quantised", async () => {
  const backbone = { ...toy, ranks: [[0], [3], [5], [0, 4], [6]] };
  const image = input("image", [1, 3, symbol("H"), symbol("W")]);
  const layers = features(backbone, toyWeights(backbone), image, ["conv4_1", "conv5_1"], "max");
  const loss = Object.values(layers)
    .map(sumSquare)
    .reduce((sum, x) => add(sum, x));
  const [gradient] = grad(loss, [image]);
  for (const direct of [true, false]) {
    const step = eightBit({ loss, gradient: gradient! }, { ...NAMES, direct })!;
    const counted = (op: string) => print(step.outputs).split(` = ${op}(`).length - 1;
    // conv1_1 and its gradient stay; of the other five convolutions four are two.
    expect(counted("Conv")).toBe(2);
    expect(counted("com.microsoft.QLinearConv")).toBe(2 * 9);
    const programs = [await runtime.load(encode(step.measured)), await runtime.load(encode(step.outputs))] as const;
    const { data } = noiseImage({ width: 48, height: 32 }, 5, { mean: 0.5, deviation: 0.2 });
    const given = { image: runtime.value(data, [1, 3, 32, 48]) };
    const exact = await programs[0].run(given);
    const ranges = await exact["next ranges"]!.read();
    // Six layers' features and what is between the factors of four come first.
    expect(ranges.indexOf(0)).toBe(10);
    const found = await programs[1].run({ ...given, "state ranges": exact["next ranges"]! });
    const [expected, got] = await Promise.all([exact.loss!.read(), found.loss!.read()]);
    expect(Math.abs(got[0]! / expected[0]! - 1)).toBeLessThan(0.03);
    expect(cosine(await exact.gradient!.read(), await found.gradient!.read())).toBeGreaterThan(0.95);
    for (const program of programs) await program.dispose();
  }
});

test("a graph without features is not changed", () => {
  const [x, y] = [input("x", [2]), input("y", [2])];
  expect(eightBit({ z: mul(x, y) }, NAMES)).toBeUndefined();
});
