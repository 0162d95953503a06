/**
 * Rewrites a graph so that the network's forward and backward passes run in eight bits. Convolutions, ReLUs, poolings
 * and their gradients are told by their operators and roles (`Tensor.role`); everything else stays in float32. It does
 * not depend on which network, loss or optimiser the graph contains.
 *
 * Features are uint8 with zero point 0, so that saturation is the ReLU. Gradients, and what a factorised convolution has
 * between its factors, are uint8 with zero point 128. The first convolution (its input is the image) and the last one of
 * the gradient (no mask follows) stay in float32. Scales are fixed before a step, from the ranges of the previous one
 * (delayed scaling): the ranges of all quantised tensors are an input, and the updated ranges are an output.
 */
import { abs, div, maximum, mul, neg, where } from "../operators/arithmetic.ts";
import { concat, reshape, slice } from "../operators/movement.ts";
import { reduce } from "../operators/reduce.ts";
import { ordered } from "../order.ts";
import { type Dim, sameShape } from "../shape.ts";
import { emptyAfter, type Spared } from "../sparing.ts";
import { constant, input, node, type RoleOf, roleOf, scalar, type Tensor } from "../tensor.ts";
import type { Quantised, Scaled } from "./operators.ts";
import * as integer from "./operators.ts";

type Outputs = Readonly<Record<string, Tensor>>;

export interface EightBit {
  /** The same outputs in eight bits, from the same inputs and the ranges; and the ranges for the next run. */
  readonly outputs: Outputs;
  /** The original float32 outputs and the ranges measured from them: for the first run and for recalibration. */
  readonly measured: Outputs;
  /** The uint8 values [1, H, W, C] of every activation, by its tensor in the original graph. */
  readonly levels: ReadonlyMap<Tensor, Tensor>;
}

/** The names of the ranges as input and output, and their number. */
export interface Ranges {
  readonly from: string;
  readonly to: string;
  readonly capacity: number;
}

export interface EightBitOptions extends Ranges {
  /**
   * Whether the runtime has a direct integer convolution for constant biases. ONNX Runtime has one on CPUs and none in
   * WASM. Default true.
   */
  readonly direct?: boolean;
  /** The same outputs with less memory (`spared`), for the float32 version. */
  readonly sparing?: Spared | undefined;
}

/** One quantised tensor whose range is an input, and the smallest range it may have. */
interface Slot {
  readonly original: Tensor;
  readonly least: number;
  readonly pass: Pass;
  readonly quantised: Quantised;
}

type Pass = "forward" | "backward";

/**
 * The eight-bit version of `outputs`; undefined if nothing in the graph can be quantised.
 *
 * A range is the expected largest magnitude of a tensor. Of the `capacity` ranges, activations take the first entries
 * in graph order and gradients the last ones, so that a graph with the same activations and no gradient can use the
 * same ranges. Unused entries are 0.
 */
export function eightBit(
  outputs: Outputs,
  { from, to, capacity, direct = true, sparing }: EightBitOptions,
): EightBit | undefined {
  const ranges = input(from, [capacity]);
  const nodes = ordered(Object.values(outputs));
  const { slots, plain } = rewriter(ranges, leastRanges(nodes), direct);
  // Inputs before their consumers, so that the recursion stays shallow.
  for (const x of nodes) plain(x);
  if (slots.length === 0) return undefined;
  if (slots.length > capacity) throw new TypeError(`eightBit: ${slots.length} ranges, and room for ${capacity}`);
  const rewritten = Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, plain(x)]));
  const features = slots.filter(({ pass }) => pass === "forward");
  const gradients = slots.filter(({ pass }) => pass === "backward").reverse();
  const all = [...features, ...gradients];
  const none = constant(new Float32Array(capacity - all.length), [capacity - all.length]);
  const spread = (x: Tensor) => {
    const parts = [slice(x, 0, 0, features.length), none];
    return concat(gradients.length > 0 ? [...parts, slice(x, 0, features.length)] : parts, 0);
  };
  const before = [slice(ranges, 0, 0, features.length)];
  if (gradients.length > 0) before.push(slice(ranges, 0, -gradients.length));
  const measured = column(
    measurements(slots, nodes, sparing),
    all.map((slot) => slots.length - 1 - slots.indexOf(slot)),
  );
  const followed = mul(concat(before, 0), follow(integer.used(all.map(({ quantised }) => quantised))));
  return {
    outputs: { ...rewritten, [to]: spread(held(followed, all)) },
    measured: { ...(sparing?.outputs ?? outputs), [to]: spread(held(measured, all)) },
    levels: new Map(features.map(({ original, quantised }) => [original, quantised.levels])),
  };
}

