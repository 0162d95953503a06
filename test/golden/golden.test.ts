/**
 * The program's graphs on the CPU against numbers from PyTorch (make_golden.py): what a random VGG19 sees, every loss
 * term, the gradient, twenty steps of Adam, fifty evaluations of L-BFGS. Weights and pictures are made, not stored.
 */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { grad, input, type Tensor } from "../../src/graph/index.ts";
import type { Image } from "../../src/image/image.ts";
import { features } from "../../src/models/features.ts";
import { vgg19 } from "../../src/models/index.ts";
import { encode } from "../../src/onnx/model.ts";
import { adam, lbfgs } from "../../src/optimizers/index.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { checkValues } from "../../src/parameters/parameter.ts";
import { cpu } from "../../src/runtimes/node-cpu.ts";
import type { Program, Runtime, Value } from "../../src/runtimes/runtime.ts";
import { parseSettings, type Settings } from "../../src/settings/settings.ts";
import { freshState, imageValue, scalarValue } from "../../src/transfer/step/program.ts";
import { describeGraph, type Extractor, IMAGE, lossGraph, stepGraph } from "../../src/transfer/step/step.ts";
import { strengths, terms } from "../../src/transfer/step/terms.ts";
import { contentPicture, randomWeights, sampled, startPicture, stylePicture } from "./numbers.ts";

type Normalization = "balanced" | "paper";
type Pixels = readonly [number, number];

interface Golden {
  readonly strengths: Record<Normalization, { alpha: number; beta: number; tv: number; layers: number[] }>;
  readonly numbers: Record<string, number[]>;
  readonly cases: Record<string, GoldenCase>;
}

interface GoldenCase extends Record<Normalization, GoldenLoss> {
  readonly content: Pixels;
  readonly style: Pixels;
  readonly pooling: "max" | "average";
  readonly features: Record<string, { mean: number; meanSquare: number; largest: number; samples: number[] }>;
  /** The seed of the optimised image. */
  readonly start: number;
  readonly adam: { rate: number; samples: number[]; all?: string };
  readonly adamLosses?: { rate: number; losses: number[] };
  readonly lbfgs?: { normalize: Normalization; fixed: number[]; strong_wolfe: number[] };
}

interface GoldenLoss {
  readonly loss: number;
  readonly terms: Record<string, number>;
  readonly gradient: { norm: number; largest: number; samples: number[]; all?: string };
}

const golden: Golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8"));
const weights = randomWeights(vgg19);
const normalizations = ["balanced", "paper"] as const;
let runtime: Runtime;

// Half a minute on two free cores, several times that on busy ones.
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  runtime = await cpu.open();
});

function settings(normalize: Normalization, { pooling }: GoldenCase): Settings {
  const { alpha, beta, tv, layers } = golden.strengths[normalize];
  const styleLayers = Object.fromEntries(layers.map((weight, block) => [`conv${block + 1}_1`, weight]));
  const own = { roughness: 0, contentLayers: { conv4_2: 1 }, pooling, normalize };
  return parseSettings({ alpha, beta, tv, styleLayers, ...own });
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}

/** The largest difference of two lists, as a share of `scale`. */
function worst(found: ArrayLike<number>, expected: ArrayLike<number>, scale = 1): number {
  expect(found.length).toBe(expected.length);
  return Array.from(expected).reduce((most, x, i) => Math.max(most, Math.abs(found[i]! - x)), 0) / scale;
}

function relative(found: number, expected: number): number {
  return Math.abs(found / expected - 1);
}

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** Runs a graph once; its outputs as plain numbers. */
async function once(outputs: Record<string, Tensor>, inputs: Record<string, Value>) {
  const program = await runtime.load(encode(outputs));
  const results = Object.entries(await program.run(inputs));
  const read = await Promise.all(results.map(async ([name, value]) => [name, (await value.read()).slice()] as const));
  await program.dispose();
  return Object.fromEntries(read);
}

const startOf = ({ content, start }: GoldenCase) => startPicture(content, start);
const image = (picture: Image) => ({ image: imageValue(runtime, picture) });

/** The targets of both pictures. */
async function targetsOf(golden: GoldenCase, settings: Settings, extractor: Extractor): Promise<Record<string, Value>> {
  const { features } = terms(settings);
  const pictures = { content: contentPicture(golden.content), style: stylePicture(golden.style) };
  const targets: Record<string, Value> = {};
  for (const picture of ["content", "style"] as const) {
    const graph = describeGraph(
      extractor,
      features.filter((term) => term.picture === picture),
    );
    const program = await runtime.load(encode(graph));
    Object.assign(targets, await program.run(image(pictures[picture])));
    await program.dispose();
  }
  return targets;
}

function strengthInputs(settings: Settings): Record<string, Value> {
  const all = Object.entries(strengths(terms(settings), settings));
  return Object.fromEntries(all.map(([name, strength]) => [`strength ${name}`, scalarValue(runtime, strength)]));
}

/** A step program with its state: `step()` is one evaluation and returns every output. */
async function steps(golden: GoldenCase, settings: Settings, optimizer: Optimizer, parameters: Record<string, number>) {
  const extractor: Extractor = { backbone: vgg19, weights, pooling: golden.pooling };
  const program: Program = await runtime.load(
    encode(stepGraph(extractor, terms(settings), optimizer, Object.keys(parameters))),
  );
  const start = startOf(golden);
  let inputs: Record<string, Value> = {
    ...(await targetsOf(golden, settings, extractor)),
    ...strengthInputs(settings),
  };
  for (const [name, x] of Object.entries(parameters)) inputs[`parameter ${name}`] = scalarValue(runtime, x);
  for (const [name, x] of Object.entries(freshState(runtime, optimizer, start))) inputs[`state ${name}`] = x;
  inputs = { ...inputs, ...image(start) };
  return {
    async step(): Promise<Record<string, Value>> {
      const outputs = await program.run(inputs);
      inputs = { ...inputs, image: outputs["next image"]! };
      for (const name of Object.keys(optimizer.state)) inputs[`state ${name}`] = outputs[`next ${name}`]!;
      return outputs;
    },
    dispose: () => program.dispose(),
  };
}

