/**
 * Tensors in eight bits, and the operators on them: ONNX Runtime's integer kernels, which want channels last. How a graph
 * comes to be in eight bits, and where scales come from, it refuses to know.
 */
import { add, div, maximum, mul } from "./arithmetic.ts";
import { concat, shapeOf, transpose } from "./movement.ts";
import { reduce } from "./reduce.ts";
import { BESIDE_ITS_EQUAL, kernelScales, type RoundedKernel, roundedKernel } from "./rounding.ts";
import { type Dim, divideDim, multiplyDims, type Shape } from "./shape.ts";
import { constant, type ElementType, integers, node, scalar, type Tensor } from "./tensor.ts";

/** A tensor [1, C, H, W] of 32-bit floats as `scale * (levels - zero)`. */
export interface Quantised {
  /** uint8, [1, H, W, C]. */
  readonly levels: Tensor;
  /** A positive scalar. */
  readonly scale: Tensor;
  /** 0 for what is never negative: values below are held at 0, which is a ReLU. 128 for what has both signs. */
  readonly zero: 0 | 128;
}

/** What a level is worth is not known beforehand: it comes in when the program runs. */
export type Scaled = Pick<Quantised, "scale" | "zero">;

/** The largest level above zero: what the scale's range is divided by. */
export const LEVELS = { 0: 255, 128: 127 } as const;

const CONTRIB = "com.microsoft";
/** Smaller than any range that matters, and no denormal. */
const TINY = 1e-30;

function of(op: string, inputs: readonly Tensor[], shape: Shape, type: ElementType, attributes = {}): Tensor {
  return node(op, inputs, { shape, type, attributes });
}

function level(value: number): Tensor {
  return constant(Uint8Array.of(value), []);
}

const channelsLast = ([n, c, h, w]: Shape): Shape => [n!, h!, w!, c!];
const channelsFirst = ([n, h, w, c]: Shape): Shape => [n!, c!, h!, w!];

/** `x` [1, C, H, W], each number at its nearest level. */
export function quantise(x: Tensor, as: Scaled): Quantised {
  const levels = of("QuantizeLinear", [x, as.scale, level(as.zero)], x.shape, "uint8");
  return { ...as, levels: of("Transpose", [levels], channelsLast(x.shape), "uint8", { perm: [0, 2, 3, 1] }) };
}

/** The floats [1, C, H, W] again. */
export function dequantise({ levels, scale, zero }: Quantised): Tensor {
  const shape = channelsFirst(levels.shape);
  const planes = of("Transpose", [levels], shape, "uint8", { perm: [0, 3, 1, 2] });
  return of("DequantizeLinear", [planes, scale, level(zero)], shape, "float32");
}

/** The shape of the floats that `x` stands for, without making them. */
export function shapeOfFloats({ levels }: Quantised): Tensor {
  return of("Gather", [shapeOf(levels), integers(0, 3, 1, 2)], [4], "int64");
}

/**
 * The products of every two channels, summed over positions: [C, C]. In floats: 32-bit integers would overflow at pictures
 * of some thousand positions, and are no faster. (For the same reason nothing is dequantised here: ONNX Runtime would make
 * an integer product of it.)
 */
export function quantisedGram(x: Quantised): Tensor {
  const rows = float(flat(x.levels));
  const channels = rows.shape[1]!;
  const products = of("Gemm", [rows, rows], [channels, channels], "float32", { transA: 1 });
  return mul(products, mul(x.scale, x.scale));
}

function flat(levels: Tensor): Tensor {
  const [, h, w, c] = levels.shape as [Dim, Dim, Dim, number];
  return of("Reshape", [levels, integers(-1, c)], [multiplyDims(h, w), c], "uint8");
}

/**
 * The 3x3 convolution of `conv()`, and the ReLU after it where the result's zero is 0. The kernel is int8, a scale for
 * each output channel. `x` of a convolution with a bias has zero at 0. Where the runtime convolves `direct`, if the bias is
 * constant, the bias is held in channels of `x`, else it is brought to the product of the scales when the program runs.
 */