/**
 * A range grows when it was fully used and shrinks to what was used. There is no margin: occasional saturation costs
 * less than a coarser quantisation of everything (tried: 1.15, 1.3, 1.5 and 2).
 */
function follow(used: Tensor): Tensor {
  const shrunk = node("Clip", [used, scalar(0.75), scalar(1)], { shape: used.shape });
  return where(node("GreaterOrEqual", [used, scalar(1)], { shape: used.shape, type: "bool" }), scalar(1.5), shrunk);
}

/** Ranges clamped from below, so that a gradient that was 0 can grow again within a few steps. */
function held(ranges: Tensor, slots: readonly Slot[]): Tensor {
  const backward = slots.map(({ pass }) => (pass === "backward" ? 1 : 0));
  const gradients = constant(Float32Array.from(backward), [slots.length]);
  const least = mul(reduce("ReduceMax", mul(ranges, gradients), {}), 1e-4);
  const fixed = constant(
    Float32Array.from(slots, (slot) => Math.max(slot.least, 1e-30)),
    [slots.length],
  );
  return maximum(maximum(ranges, mul(least, gradients)), fixed);
}

function magnitude(x: Tensor, { zero }: Scaled): Tensor {
  const most = reduce("ReduceMax", x, {});
  return zero === 0 ? most : maximum(most, neg(reduce("ReduceMin", x, {})));
}

/** The measured ranges as vectors [1], in the order of the graph's `nodes`; among them empty ones, for what is computed early. */
function measurements(slots: readonly Slot[], nodes: readonly Tensor[], sparing: Spared | undefined): Tensor[] {
  const place = new Map(nodes.map((x, i) => [x, i]));
  const waiting = [...(sparing?.early ?? [])];
  const all: Tensor[] = [];
  for (const { original, quantised } of slots) {
    while (waiting.length > 0 && place.get(waiting[0]!.after)! < place.get(original)!)
      all.push(emptyAfter(waiting.shift()!.tensor));
    all.push(reshape(magnitude(sparing?.instead.get(original) ?? original, quantised), [1]));
  }
  return all;
}

/**
 * The numbers of `vectors`, from the last to the first, at the places of `order`: [n]. ONNX Runtime evaluates the inputs of a
 * node from the last to the first, each with everything that it depends on. Listing the vectors in reverse therefore
 * computes each one as soon as its tensor exists, and no tensor is kept alive for the others.
 */
function column(vectors: readonly Tensor[], order: readonly number[]): Tensor {
  const places = constant(BigInt64Array.from(order, BigInt), [order.length]);
  return node("Gather", [concat(vectors.toReversed(), 0), places], { shape: [order.length] });
}

/** The smallest allowed range of each activation tensor, from the convolutions that consume it. */
function leastRanges(nodes: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const found = new Map<Tensor, number>();
  for (const x of nodes) {
    const convolution = featuresOf(x);
    if (!convolution || convolution.factors || !isSeen(convolution.x)) continue;
    let features = convolution.x;
    while (isPooling(features)) features = features.inputs[0]!;
    const least = integer.leastRange(convolution.kernel, convolution.bias);
    found.set(features, Math.max(found.get(features) ?? 0, least));
  }
  return found;
}

