/**
 * Quantised tensors and the operators on them: ONNX Runtime's integer kernels, which use the NHWC layout. Which tensors
 * are quantised, and by which scales, is decided in `rewrite.ts`.
 */
import { add, div, maximum, mul } from "../operators/arithmetic.ts";
import { padTo } from "../operators/crop.ts";
import { concat, shapeOf, transpose } from "../operators/movement.ts";
import { reduce } from "../operators/reduce.ts";
import { type Dim, divideDim, multiplyDims, type Shape } from "../shape.ts";
import {
  type Bounds,
  constant,
  type ElementType,
  integers,
  lateConstant,
  node,
  scalar,
  type Tensor,
} from "../tensor.ts";
import { BESIDE_ITS_EQUAL, kernelScales, roundedKernel } from "./rounding.ts";

/** A float32 tensor [1, C, H, W] represented as `scale * (levels - zero)`. */
export interface Quantised {
  /** The quantised values: uint8, [1, H, W, C]. */
  readonly levels: Tensor;
  /** A positive scalar. */
  readonly scale: Tensor;
  /** The zero point: 0 for non-negative tensors (saturation at 0 is then a ReLU), 128 for signed ones. */
  readonly zero: 0 | 128;
}

/** The quantisation parameters of a result; the scale is an input of the program. */
export type Scaled = Pick<Quantised, "scale" | "zero">;

/** The largest value above the zero point: scale = range / LEVELS. */
export const LEVELS = { 0: 255, 128: 127 } as const;

const CONTRIB = "com.microsoft";
/** A lower bound of scales; not a denormal number. */
const TINY = 1e-30;

function of(op: string, inputs: readonly Tensor[], shape: Shape, type: ElementType, attributes = {}): Tensor {
  return node(op, inputs, { shape, type, attributes });
}

function level(value: number): Tensor {
  return constant(Uint8Array.of(value), []);
}

const channelsLast = ([n, c, h, w]: Shape): Shape => [n!, h!, w!, c!];
const channelsFirst = ([n, h, w, c]: Shape): Shape => [n!, c!, h!, w!];

/** `x` [1, C, H, W], rounded to the nearest quantised value. */
export function quantise(x: Tensor, as: Scaled): Quantised {
  const levels = of("QuantizeLinear", [x, as.scale, level(as.zero)], x.shape, "uint8");
  return { ...as, levels: of("Transpose", [levels], channelsLast(x.shape), "uint8", { perm: [0, 2, 3, 1] }) };
}

/** The float32 tensor [1, C, H, W]. */
export function dequantise({ levels, scale, zero }: Quantised): Tensor {
  const shape = channelsFirst(levels.shape);
  const planes = of("Transpose", [levels], shape, "uint8", { perm: [0, 3, 1, 2] });
  return of("DequantizeLinear", [planes, scale, level(zero)], shape, "float32");
}

/** The shape [1, C, H, W] of the tensor that `x` represents, without dequantising it. */
export function shapeOfFloats({ levels }: Quantised): Tensor {
  return of("Gather", [shapeOf(levels), integers(0, 3, 1, 2)], [4], "int64");
}

/**
 * The Gram product over positions, [C, C], in float32: int32 sums would overflow at images of some thousand positions,
 * and are no faster. (The operands are cast, not dequantised, because ONNX Runtime would fuse DequantizeLinear into an
 * integer product.) Transposing the integers first costs less than a product over the slow axis of both operands.
 */
export function quantisedGram(x: Quantised): Tensor {
  const levels = flat(x.levels);
  const [positions, channels] = levels.shape as [Dim, number];
  const rows = float(of("Transpose", [levels], [channels, positions], "uint8", { perm: [1, 0] }));
  const products = of("Gemm", [rows, rows], [channels, channels], "float32", { transB: 1 });
  return mul(products, mul(x.scale, x.scale));
}

function flat(levels: Tensor): Tensor {
  const [, h, w, c] = levels.shape as [Dim, Dim, Dim, number];
  return of("Reshape", [levels, integers(-1, c)], [multiplyDims(h, w), c], "uint8");
}

/**
 * The 3x3 convolution of `conv()` or the 1x1 convolution of `mixChannels()` (its kernel is a matrix), and the ReLU after
 * it where the result's zero point is 0. The kernel is int8 with one scale per output channel. With `direct` the bias of
 * a 3x3 convolution is stored in extra channels of `x`, whose zero point must be 0, because QLinearConv's own bias would
 * have to be constant; otherwise the bias is quantised at run time.
 */
