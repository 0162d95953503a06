/** Third-party files: naming and preprocessing are recognised, and give the same features as the original program. */
import { strToU8, zipSync } from "fflate";
import { ready } from "h5wasm";
import { describe, expect, test } from "vitest";
import { convolutions } from "../models/backbone.ts";
import type { ConventionName } from "./layouts.ts";
import { type ReadWeightsOptions, readWeights } from "./read.ts";
import { parseSafetensors, writeSafetensors } from "./safetensors.ts";
import { expectedTiny, fixture, tiny } from "./tiny.case.ts";
import type { WeightTensor } from "./weights.ts";
import { weightTensors } from "./weights.ts";

type Tensors = Map<string, WeightTensor>;
const raw = parseSafetensors(fixture("tiny-torchvision.safetensors")).tensors as Tensors;
const counted = ["0", "2", "5"];
const spoken = convolutions(tiny).map(({ name }) => name);
const one: WeightTensor = { shape: [1], data: Float32Array.of(1) };

/** The same weights under other names, with optional further tensors. */
function file(name: (index: number) => string, more: string[] = []): Uint8Array {
  const tensors: Tensors = new Map();
  counted.forEach((count, i) => {
    for (const part of ["weight", "bias"]) tensors.set(`${name(i)}.${part}`, raw.get(`features.${count}.${part}`)!);
  });
  for (const extra of more) tensors.set(extra, one);
  return writeSafetensors(tensors);
}

/** Caffe's preprocessing: BGR in 0..255, minus the mean. */
function caffe(): Tensors {
  const deviations = [0.229, 0.224, 0.225];
  const expected = expectedTiny("torchvision") as Tensors;
  const { shape, data } = expected.get("conv1_1.weight")!;
  const undone = data.map((x, i) => x * deviations[Math.floor(i / 9) % 3]!);
  const swapped = undone.map((_, i) => undone[i + (2 - 2 * (Math.floor(i / 9) % 3)) * 9]! * 255);
  expected.set("conv1_1.weight", { shape, data: swapped });
  return expected.set("mean", { shape: [3], data: Float32Array.of(123.68 / 255, 116.779 / 255, 103.939 / 255) });
}