function rewriter(ranges: Tensor, leastRanges: ReadonlyMap<Tensor, number>, direct: boolean) {
  const slots: Slot[] = [];
  const floats = new Map<Tensor, Tensor>();
  const eights = new Map<Tensor, Quantised>();
  const worth = { 0: div(ranges, integer.LEVELS[0]), 128: div(ranges, integer.LEVELS[128]) };

  /** A quantised tensor whose range was measured in the previous run. */
  function slot(original: Tensor, zero: 0 | 128, pass: Pass, make: (as: Scaled) => Quantised): Quantised {
    const before = slots.filter((other) => other.pass === pass).length;
    const place = pass === "forward" ? before : (ranges.shape[0] as number) - 1 - before;
    const index = constant(BigInt64Array.of(BigInt(place)), []);
    const quantised = make({ zero, scale: node("Gather", [worth[zero], index], { shape: [] }) });
    slots.push({ original, quantised, pass, least: leastRanges.get(original) ?? 0 });
    return quantised;
  }

  /** Quantises a float tensor by its own current maximum. */
  function rounded(x: Tensor, zero: 0 | 128): Quantised {
    const most = maximum(reduce("ReduceMax", zero === 0 ? x : abs(x), {}), 1e-30);
    return integer.quantise(x, { zero, scale: div(most, integer.LEVELS[zero]) });
  }

  /** The quantised version of `x`. */
  function eight(x: Tensor): Quantised {
    let known = eights.get(x);
    if (!known) {
      known = made(x);
      eights.set(x, known);
    }
    return known;
  }

  function made(x: Tensor): Quantised {
    const forward = featuresOf(x);
    if (forward) {
      const { x: seen, kernel, bias, factors } = forward;
      if (!isSeen(seen)) {
        const features = remade(x);
        return slot(x, 0, "forward", (as) => integer.quantise(features, as));
      }
      const from = eight(seen);
      if (!factors) return slot(x, 0, "forward", (as) => integer.quantisedConv(from, kernel, bias, as, direct));
      const { between, matrix } = factors;
      const narrow = slot(between, 128, "forward", (as) => integer.quantisedConv(from, kernel, undefined, as));
      return slot(x, 0, "forward", (as) => integer.quantisedConv(narrow, matrix, bias, as));
    }
    if (isSeen(x)) {
      const from = eight(x.inputs[0]!);
      return x.op === "MaxPool" ? integer.quantisedMaxPool(from) : integer.quantisedAveragePool(from);
    }
    const cropped = croppedOf(x);
    if (cropped) return integer.quantisedCrop(eight(cropped.x), cropped.bounds, x.shape.slice(2) as [Dim, Dim]);
    const placed = roleOf(x, "crop gradient");
    if (placed && isSeen(placed.x)) return integer.quantisedPad(eight(placed.gradient), eight(placed.x), placed.bounds);
    const masked = maskedGradientOf(x);
    if (masked) return maskedGradient(masked.gradient, masked.output);
    const backward = backwardConvOf(x);
    if (backward) {
      const from = eight(backward.x);
      return slot(x, 128, "backward", (as) => integer.quantisedConv(from, backward.kernel, undefined, as));
    }
    const routed = roleOf(x, "max pool gradient");
    if (routed && featuresOf(routed.x)) return routedGradient(routed);
    if (isSum(x) && x.inputs.some(isEight)) {
      const parts = x.inputs.map(eight) as [Quantised, Quantised];
      return slot(x, 128, "backward", (as) => integer.quantisedAdd(...parts, as));
    }
    const product = gramGradientOf(x);
    if (product) {
      const [symmetric, features] = [plain(product.symmetric), eight(product.features)];
      return slot(x, 128, "backward", (as) => integer.quantisedProduct(symmetric, features, as));
    }
    return rounded(plain(x), 128);
  }

  /** Where the pooled tensor is not the output of a ReLU the mask is redundant and harmless. */
  function routedGradient({ gradient, x, output }: RoleOf<"max pool gradient">): Quantised {
    return integer.maskedUnpooled(eight(gradient), eight(x), eight(output));
  }

  /** The gradient before the ReLU that produced `features`, and before the pooling that follows it, if any. */
  function maskedGradient(gradient: Tensor, features: Tensor): Quantised {
    const routed = roleOf(gradient, "max pool gradient");
    if (routed?.x === features) return routedGradient(routed);
    const spread = roleOf(gradient, "average pool gradient");
    if (spread) {
      const { scale, ...rest } = eight(spread.gradient);
      return integer.maskedUpsampled({ ...rest, scale: mul(scale, 0.25) }, eight(features));
    }
    return integer.masked(eight(gradient), eight(features));
  }

  /** `x` in float32, computed from the rewritten nodes. */
  function plain(x: Tensor): Tensor {
    let known = floats.get(x);
    if (!known) {
      known = restored(x);
      floats.set(x, known);
    }
    return known;
  }

  function restored(x: Tensor): Tensor {
    // All activations, including the first: max pooling's gradient compares them with pooled values, so both must be
    // rounded.
    if (isSeen(x) || croppedOf(x) || maskedGradientOf(x)) return integer.dequantise(eight(x));
    if (x.op === "Shape" && (isSeen(x.inputs[0]!) || croppedOf(x.inputs[0]!)))
      return integer.shapeOfFloats(eight(x.inputs[0]!));
    const gram = roleOf(x, "self product");
    const features = gram && rowsOf(gram.matrix);
    if (features) return integer.quantisedGram(eight(features));
    return remade(x);
  }

  /** The same operator applied to the rewritten inputs. */
  function remade(x: Tensor): Tensor {
    const inputs = x.inputs.map(plain);
    return inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs };
  }

  return { slots, plain };
}