export function quantisedConv(
  x: Quantised,
  kernel: Tensor,
  bias: Tensor | undefined,
  as: Scaled,
  direct = true,
): Quantised {
  const [outputs, , extent = 1] = kernel.shape as readonly number[] as [number, number, number?];
  if (kernel.op !== "Constant") throw new TypeError("quantisedConv: needs a constant kernel");
  const data = () => kernel.data as Float32Array;
  // Nothing falls back to im2col in a 1x1 convolution.
  const inChannels = direct && extent > 1;
  const plain = { levels: x.levels, widened: (values: Int8Array) => values };
  const seen = bias && inChannels ? biased(x, scalesOf(kernel), bias) : plain;
  const channels = seen.levels.shape[3] as number;
  // Rounding would take most of the time of the rewriting, and kernels of the gradient are late constants themselves.
  const rounded = () => seen.widened(roundedKernel(data(), outputs, extent ** 2).values);
  const values = lateConstant("int8", [outputs, channels, extent, extent], rounded);
  const scales = lateConstant("float32", [outputs], () => scalesOf(kernel));
  const zeros = constant(new Int8Array(outputs), [outputs]);
  const inputs = [seen.levels, x.scale, level(x.zero), values, scales, zeros, as.scale, level(as.zero)];
  if (bias && !inChannels) inputs.push(wholeNumbers(div(bias, mul(scales, x.scale))));
  const [n, h, w] = x.levels.shape;
  const margin = (extent - 1) / 2;
  const pads = [margin, margin, margin, margin];
  const attributes = { kernel_shape: [extent, extent], pads, strides: [1, 1], channels_last: 1 };
  return { ...as, levels: of(`${CONTRIB}.QLinearConv`, inputs, [n!, h!, w!, outputs], "uint8", attributes) };
}

const known = new WeakMap<Tensor, Float32Array>();

/** The scale of each output channel of a constant kernel. */
function scalesOf(kernel: Tensor): Float32Array {
  let scales = known.get(kernel);
  if (!scales) {
    const [outputs, , extent = 1] = kernel.shape as readonly number[] as [number, number, number?];
    scales = kernelScales(kernel.data as Float32Array, outputs, extent ** 2);
    known.set(kernel, scales);
  }
  return scales;
}

/** Rounded to int32. */
function wholeNumbers(x: Tensor): Tensor {
  // The largest float32 below 2^31.
  const held = of("Clip", [x, scalar(-2147483520), scalar(2147483520)], x.shape, "float32");
  return of("Cast", [of("Round", [held], x.shape, "float32")], x.shape, "int32", { to: "int32" });
}

/** The number of extra channels that store a bias. */
const HOLD = 4;
/** The first two store the integer part of its multiplier, up to this. */
const MOST = 2 * 255;

/**
 * The smallest range of a convolution's input. With a smaller one the bias would not fit into its channels, and the
 * features would be negligible beside it.
 */
export function leastRange(kernel: Tensor, bias: Tensor): number {
  const { largest } = steps(scalesOf(kernel), bias);
  return (LEVELS[0] * largest) / (BESIDE_ITS_EQUAL * MOST);
}

/** A bias in units of its output channel's scale. */
function steps(scales: Float32Array, bias: Tensor): { each: Float32Array; largest: number } {
  const each = (bias.data as Float32Array).map((b, i) => b / scales[i]!);
  return { each, largest: each.reduce((most, x) => Math.max(most, Math.abs(x)), TINY) };
}

/**
 * Stores a bias in four more channels of `x` that are constant over positions and that only the kernel's centre reads.
 * QLinearConv's own bias must be constant, but the quantised bias depends on the scale of `x`; with a computed one ONNX
 * Runtime falls back to im2col, which takes 1.2 to 1.9 times as long and nine times the memory of `x`.
 *
 * The integer bias of output o is `a u[o]` with constant |u| <= 64 and `a` depending on the scale. Two channels store
 * the integer part of `a`, one its fraction in sixteenths, and one corrects the rounding of `u`. The error is about ten
 * units, where one quantisation step of the result is hundreds.
 */
