/** Loads the programs of a job and converts their inputs and outputs. */
import { concat, emptyAfter, evaluateDim, spared, symbolsOf, type Tensor, together } from "../../graph/index.ts";
import { crop, type Image, type Size } from "../../image/image.ts";
import { encode } from "../../onnx/model.ts";
import type { Optimizer, StateSpec } from "../../optimizers/optimizer.ts";
import { mapValues } from "../../records.ts";
import type { LoadOptions, Program, Runtime, Value } from "../../runtimes/runtime.ts";
import type { WeightTensor } from "../../weights/weights.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { LevelPictures, StylePicture } from "../pictures/pictures.ts";
import { loadDivided } from "./constants.ts";
import { contentMaps, sharesOf, styleMaps } from "./region-inputs.ts";
import { describeGraph, type Extractor, IMAGE, stepGraph, targetName } from "./step.ts";
import type { FeatureTerm, Terms } from "./terms.ts";
import { totals } from "./totals.ts";

/**
 * The program of one step; outputs that are fed back stay where the runtime has them. Loss and terms are read from a
 * device all at once.
 */
export async function loadStep(
  runtime: Runtime,
  extractor: Extractor,
  terms: Terms,
  optimizer: Optimizer,
  parameters: readonly string[],
): Promise<Program> {
  const graph = stepGraph(extractor, terms, optimizer, parameters);
  const { outputs, early } = runtime.writable ? spared(graph.loss!, graph) : { outputs: graph, early: [] };
  const names = Object.keys(outputs);
  const resident = names.filter((name) => name.startsWith("next ") || name === "shown");
  const shares = names.filter((name) => name.startsWith("term "));
  const kept = Object.fromEntries(resident.map((name) => [name, outputs[name]!]));
  // The terms are together already: the loss is made from them.
  const vectors = [together([outputs.loss!]), together(shares.map((name) => outputs[name]!))];
  const all = concat([...vectors, ...early.map(({ tensor }) => emptyAfter(tensor)).reverse()], 0);
  const step = { ...kept, numbers: all };
  const varies = (name: string) => name === "image" || name.startsWith("state ");
  const program = runtime.place
    ? await loadDivided(runtime, step, varies, { resident })
    : await runtime.load(encode(step), { resident });
  return {
    async run(inputs) {
      const { numbers: found, ...next } = await program.run(inputs);
      const read = await found!.read();
      const values = ["loss", ...shares].map((name, i) => [name, scalarValue(runtime, read[i]!)] as const);
      found!.dispose();
      return { ...next, ...Object.fromEntries(values) };
    },
    dispose: () => program.dispose(),
  };
}

/** The values in device memory, if the runtime has any: they are inputs of every step. It owns what it is given. */
export async function placed(
  runtime: Runtime,
  values: Readonly<Record<string, Value>>,
): Promise<Record<string, Value>> {
  const all = { ...values };
  if (!runtime.place) return all;
  try {
    for (const [name, value] of Object.entries(values)) all[name] = await runtime.place(value);
    return all;
  } catch (error) {
    dispose(all);
    throw error;
  }
}

/**
 * The shapes of a graph's outputs for an input `image` of any size; undefined for those that depend on more than its height
 * and width, and on what `more` says at that time.
 */
export function outputShapes(
  graph: Readonly<Record<string, Tensor>>,
  more: () => Readonly<Record<string, number>> = () => ({}),
): NonNullable<LoadOptions["shapeOf"]> {
  // The shapes alone: the graph holds the network's weights.
  const shapes = mapValues(graph, ({ shape }) => shape);
  return (name, { image }) => {
    const [, , H, W] = image!.dims as [number, number, number, number];
    const sizes: Record<string, number> = { H, W, ...more() };
    const shape = shapes[name]!;
    const isKnown = shape.every((dim) => symbolsOf(dim).every((symbol) => symbol in sizes));
    return isKnown ? shape.map((dim) => evaluateDim(dim, sizes)) : undefined;
  };
}

/** The targets of one level, by input name. Describing programs are freed at once. */
export async function describe(
  runtime: Runtime,
  extractor: Extractor,
  { features }: Terms,
  pictures: LevelPictures,
): Promise<Record<string, Value>> {
  const of = (picture: FeatureTerm["picture"]) => features.filter((term) => term.picture === picture);
  const content = await described(runtime, extractor, of("content"), [{ image: pictures.content, weight: 1 }]);
  try {
    // A painting does not wrap around, even for a seamless result.
    const still: Extractor = { ...extractor, padding: "zero" };
    const style = await described(runtime, still, of("style"), pictures.style, pictures.surroundings);
    return {
      ...content,
      ...style,
      ...mapValues(contentMaps(pictures), (map) => mapValue(runtime, map, pictures.content)),
    };
  } catch (error) {
    dispose(content);
    throw error;
  }
}