export function quantisedConv(
  x: Quantised,
  kernel: Tensor,
  bias: Tensor | undefined,
  as: Scaled,
  direct = true,
): Quantised {
  const [outputs] = kernel.shape as readonly number[] as [number];
  if (!(kernel.data instanceof Float32Array)) throw new TypeError("quantisedConv: needs a constant kernel");
  const rounded = roundedKernel(kernel.data, outputs);
  const seen = bias && direct ? biased(x, rounded, bias) : { levels: x.levels, values: rounded.values };
  const channels = seen.levels.shape[3] as number;
  const values = constant(seen.values, [outputs, channels, 3, 3]);
  const scales = constant(rounded.scales, [outputs]);
  const zeros = constant(new Int8Array(outputs), [outputs]);
  const inputs = [seen.levels, x.scale, level(x.zero), values, scales, zeros, as.scale, level(as.zero)];
  if (bias && !direct) inputs.push(wholeNumbers(div(bias, mul(scales, x.scale))));
  const [n, h, w] = x.levels.shape;
  const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1], channels_last: 1 };
  return { ...as, levels: of(`${CONTRIB}.QLinearConv`, inputs, [n!, h!, w!, outputs], "uint8", attributes) };
}

/** The nearest int32. */
function wholeNumbers(x: Tensor): Tensor {
  // 2^31 as a float is one too many.
  const held = of("Clip", [x, scalar(-2147483520), scalar(2147483520)], x.shape, "float32");
  return of("Cast", [of("Round", [held], x.shape, "float32")], x.shape, "int32", { to: "int32" });
}

/** Channels that hold a bias. */
const HOLD = 4;
/** The first two of them hold its multiplier's whole part, up to so much. */
const MOST = 2 * 255;

/**
 * The least range of the features that go into a convolution: with less, its bias were too large for the channels that hold
 * it, and the features too small to matter beside it.
 */
export function leastRange(kernel: Tensor, bias: Tensor): number {
  const { largest } = steps(kernelScales(kernel.data as Float32Array, kernel.shape[0] as number), bias);
  return (LEVELS[0] * largest) / (BESIDE_ITS_EQUAL * MOST);
}

/** A bias in steps of its channel's scale. */
function steps(scales: Float32Array, bias: Tensor): { each: Float32Array; largest: number } {
  const each = (bias.data as Float32Array).map((b, i) => b / scales[i]!);
  return { each, largest: each.reduce((most, x) => Math.max(most, Math.abs(x)), TINY) };
}

/**
 * A bias as four more channels of `x`, the same at every position, which the kernel sees at its centre. In QLinearConv's own
 * bias it would have to be constant, and depends on the scale of `x`: one that is computed has ONNX Runtime copy each
 * pixel's surroundings, which takes 1.2 to 1.9 times as long and nine times the memory of `x`.
 *
 * In whole numbers the bias of output o is `a u[o]`, with |u| <= 64 constant and `a` by the scale. Two channels hold the
 * whole part of `a`, one sixteenths of its rest, and one what was rounded off `u`: all as eight bits allow, some ten
 * units off where a level of the result is worth hundreds.
 */
function biased(x: Quantised, rounded: RoundedKernel, bias: Tensor): { levels: Tensor; values: Int8Array } {
  const { each, largest } = steps(rounded.scales, bias);
  const [n, h, w, channels] = x.levels.shape as [Dim, Dim, Dim, number];
  const [size, wider] = [9 * channels, 9 * (channels + HOLD)];
  const values = new Int8Array(each.length * wider);
  for (const [output, step] of each.entries()) {
    values.set(rounded.values.subarray(output * size, (output + 1) * size), output * wider);
    const u = (BESIDE_ITS_EQUAL * step) / largest;
    const whole = Math.round(u);
    const held = [whole, whole, Math.round(u / 16), Math.round(16 * (u - whole))];
    for (const [i, value] of held.entries()) values[output * wider + size + 9 * i + 4] = value;
  }
  const row = (...numbers: number[]) => constant(Float32Array.from(numbers), [1, 1, 1, HOLD]);
  const a = div(largest / BESIDE_ITS_EQUAL, x.scale);
  const whole = of("Floor", [a], [], "float32");
  const sum = add(mul(a, row(0, 0, 16, 1 / 16)), add(mul(whole, row(1, 1, -16, 0)), row(0, -255, 0, 0)));
  const held = of("QuantizeLinear", [sum, scalar(1), level(0)], [1, 1, 1, HOLD], "uint8");
  const place = of("Shape", [x.levels], [3], "int64", { end: 3 });
  const everywhere = of("Concat", [place, integers(HOLD)], [4], "int64", { axis: 0 });
  const more = of("Expand", [held, everywhere], [n, h, w, HOLD], "uint8");
  return { levels: of("Concat", [x.levels, more], [n, h, w, channels + HOLD], "uint8", { axis: 3 }), values };
}