function biased(x: Quantised, scales: Float32Array, bias: Tensor): Widened {
  const { each, largest } = steps(scales, bias);
  const [n, h, w, channels] = x.levels.shape as [Dim, Dim, Dim, number];
  const [size, wider] = [9 * channels, 9 * (channels + HOLD)];
  const widened = (kernel: Int8Array) => {
    const values = new Int8Array(each.length * wider);
    for (const [output, step] of each.entries()) {
      values.set(kernel.subarray(output * size, (output + 1) * size), output * wider);
      const u = (BESIDE_ITS_EQUAL * step) / largest;
      const whole = Math.round(u);
      const held = [whole, whole, Math.round(u / 16), Math.round(16 * (u - whole))];
      for (const [i, value] of held.entries()) values[output * wider + size + 9 * i + 4] = value;
    }
    return values;
  };
  const row = (...numbers: number[]) => constant(Float32Array.from(numbers), [1, 1, 1, HOLD]);
  const a = div(largest / BESIDE_ITS_EQUAL, x.scale);
  const whole = of("Floor", [a], [], "float32");
  const sum = add(mul(a, row(0, 0, 16, 1 / 16)), add(mul(whole, row(1, 1, -16, 0)), row(0, -255, 0, 0)));
  const held = of("QuantizeLinear", [sum, scalar(1), level(0)], [1, 1, 1, HOLD], "uint8");
  const place = of("Shape", [x.levels], [3], "int64", { end: 3 });
  const everywhere = of("Concat", [place, integers(HOLD)], [4], "int64", { axis: 0 });
  const more = of("Expand", [held, everywhere], [n, h, w, HOLD], "uint8");
  return { levels: of("Concat", [x.levels, more], [n, h, w, channels + HOLD], "uint8", { axis: 3 }), widened };
}

/** An input with more channels, and how a kernel gets theirs. */
interface Widened {
  readonly levels: Tensor;
  readonly widened: (kernel: Int8Array) => Int8Array;
}

/** The positions of `x` within `bounds`; `size` is their height and width. */
export function quantisedCrop(x: Quantised, { from, to }: Bounds, [height, width]: readonly [Dim, Dim]): Quantised {
  const [n, , , channels] = x.levels.shape;
  const inputs = [x.levels, from, to, integers(1, 2)];
  return { ...x, levels: of("Slice", inputs, [n!, height, width, channels!], "uint8") };
}

/** The gradient of `quantisedCrop`: `x` at `bounds` of a tensor like `whole`, zero elsewhere. */
export function quantisedPad(x: Quantised, whole: Quantised, bounds: Bounds): Quantised {
  return { ...x, levels: padTo(x.levels, whole.levels, bounds, level(x.zero), 1) };
}

const WINDOW = { kernel_shape: [2, 2], strides: [2, 2] };

function halved({ levels }: Quantised): Shape {
  const [n, h, w, c] = levels.shape;
  return [n!, divideDim(h!, 2), divideDim(w!, 2), c!];
}

/** 2x2 max pooling. */
export function quantisedMaxPool(x: Quantised): Quantised {
  return { ...x, levels: of(`${CONTRIB}.NhwcMaxPool`, [x.levels], halved(x), "uint8", WINDOW) };
}

/** 2x2 average pooling, rounded. */
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

/**
 * `matrix` [C, C] times the channels of `x` at every position: [1, C, H, W]. The matrix is quantised to int8, one scale
 * per row.
 */
export function quantisedProduct(matrix: Tensor, x: Quantised, as: Scaled): Quantised {
  const columns = transpose(matrix);
  const outputs = columns.shape[1] as number;
  const most = reduce("ReduceMax", of("Abs", [columns], columns.shape, "float32"), { axes: [0] });
  const scales = div(maximum(most, TINY), BESIDE_ITS_EQUAL);
  const zeros = constant(new Int8Array(outputs), [outputs]);
  // Not QuantizeLinear, which is slow with a scale per column.
  const whole = of("Round", [div(columns, scales)], columns.shape, "float32");
  const values = of("Cast", [whole], columns.shape, "int8", { to: "int8" });
  const rows = flat(x.levels);
  const inputs = [rows, x.scale, level(x.zero), values, scales, zeros, as.scale, level(as.zero)];
  const product = of("QLinearMatMul", inputs, [rows.shape[0]!, outputs], "uint8");
  const [n, h, w] = x.levels.shape;
  if (x.levels.shape[3] !== outputs) throw new TypeError("quantisedProduct: needs a square matrix");
  return { ...as, levels: of("Reshape", [product, shapeOf(x.levels)], [n!, h!, w!, outputs], "uint8") };
}