/** The descriptions of several pictures for `terms`, averaged by the pictures' weights. */
async function described(
  runtime: Runtime,
  extractor: Extractor,
  terms: readonly FeatureTerm[],
  pictures: readonly StylePicture[],
  surroundings = 0,
): Promise<Record<string, Value>> {
  if (terms.length === 0) return {};
  const weighted = pictures.some(({ visible }) => visible !== undefined);
  const graph = describeGraph(extractor, terms, { surroundings, weighted });
  const program = await runtime.load(encode(graph), { shapeOf: outputShapes(graph) });
  const joined = terms.filter(({ loss }) => loss.columns).map((term) => targetName(term, ""));
  const mean = totals(runtime, (name) => joined.some((start) => name.startsWith(start)));
  try {
    for (const picture of pictures) {
      const { image } = picture;
      const weight = weighted && { weight: picture.visible?.map ?? evenly(image) };
      const maps = mapValues({ ...styleMaps(picture), ...weight }, (map) => mapValue(runtime, map, image));
      const inputs = { ...maps, image: imageValue(runtime, image) };
      const parts = await program.run(inputs).finally(() => dispose(inputs));
      if (pictures.length === 1) return parts;
      await mean.add(parts, sharesOf(terms, picture)).finally(() => dispose(parts));
    }
  } finally {
    await program.dispose();
  }
  return mean.values();
}

/** A weight of 1 for every pixel. */
export function evenly({ width, height }: Size): Float32Array {
  return new Float32Array(width * height).fill(1);
}

/** Frees every value of a record. */
export function dispose(values: Readonly<Record<string, Value>>): void {
  for (const value of Object.values(values)) value.dispose();
}

export function scalarValue(runtime: Runtime, x: number): Value {
  return runtime.value(Float32Array.of(x), []);
}

/** A scalar output as a number; the output is disposed of. */
export async function readScalar(value: Value): Promise<number> {
  const [x] = await value.read();
  value.dispose();
  return x!;
}

export function imageValue(runtime: Runtime, image: Image): Value {
  return runtime.value(image.data, [1, 3, image.height, image.width]);
}

/** A map with the weight of each pixel. */
export function mapValue(runtime: Runtime, map: Float32Array, { width, height }: Size): Value {
  return runtime.value(map, [1, 1, height, width]);
}

/** A padded image from the runtime, cropped to `size`, not clamped. */
export async function readImage(value: Value, size: Size): Promise<Image> {
  const [, , height, width] = value.dims as [number, number, number, number];
  return crop({ width, height, data: await value.read() }, size);
}

/** The initial state of an optimiser for an image of `work` pixels, including what is `kept` of the previous level. */
export function freshState(
  runtime: Runtime,
  optimizer: Optimizer,
  work: Size,
  kept: Readonly<Record<string, Value>> = {},
): Record<string, Value> {
  const specs = Object.entries(optimizer.state);
  return Object.fromEntries(specs.map(([name, spec]) => [name, kept[name] ?? zeros(runtime, spec, work)]));
}

/**
 * The part of the state that outlives a level, copied, because a program's outputs may keep all of its memory alive.
 * The original values are disposed of.
 */
export async function persistentState(runtime: Runtime, optimizer: Optimizer, state: Readonly<Record<string, Value>>) {
  const persistent: Record<string, Value> = {};
  for (const [name, value] of Object.entries(state)) {
    if (optimizer.state[name]!.persistent) persistent[name] = runtime.value((await value.read()).slice(), value.dims);
    value.dispose();
  }
  return persistent;
}

/** The names and shapes that a checkpoint must have for a level of `work` pixels. */
export function checkpointShapes(optimizer: Optimizer, work: Size): Map<string, number[]> {
  const { width, height } = work;
  const shapes = new Map([
    ["image", [1, 3, height, width]],
    ["shown", [1, 3, height, width]],
  ]);
  for (const [name, spec] of Object.entries(optimizer.state)) shapes.set(`state ${name}`, dimsOf(spec, work));
  return shapes;
}

/** The optimiser's state in a checkpoint's tensors. */
export function restoredState(
  runtime: Runtime,
  optimizer: Optimizer,
  tensors: Checkpoint["tensors"],
): Record<string, Value> {
  const held = Object.keys(optimizer.state).flatMap((name) => {
    const tensor = tensors.get(`state ${name}`);
    return tensor ? [[name, tensorValue(runtime, tensor)] as const] : [];
  });
  return Object.fromEntries(held);
}

export function tensorValue(runtime: Runtime, { data, shape }: WeightTensor): Value {
  // A copy, because the caller keeps the checkpoint.
  return runtime.value(data.slice(), shape);
}

function dimsOf(spec: StateSpec, { width: W, height: H }: Size): number[] {
  return spec.shape(IMAGE).map((dim) => evaluateDim(dim, { W, H }));
}

function zeros(runtime: Runtime, spec: StateSpec, work: Size): Value {
  const dims = dimsOf(spec, work);
  return runtime.value(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
}