/** A convolution with a bias, in one piece or factorised. */
interface Layer {
  readonly x: Tensor;
  readonly kernel: Tensor;
  readonly bias: Tensor;
  /** What the kernel gives, and the matrix that expands it. */
  readonly factors?: { readonly between: Tensor; readonly matrix: Tensor };
}

/** The convolution of which `x` is the ReLU: `x` is a layer's features. */
function featuresOf(x: Tensor): Layer | undefined {
  if (x.op !== "Relu") return undefined;
  const convolved = x.inputs[0]!;
  const whole = roleOf(convolved, "convolution");
  if (whole) return whole.bias && { ...whole, bias: whole.bias };
  const mixture = roleOf(convolved, "channel mixture");
  const first = mixture && roleOf(mixture.x, "convolution");
  if (!mixture?.bias || !first || first.bias) return undefined;
  const factors = { between: mixture.x, matrix: mixture.matrix };
  return { x: first.x, kernel: first.kernel, bias: mixture.bias, factors };
}

/** Features, pooled or not: possible inputs of a quantised convolution. */
function isSeen(x: Tensor): boolean {
  return featuresOf(x) !== undefined || (isPooling(x) && isSeen(x.inputs[0]!));
}

/** What `x` is cropped from, if that is features. */
function croppedOf(x: Tensor): RoleOf<"crop"> | undefined {
  const cropped = roleOf(x, "crop");
  return cropped && isSeen(cropped.x) ? cropped : undefined;
}

function isPooling({ op }: Tensor): boolean {
  return op === "MaxPool" || op === "AveragePool";
}

/** The gradient before the ReLU of features, if `x` is one that has their shape. */
function maskedGradientOf(x: Tensor): RoleOf<"relu gradient"> | undefined {
  const masked = roleOf(x, "relu gradient");
  const fits = masked && featuresOf(masked.output) && sameShape(masked.gradient.shape, masked.output.shape);
  return fits ? masked : undefined;
}

/** The convolution in the backward pass: of a masked gradient, or the two of a factorised convolution's. */
function backwardConvOf(x: Tensor): { x: Tensor; kernel: Tensor } | undefined {
  const mixture = roleOf(x, "channel mixture");
  if (mixture)
    return mixture.bias || !maskedGradientOf(mixture.x) ? undefined : { x: mixture.x, kernel: mixture.matrix };
  const convolution = roleOf(x, "convolution");
  if (!convolution || convolution.bias) return undefined;
  const isBackward =
    maskedGradientOf(convolution.x) ?? (roleOf(convolution.x, "channel mixture") && backwardConvOf(convolution.x));
  return isBackward ? convolution : undefined;
}

/** A sum of two tensors of the same shape. */
function isSum(x: Tensor): boolean {
  return x.op === "Add" && x.inputs.every((part) => sameShape(part.shape, x.shape));
}

/** Whether the gradient `x` is available in eight bits without a conversion from float32. */
function isEight(x: Tensor): boolean {
  const placed = roleOf(x, "crop gradient");
  if (placed) return isEight(placed.gradient);
  return backwardConvOf(x) !== undefined || gramGradientOf(x) !== undefined || (isSum(x) && x.inputs.some(isEight));
}

/** The features, or part of them, that `x` reshapes to [C, H * W]. */
function rowsOf(x: Tensor): Tensor | undefined {
  const features = x.op === "Reshape" && x.shape.length === 2 ? x.inputs[0]! : undefined;
  return features && (featuresOf(features) || croppedOf(features)) && x.shape[0] === features.shape[1]
    ? features
    : undefined;
}

/** The gradient of a Gram product with respect to its features: a product that is reshaped to their shape. */
function gramGradientOf(x: Tensor): { symmetric: Tensor; features: Tensor } | undefined {
  const product = x.op === "Reshape" ? roleOf(x.inputs[0]!, "self product gradient") : undefined;
  const features = product && rowsOf(product.matrix);
  return features && sameShape(features.shape, x.shape) ? { symmetric: product.symmetric, features } : undefined;
}