/** The gradient of a ReLU: `gradient` where `features` > 0, else zero. */
export function masked(gradient: Quantised, features: Quantised): Quantised {
  const on = of("Cast", [features.levels], features.levels.shape, "bool", { to: "bool" });
  return { ...gradient, levels: chosen(on, gradient.levels, gradient) };
}

/** `gradient`, upsampled 2x2 to the size of `features`, where `features` > 0; else zero. */
export function maskedUpsampled(gradient: Quantised, features: Quantised): Quantised {
  const pairs = rowPairs(features.levels);
  const on = of("Cast", [pairs], pairs.shape, "bool", { to: "bool" });
  return {
    ...gradient,
    levels: likeFeatures(chosen(on, beside(gradient.levels, gradient.levels, pairs), gradient), features),
  };
}

/**
 * The gradient of max pooling and of the ReLU before it: `gradient` at the first place of each 2x2 block where
 * `features` equal the maximum `pooled` and are positive, else zero. Routing it to all equal places would count it
 * several times, and in eight bits ties are common (on pocket the gradient's error was then a quarter larger).
 */
export function maskedUnpooled(gradient: Quantised, features: Quantised, pooled: Quantised): Quantised {
  const pairs = rowPairs(features.levels);
  const shape = pooled.levels.shape;
  const most = (rows: number, columns: number) =>
    of(`${CONTRIB}.NhwcMaxPool`, [features.levels], shape, "uint8", { ...WINDOW, kernel_shape: [rows, columns] });
  // In a block of zeros no element may match: compare with at least 1.
  const least = of("Max", [pooled.levels, level(1)], shape, "uint8");
  /** The value that the next place must equal; 255 once a previous place matched, which only saturated values equal. */
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

/** [1, H, W, C] as pairs of rows, [H / 2, 2, W * C]: broadcasting is faster on long rows. */
function rowPairs(levels: Tensor): Tensor {
  const [, h, w, c] = levels.shape as [Dim, Dim, Dim, number];
  const width = of("Gather", [shapeOf(levels), integers(2)], [1], "int64");
  const shape = of("Concat", [integers(-1, 2), of("Mul", [width, integers(c)], [1], "int64")], [3], "int64", {
    axis: 0,
  });
  return of("Reshape", [levels, shape], [divideDim(h, 2), 2, multiplyDims(w, c)], "uint8");
}

/**
 * Interleaves values for the left and right column of every block, [1, h, w, C] each, into a row of `pairs`, [h, 1, 2 *
 * w * C].
 */
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
 * The used fraction of each tensor's range, [n]: the largest distance from the zero point over the possible one; 1 or
 * more means all of it. The tensors share all operators but the reductions, because operators on single numbers cost
 * mostly overhead.
 */
export function used(tensors: readonly Quantised[]): Tensor {
  const each = (number: (x: Quantised) => number) => constant(Float32Array.from(tensors, number), [tensors.length]);
  const difference = (a: Tensor, b: Tensor) => of("Sub", [a, b], a.shape, "float32");
  const above = difference(
    extremes("ReduceMax", tensors),
    each(({ zero }) => zero),
  );
  const signed = tensors.filter(({ zero }) => zero === 128);
  const most = signed.length > 0 ? maximum(above, below(tensors, signed)) : above;
  return div(
    most,
    each(({ zero }) => LEVELS[zero]),
  );
}

/** The largest distance below the zero point, [n]; 0 of tensors whose zero point is 0. */
function below(tensors: readonly Quantised[], signed: readonly Quantised[]): Tensor {
  const distances = of("Sub", [scalars(128, signed.length), extremes("ReduceMin", signed)], [signed.length], "float32");
  const places = tensors.map((x) => BigInt(x.zero === 128 ? signed.indexOf(x) : signed.length));
  const index = constant(BigInt64Array.from(places), [tensors.length]);
  return of("Gather", [concat([distances, scalars(0, 1)], 0), index], [tensors.length], "float32");
}

function scalars(value: number, count: number): Tensor {
  return constant(new Float32Array(count).fill(value), [count]);
}

/** The largest or smallest quantised value of each tensor, [n]. */
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