async function expectRead(
  bytes: Uint8Array,
  convention: ConventionName,
  expected: Tensors,
  options?: ReadWeightsOptions,
) {
  let told: string | undefined;
  const onConvention = ({ name }: { name: string }) => {
    told = name;
  };
  const weights = weightTensors(await readWeights(bytes, tiny, "x", { ...options, onConvention }));
  expect(told).toBe(convention);
  expect([...weights.keys()]).toEqual([...expected.keys()]);
  for (const [key, { data }] of expected) {
    const found = weights.get(key)!.data;
    data.forEach((x, i) => {
      expect(Math.abs(found[i]! - x), `${key} ${i}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(x)));
    });
  }
}

const vision = expectedTiny("torchvision") as Tensors;

test.each<[string, Uint8Array, ConventionName, Tensors]>([
  ["spoken names without a mean, as Gatys's vgg_conv.pth", file((i) => spoken[i]!), "caffe", caffe()],
  ["the same behind `vgg.`", file((i) => `vgg.${spoken[i]}`), "caffe", caffe()],
  [
    "Caffe's conversion under torchvision's names",
    file((i) => `features.${counted[i]}`, ["classifier.1.weight", "classifier.4.weight"]),
    "caffe",
    caffe(),
  ],
  [
    "torchvision's own",
    file((i) => `features.${counted[i]}`, ["classifier.0.weight", "classifier.3.weight", "classifier.6.weight"]),
    "torchvision",
    vision,
  ],
  ["`module.` before them", file((i) => `module.features.${counted[i]}`), "torchvision", vision],
  ["`module.` among them", file((i) => `features.module.${counted[i]}`), "torchvision", vision],
  ["`vgg.features.`", file((i) => `vgg.features.${counted[i]}`), "torchvision", vision],
  ["a plain Sequential", file((i) => counted[i]!), "torchvision", vision],
  ["a Sequential beside a classifier", file((i) => `vgg.${counted[i]}`, ["head.0.weight"]), "torchvision", vision],
])("%s", (_, bytes, convention, expected) => expectRead(bytes, convention, expected));

test("an explicit convention overrides the detected one", async () => {
  await expectRead(
    file((i) => `features.${counted[i]}`),
    "caffe",
    caffe(),
    { convention: "caffe" },
  );
  await expectRead(
    file((i) => spoken[i]!),
    "torchvision",
    vision,
    { convention: "torchvision" },
  );
});

describe("a file of our own may have factors and eight-bit integers", () => {
  const backbone = { name: "small", summary: "for tests", blocks: [[2, 4]], ranks: [[0, 3]] };
  const floats = (shape: readonly number[], ...numbers: number[]) =>
    [
      "F32",
      shape,
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => numbers[i % numbers.length]!).buffer,
    ] as const;
  const kernel = Int8Array.from({ length: 3 * 2 * 9 }, (_, i) => ((i * 37) % 255) - 127);
  const parts = {
    "conv1_1.weight": floats([2, 3, 3, 3], 0.5, -1),
    "conv1_1.bias": floats([2], 1, 2),
    "conv1_2.weight_scale": floats([3], 0.5, 2, 0.25),
    "conv1_2.expansion": floats([4, 3], 1, 2, 3),
    "conv1_2.bias": floats([4], 0),
    "conv1_2.weight": ["I8", [3, 2, 3, 3], kernel.buffer] as const,
  };

  function bytes(
    replaced: Readonly<Record<string, readonly [string, readonly number[], ArrayBuffer] | undefined>> = {},
  ) {
    let end = 0;
    const entries = Object.entries({ ...parts, ...replaced }).flatMap(([name, part]) => (part ? [{ name, part }] : []));
    const header: Record<string, object> = { __metadata__: { format: "pastiche" } };
    for (const { name, part } of entries) {
      const [dtype, shape, { byteLength }] = part;
      header[name] = { dtype, shape, data_offsets: [end, end + byteLength] };
      end += byteLength;
    }
    const json = JSON.stringify(header);
    const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
    head.writeBigUInt64LE(BigInt(head.length - 8));
    head.write(json, 8);
    return new Uint8Array(Buffer.concat([head, ...entries.map(({ part }) => Buffer.from(part[2]))]));
  }

  test("each row of integers times its scale", async () => {
    const { layers } = await readWeights(bytes(), backbone, "x");
    const expected = [...kernel].map((x, i) => x * [0.5, 2, 0.25][Math.floor(i / 18)]!);
    expect([...layers.conv1_2!.kernel]).toEqual(expected);
    expect([...layers.conv1_2!.expansion!]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(layers.conv1_1).not.toHaveProperty("expansion");
  });

  test.each<[string, Parameters<typeof bytes>[0], string]>([
    ["integers without scales", { "conv1_2.weight_scale": undefined }, "conv1_2.weight has the type I8, expected"],
    ["a scale too few", { "conv1_2.weight_scale": floats([2], 1) }, "conv1_2.weight_scale is 2, expected 3"],
    ["no expansion", { "conv1_2.expansion": undefined }, "it lacks conv1_2.expansion"],
    ["another rank", { "conv1_2.expansion": floats([4, 2], 1) }, "conv1_2.expansion is 4 x 2, expected 4 x 3"],
    ["a scale that is no number", { "conv1_2.weight_scale": floats([3], Number.NaN) }, "must be finite numbers"],
  ])("%s", async (_, replaced, words) => {
    await expect(readWeights(bytes(replaced), backbone, "x")).rejects.toMatchObject({
      code: "model",
      message: expect.stringContaining(words),
    });
  });
});

test("Keras 3's .weights.h5 is read", async () => {
  const h5 = await import("h5wasm");
  const { FS } = await ready;
  const made = new h5.File("/made.h5", "w");
  const layers = made.create_group("layers");
  const keras = expectedTiny("tiny-keras.h5");
  counted.forEach((count, i) => {
    const { shape, data } = raw.get(`features.${count}.weight`)!;
    const [outputs, inputs] = shape as [number, number];
    const last = data.map((_, at) => {
      const [output, input, tap] = [at % outputs, Math.floor(at / outputs) % inputs, Math.floor(at / outputs / inputs)];
      return data[(output * inputs + input) * 9 + tap]!;
    });
    // The first layer's kernel expects BGR, so its inputs are reversed here too.
    const vars = layers.create_group(i === 0 ? "conv2d" : `conv2d_${i}`).create_group("vars");
    vars.create_dataset({ name: "0", data: last, shape: [3, 3, inputs, outputs] });
    vars.create_dataset({ name: "1", data: raw.get(`features.${count}.bias`)!.data, shape: [outputs] });
  });
  made.flush();
  made.close();
  await expectRead(FS.readFile("/made.h5") as Uint8Array, "keras", caffe());
  expect([...keras.keys()]).toEqual([...caffe().keys()]);
});

describe("unsupported formats are named", () => {
  const text = (...parts: (string | number[])[]) =>
    new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...strToU8(part, true)] : part)));
  test.each<[string, Uint8Array, string]>([
    ["MATLAB", text("MATLAB 5.0 MAT-file, Platform: GLNXA64", Array(90).fill(0)), "a .mat file of MATLAB"],
    ["NumPy", zipSync({ "conv1_1.npy": strToU8("x") }), "an .npz archive of NumPy"],
    [".npy", text("\x93NUMPY\x01\0"), "a NumPy array (.npy)"],
    ["Caffe", text([10, 19], "VGG_ILSVRC_19_layers", [18, 4], "data"), "a .caffemodel of Caffe"],
    ["Torch 7", text([4, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0], "V 1"), "a .t7 file of Torch 7"],
    ["ONNX", text([8, 7, 18, 7], "pytorch", [26, 3], "1.0"), "an .onnx model"],
    [".keras", zipSync({ "config.json": strToU8("{}"), "model.weights.h5": strToU8("x") }), "unzip it, and take"],
    ["TensorFlow Lite", text([28, 0, 0, 0], "TFL3", [0]), "a model of TensorFlow Lite"],
  ])("%s", async (_, bytes, words) => {
    await expect(readWeights(bytes, tiny, "x")).rejects.toMatchObject({
      code: "model",
      message: expect.stringContaining(words),
    });
  });
});
