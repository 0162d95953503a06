/**
 * Rewrites a graph so that the network's forward and backward passes run in eight bits. Convolutions, ReLUs, poolings
 * and their gradients are recognised (`patterns.ts`); everything else stays in float32. It does
 * not depend on which network, loss or optimiser the graph contains.
 *
 * Features are uint8 with zero point 0, so that saturation is the ReLU. Gradients, and what a factorised convolution has
 * between its factors, are uint8 with zero point 128. The first convolution (its input is the image) and the last one of
 * the gradient (no mask follows) stay in float32. Scales are fixed before a step, from the ranges of the previous one
 * (delayed scaling): the ranges of all quantised tensors are an input, and the updated ranges are an output.
 */
import { maximum, mul, neg, where } from "../operators/arithmetic.ts";
import { concat, reshape, slice } from "../operators/movement.ts";
import { reduce } from "../operators/reduce.ts";
import { ordered } from "../order.ts";
import { emptyAfter, type Spared } from "../sparing.ts";
import { constant, input, node, scalar, type Tensor } from "../tensor.ts";
import type { Scaled } from "./operators.ts";
import * as integer from "./operators.ts";
import { croppedOf, featuresOf, isPooling, isSeen } from "./patterns.ts";
import { Rewriter, type Slot } from "./rewriter.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** A graph in eight bits, beside its float32 version. */
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

/** How a graph is rewritten. */
export interface EightBitOptions extends Ranges {
  /**
   * Whether the runtime has a direct integer convolution for constant biases. ONNX Runtime has one on CPUs and none in
   * WASM. Default true.
   */
  readonly direct?: boolean;
  /** The same outputs with less memory (`spared`), for the float32 version. */
  readonly sparing?: Spared | undefined;
}

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
  const rewriter = new Rewriter({ ranges, leastRanges: leastRanges(nodes), direct });
  // Inputs before their consumers, so that the recursion stays shallow.
  for (const x of nodes) rewriter.plain(x);
  const { slots } = rewriter;
  if (slots.length === 0) return undefined;
  if (slots.length > capacity) throw new TypeError(`eightBit: ${slots.length} ranges, and room for ${capacity}`);
  const rewritten = Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, rewriter.plain(x)]));
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
    while (isPooling(features) || croppedOf(features)) features = features.inputs[0]!;
    const least = integer.leastRange(convolution.kernel, convolution.bias);
    found.set(features, Math.max(found.get(features) ?? 0, least));
  }
  return found;
}