function adamSteps(golden: GoldenCase, learningRate: number) {
  const parameters = { learningRate, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
  return steps(golden, settings("balanced", golden), adam.make(checkValues(adam.parameters, {})), parameters);
}

test("weights and pictures equal PyTorch's bit for bit", () => {
  const made: Record<string, Float32Array> = {
    "conv1_1.weight": weights.layers.conv1_1!.kernel,
    "conv5_1.bias": weights.layers.conv5_1!.bias,
    content: contentPicture([96, 80]).data,
    style: stylePicture([128, 64]).data,
  };
  for (const [name, samples] of Object.entries(golden.numbers)) {
    expect(sampled(made[name]!, samples.length), name).toEqual(samples.map(Math.fround));
  }
});

describe.each(Object.entries(golden.cases))("%s", (_, expected) => {
  const extractor: Extractor = { backbone: vgg19, weights, pooling: expected.pooling };

  test("features are within 1e-5 of the layer's largest", async () => {
    const layers = Object.keys(expected.features);
    const graph = features(vgg19, weights, input("image", IMAGE), layers, expected.pooling);
    const found = await once(graph, image(contentPicture(expected.content)));
    for (const [layer, { mean, meanSquare, largest, samples }] of Object.entries(expected.features)) {
      const seen = found[layer]!;
      expect(worst(sampled(seen), samples, largest), layer).toBeLessThan(1e-5);
      expect(relative(seen.reduce((sum, x) => sum + x, 0) / seen.length, mean), layer).toBeLessThan(1e-5);
      expect(relative(norm(seen) ** 2 / seen.length, meanSquare), layer).toBeLessThan(1e-5);
    }
  });

  test.each(normalizations)("%s terms are within 1e-5, their gradient is within 1e-4", async (normalize) => {
    const set = settings(normalize, expected);
    const x = input("image", IMAGE);
    const { loss, values } = lossGraph(extractor, terms(set), x);
    const [gradient] = grad(loss, [x]);
    const inputs = {
      ...(await targetsOf(expected, set, extractor)),
      ...strengthInputs(set),
      ...image(startOf(expected)),
    };
    const found = await once({ loss, gradient: gradient!, ...values }, inputs);
    const { terms: exact, gradient: slope, loss: total } = expected[normalize];
    expect(Object.keys(values)).toEqual(Object.keys(exact));
    for (const [name, value] of Object.entries(exact)) {
      expect(relative(found[name]![0]!, value), name).toBeLessThan(1e-5);
    }
    expect(relative(found.loss![0]!, total)).toBeLessThan(1e-5);
    const g = found.gradient!;
    expect(relative(norm(g), slope.norm)).toBeLessThan(1e-4);
    expect(worst(sampled(g), slope.samples, slope.largest), "of the largest, 200 samples").toBeLessThan(1e-4);
    if (slope.all) expect(worst(g, floats(slope.all), slope.largest), "of the largest, all").toBeLessThan(1e-4);
  });

  // Where the gradient is near zero, rounding decides the sign of a step: see make_golden.py.
  test("twenty steps of Adam end within 1e-3 of the pixel range, except for a few pixels in a thousand", async () => {
    const { rate, samples, all } = expected.adam;
    const run = await adamSteps(expected, rate);
    let outputs: Record<string, Value> = {};
    for (let i = 0; i < 20; i++) outputs = await run.step();
    const painted = await outputs["next image"]!.read();
    await run.dispose();
    const reference = all ? floats(all) : samples;
    const found = all ? painted : sampled(painted, samples.length);
    const errors = Array.from(reference, (x, i) => Math.abs(found[i]! - x));
    expect(errors.filter((error) => error > 1e-3).length / errors.length).toBeLessThan(5e-3);
    expect(norm(errors) / Math.sqrt(errors.length), "root mean square").toBeLessThan(5e-4);
  });

  test.skipIf(!expected.adamLosses)("twenty steps of Adam at its usual rate: every loss is within 1%", async () => {
    const { rate, losses } = expected.adamLosses!;
    const run = await adamSteps(expected, rate);
    for (const [i, loss] of losses.entries()) {
      const outputs = await run.step();
      expect(relative((await outputs.loss!.read())[0]!, loss), `step ${i + 1}`).toBeLessThan(1e-2);
    }
    await run.dispose();
  });

  test.skipIf(!expected.lbfgs)("fifty evaluations of L-BFGS end at most 2% above the better of PyTorch's", async () => {
    const { normalize, fixed, strong_wolfe } = expected.lbfgs!;
    const { learningRate, history } = checkValues(lbfgs.parameters, {});
    const set = settings(normalize, expected);
    const run = await steps(expected, set, lbfgs.make({ learningRate, history }), { learningRate, history });
    let outputs: Record<string, Value> = {};
    for (let i = 0; i < 50; i++) outputs = await run.step();
    const [loss] = await outputs["next loss"]!.read();
    await run.dispose();
    const ratios = { "no line search": loss! / Math.min(...fixed), "strong Wolfe": loss! / Math.min(...strong_wolfe) };
    expect(Math.max(...Object.values(ratios)), JSON.stringify(ratios)).toBeLessThan(1.02);
  });
});