const WINDOW = { kernel_shape: [2, 2], strides: [2, 2] };

function halved({ levels }: Quantised): Shape {
  const [n, h, w, c] = levels.shape;
  return [n!, divideDim(h!, 2), divideDim(w!, 2), c!];
}

/** The largest of each 2x2 block. */
export function quantisedMaxPool(x: Quantised): Quantised {
  return { ...x, levels: of(`${CONTRIB}.NhwcMaxPool`, [x.levels], halved(x), "uint8", WINDOW) };
}

/** The mean of each 2x2 block, rounded to a level. */
export function quantisedAveragePool(x: Quantised): Quantised {
  const inputs = [x.levels, x.scale, level(x.zero), x.scale, level(x.zero)];
  const attributes = { ...WINDOW, channels_last: 1 };
  return { ...x, levels: of(`${CONTRIB}.QLinearAveragePool`, inputs, halved(x), "uint8", attributes) };
}

/** `a + b`. */
export function quantisedAdd(a: Quantised, b: Quantised, as: Scaled): Quantised {
  const parts = [a, b, as].flatMap((x) => [...("levels" in x ? [x.levels as Tensor] : []), x.scale, level(x.zero)]);
  return { ...as, levels: of(`${CONTRIB}.QLinearAdd`, parts, a.levels.shape, "uint8") };
}

/** `matrix` [C, C] times `x` at every position: [1, C, H, W]. The matrix is brought to int8, a scale for each row. */
export function quantisedProduct(matrix: Tensor, x: Quantised, as: Scaled): Quantised {
  const columns = transpose(matrix);
  const outputs = columns.shape[1] as number;
  const most = reduce("ReduceMax", of("Abs", [columns], columns.shape, "float32"), { axes: [0] });
  const scales = div(maximum(most, TINY), BESIDE_ITS_EQUAL);
  const zeros = constant(new Int8Array(outputs), [outputs]);
  // Not QuantizeLinear, which takes its time where there is a scale for each column.
  const whole = of("Round", [div(columns, scales)], columns.shape, "float32");
  const values = of("Cast", [whole], columns.shape, "int8", { to: "int8" });
  const rows = flat(x.levels);
  const inputs = [rows, x.scale, level(x.zero), values, scales, zeros, as.scale, level(as.zero)];
  const product = of("QLinearMatMul", inputs, [rows.shape[0]!, outputs], "uint8");
  const [n, h, w] = x.levels.shape;
  if (x.levels.shape[3] !== outputs) throw new TypeError("quantisedProduct: needs a square matrix");
  return { ...as, levels: of("Reshape", [product, shapeOf(x.levels)], [n!, h!, w!, outputs], "uint8") };
}

/** `gradient` where `features` are above zero, else zero: a ReLU's. */
export function masked(gradient: Quantised, features: Quantised): Quantised {
  const on = of("Cast", [features.levels], features.levels.shape, "bool", { to: "bool" });
  return { ...gradient, levels: chosen(on, gradient.levels, gradient) };
}

/** `gradient`, half the size of `features`, at all four places of each 2x2 block where `features` are above zero. */
export function maskedUpsampled(gradient: Quantised, features: Quantised): Quantised {
  const pairs = rowPairs(features.levels);
  const on = of("Cast", [pairs], pairs.shape, "bool", { to: "bool" });
  return {
    ...gradient,
    levels: likeFeatures(chosen(on, beside(gradient.levels, gradient.levels, pairs), gradient), features),
  };
}

/**
 * The gradient of max pooling and of the ReLU before it: `gradient` at the first place of each 2x2 block where `features` equal
 * its maximum `pooled` and are above zero, else zero. At all such places it would count several times: in eight bits many
 * are equal (on pocket the gradient is then a quarter further from that in floats).
 */
export function maskedUnpooled(gradient: Quantised, features: Quantised, pooled: Quantised): Quantised {
  const pairs = rowPairs(features.levels);
  const shape = pooled.levels.shape;
  const most = (rows: number, columns: number) =>
    of(`${CONTRIB}.NhwcMaxPool`, [features.levels], shape, "uint8", { ...WINDOW, kernel_shape: [rows, columns] });
  // A block of zeros has no maximum above zero: 1 is reached by none of its places.
  const least = of("Max", [pooled.levels, level(1)], shape, "uint8");
  /** What the next place must reach: nothing does any more where it was reached before (255 is, by what is held there). */
  const unless = (before: Tensor) =>
    of("Where", [of("Equal", [before, least], shape, "bool"), level(255), least], shape, "uint8");
  const [corner, top, left] = [most(1, 1), most(1, 2), most(2, 1)];
  const rows = [
    beside(least, unless(corner), pairs),
    beside(unless(top), unless(of("Max", [top, left], shape, "uint8")), pairs),
  ];
  const reached = of("Concat", rows, pairs.shape, "uint8", { axis: 1 });
  const on = of("Equal", [pairs, reached], pairs.shape, "bool");
  const spread = beside(gradient.levels, gradient.levels, pairs);
  return { ...gradient, levels: likeFeatures(chosen(on, spread, gradient), features) };
}

function chosen(on: Tensor, levels: Tensor, { zero }: Scaled): Tensor {
  return of("Where", [on, levels, level(zero)], on.shape, "uint8");
}

/** [1, H, W, C] as pairs of rows: [H / 2, 2, W * C]. Long rows are what stretches fast. */
function rowPairs(levels: Tensor): Tensor {
  const [, h, w, c] = levels.shape as [Dim, Dim, Dim, number];
  const width = of("Gather", [shapeOf(levels), integers(2)], [1], "int64");
  const shape = of("Concat", [integers(-1, 2), of("Mul", [width, integers(c)], [1], "int64")], [3], "int64", {
    axis: 0,
  });
  return of("Reshape", [levels, shape], [divideDim(h, 2), 2, multiplyDims(w, c)], "uint8");
}

/** For every block's left and right places, [1, h, w, C] each: a row of `pairs`, [h, 1, 2 * w * C]. */
function beside(left: Tensor, right: Tensor, pairs: Tensor): Tensor {
  const [n, h, w, c] = left.shape as [Dim, Dim, Dim, number];
  const both = of("Concat", [left, right], [n, h, w, 2 * c], "uint8", { axis: 3 });
  const length = of("Gather", [shapeOf(pairs), integers(2)], [1], "int64");
  const shape = of("Concat", [integers(-1, 1), length], [3], "int64", { axis: 0 });
  return of("Reshape", [both, shape], [h, 1, pairs.shape[2]!], "uint8");
}

function likeFeatures(pairs: Tensor, { levels }: Quantised): Tensor {
  return of("Reshape", [pairs, shapeOf(levels)], levels.shape, "uint8");
}

/**
 * How much of its range each of `tensors` uses, [n]: the largest level's distance from zero over the most there can be; 1 or
 * more: all. Those whose zero is 0 come first. Only the reductions are one for each: operators on single numbers take
 * longer than one expects.
 */
export function used(tensors: readonly Quantised[]): Tensor {
  const each = (number: (x: Quantised) => number) => constant(Float32Array.from(tensors, number), [tensors.length]);
  const difference = (a: Tensor, b: Tensor) => of("Sub", [a, b], a.shape, "float32");
  const above = difference(
    extremes("ReduceMax", tensors),
    each(({ zero }) => zero),
  );
  const signed = tensors.filter(({ zero }) => zero === 128);
  const none = constant(new Float32Array(tensors.length - signed.length), [tensors.length - signed.length]);
  const below = signed.length > 0 ? [difference(scalars(128, signed.length), extremes("ReduceMin", signed))] : [];
  return div(
    maximum(above, concat([none, ...below], 0)),
    each(({ zero }) => LEVELS[zero]),
  );
}

function scalars(value: number, count: number): Tensor {
  return constant(new Float32Array(count).fill(value), [count]);
}

/** The largest or smallest level of each, [n]. */
function extremes(op: "ReduceMax" | "ReduceMin", tensors: readonly Quantised[]): Tensor {
  const each = tensors.map(({ levels }) =>
    of(op, [levels, integers(0, 1, 2, 3)], [1, 1, 1, 1], "uint8", { keepdims: 1 }),
  );
  const all = of("Concat", each, [each.length, 1, 1, 1], "uint8", { axis: 0 });
  return float(of("Reshape", [all, integers(-1)], [each.length], "uint8"));
}

function float(x: Tensor): Tensor {
  return of("Cast", [x], x.shape, "float32", { to: "float32" });
}
