/**
 * A rewriting of a graph: what a network computes forward and backward, in eight bits. It knows the traces that this
 * language's convolutions, ReLUs, poolings and their gradients leave in a graph, and changes those; everything else stays
 * in 32 bits and gets floats. It refuses to know which network, loss or optimiser the graph is made of.
 *
 * Forward, features are uint8 with zero at 0, so that saturation is the ReLU; backward, gradients are uint8 with zero at
 * 128. The first convolution (what it sees are no features) and the last of the gradient (nothing is masked after it) stay
 * as they are. What a level is worth is decided beforehand, from the run before ("delayed scaling"): the ranges of all
 * tensors in eight bits go in, and go out as they should have been.
 */
import { abs, div, maximum, mul, neg, where } from "./arithmetic.ts";
import type { Quantised, Scaled } from "./integer.ts";
import * as integer from "./integer.ts";
import { concat, reshape, slice } from "./movement.ts";
import { ordered } from "./order.ts";
import { reduce } from "./reduce.ts";
import { sameShape } from "./shape.ts";
import { constant, input, node, scalar, type Tensor } from "./tensor.ts";

type Outputs = Readonly<Record<string, Tensor>>;

export interface EightBit {
  /** The same outputs in eight bits, from the same inputs and from the ranges; and the ranges of the next run. */
  readonly outputs: Outputs;
  /** The outputs as they were, and the ranges that were measured: for the first run, and for whenever one is at hand. */
  readonly measured: Outputs;
}

/** What ranges are called where they come in and where they go out, and how many there may be. */
export interface Ranges {
  readonly from: string;
  readonly to: string;
  readonly capacity: number;
}

export interface EightBitOptions extends Ranges {
  /** Has the runtime a direct convolution for constant biases? ONNX Runtime has one on CPUs, and none in WASM; default true. */
  readonly direct?: boolean;
}

/** One tensor in eight bits whose range is decided beforehand, and the least that it may be. */
interface Slot {
  readonly original: Tensor;
  readonly least: number;
  readonly quantised: Quantised;
}

/**
 * `outputs` in eight bits. A range is the largest magnitude that a tensor is expected to have. Of the `capacity` numbers that
 * go in and out, the first are those of features, in their order, and the last those of gradients: so that a graph of the
 * same features without a gradient can go by the same ranges. The others are 0. Undefined for a graph in which there is
 * nothing to be done.
 */
export function eightBit(
  outputs: Outputs,
  { from, to, capacity, direct = true }: EightBitOptions,
): EightBit | undefined {
  const ranges = input(from, [capacity]);
  const nodes = ordered(Object.values(outputs));
  const { slots, plain } = rewriter(ranges, leastRanges(nodes), direct);
  // Each after what it is made of: no call goes deep.
  for (const x of nodes) plain(x);
  if (slots.length === 0) return undefined;
  if (slots.length > capacity) throw new TypeError(`eightBit: ${slots.length} ranges, and room for ${capacity}`);
  const rewritten = Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, plain(x)]));
  const features = slots.filter(({ quantised }) => quantised.zero === 0);
  const gradients = slots.filter(({ quantised }) => quantised.zero === 128).reverse();
  const all = [...features, ...gradients];
  const none = constant(new Float32Array(capacity - all.length), [capacity - all.length]);
  const spread = (x: Tensor) => {
    const parts = [slice(x, 0, 0, features.length), none];
    return concat(gradients.length > 0 ? [...parts, slice(x, 0, features.length)] : parts, 0);
  };
  const before = [slice(ranges, 0, 0, features.length)];
  if (gradients.length > 0) before.push(slice(ranges, 0, -gradients.length));
  const measured = column(
    slots.map(({ original, quantised }) => magnitude(original, quantised)),
    all.map((slot) => slots.indexOf(slot)),
  );
  const followed = mul(concat(before, 0), follow(integer.used(all.map(({ quantised }) => quantised))));
  return {
    outputs: { ...rewritten, [to]: spread(held(followed, all)) },
    measured: { ...outputs, [to]: spread(held(measured, all)) },
  };
}

/**
 * A range grows when it was used up, and shrinks to what was used of it. No margin: what is held at the end of the range
 * now and then costs less than a coarser rounding of everything (tried: 1.15, 1.3, 1.5 and 2).
 */
function follow(used: Tensor): Tensor {
  const shrunk = node("Clip", [used, scalar(0.75), scalar(1)], { shape: used.shape });
  return where(node("GreaterOrEqual", [used, scalar(1)], { shape: used.shape, type: "bool" }), scalar(1.5), shrunk);
}

/** Ranges that the next run can begin with: none so small that it takes a gradient long to grow from nothing. */
function held(ranges: Tensor, slots: readonly Slot[]): Tensor {
  const signed = slots.map(({ quantised }) => (quantised.zero === 0 ? 0 : 1));
  const gradients = constant(Float32Array.from(signed), [slots.length]);
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

/**
 * Those of `scalars` whose numbers `order` lists, [n]. Of a node's inputs ONNX Runtime computes those first that stand last in the
 * model, with all that they need: so scalars that are listed from the last to the first are computed each when what it is made
 * of is there, and no tensor waits for the others.
 */
function column(scalars: readonly Tensor[], order: readonly number[]): Tensor {
  const backwards = concat(scalars.map((x) => reshape(x, [1])).reverse(), 0);
  const places = constant(
    BigInt64Array.from(order, (i) => BigInt(scalars.length - 1 - i)),
    [order.length],
  );
  return node("Gather", [backwards, places], { shape: [order.length] });
}

/** The least ranges of features, by what sees them. */
function leastRanges(nodes: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const found = new Map<Tensor, number>();
  for (const x of nodes) {
    if (!isFeatures(x) || !isSeen(x.inputs[0]!.inputs[0]!)) continue;
    const [seen, kernel, bias] = x.inputs[0]!.inputs as [Tensor, Tensor, Tensor];
    let features = seen;
    while (features.op === "MaxPool" || features.op === "AveragePool") features = features.inputs[0]!;
    found.set(features, Math.max(found.get(features) ?? 0, integer.leastRange(kernel, bias)));
  }
  return found;
}

function rewriter(ranges: Tensor, leastRanges: ReadonlyMap<Tensor, number>, direct: boolean) {
  const slots: Slot[] = [];
  const floats = new Map<Tensor, Tensor>();
  const eights = new Map<Tensor, Quantised>();
  const worth = { 0: div(ranges, integer.LEVELS[0]), 128: div(ranges, integer.LEVELS[128]) };

  /** A tensor in eight bits whose range comes from the run before. */
  function slot(original: Tensor, zero: 0 | 128, make: (as: Scaled) => Quantised): Quantised {
    const before = slots.filter(({ quantised }) => quantised.zero === zero).length;
    const place = zero === 0 ? before : (ranges.shape[0] as number) - 1 - before;
    const index = constant(BigInt64Array.of(BigInt(place)), []);
    const quantised = make({ zero, scale: node("Gather", [worth[zero], index], { shape: [] }) });
    slots.push({ original, quantised, least: leastRanges.get(original) ?? 0 });
    return quantised;
  }

  /** Floats in eight bits: their range is what it is. */
  function rounded(x: Tensor, zero: 0 | 128): Quantised {
    const most = maximum(reduce("ReduceMax", zero === 0 ? x : abs(x), {}), 1e-30);
    return integer.quantise(x, { zero, scale: div(most, integer.LEVELS[zero]) });
  }

  /** `x` in eight bits. */
  function eight(x: Tensor): Quantised {
    let known = eights.get(x);
    if (!known) {
      known = made(x);
      eights.set(x, known);
    }
    return known;
  }

  function made(x: Tensor): Quantised {
    const [a, b] = x.inputs as [Tensor, Tensor];
    if (isFeatures(x)) {
      const [seen, kernel, bias] = a.inputs as [Tensor, Tensor, Tensor];
      if (!isSeen(seen)) {
        const features = remade(x);
        return slot(x, 0, (as) => integer.quantise(features, as));
      }
      const from = eight(seen);
      return slot(x, 0, (as) => integer.quantisedConv(from, kernel, bias, as, direct));
    }
    if (isSeen(x))
      return x.op === "MaxPool" ? integer.quantisedMaxPool(eight(a)) : integer.quantisedAveragePool(eight(a));
    const behind = maskedBy(x);
    if (behind) return maskedGradient(a, behind);
    if (isGradient(x)) {
      const from = eight(a);
      return slot(x, 128, (as) => integer.quantisedConv(from, b, undefined, as));
    }
    const unpooled = unpooledFrom(x);
    if (unpooled && isFeatures(unpooled.features)) return maskedUnpooled(unpooled);
    if (x.op === "Add" && [a, b].every((part) => sameShape(part.shape, x.shape)) && (isEight(a) || isEight(b))) {
      const parts = [eight(a), eight(b)] as const;
      return slot(x, 128, (as) => integer.quantisedAdd(...parts, as));
    }
    const product = productOf(x);
    if (product) {
      const [matrix, features] = [plain(product.matrix), eight(product.features)];
      return slot(x, 128, (as) => integer.quantisedProduct(matrix, features, as));
    }
    return rounded(plain(x), 128);
  }

  /** Where nothing came out of a ReLU the mask is of no use, and does no harm. */
  function maskedUnpooled({ gradient, features, pooled }: Unpooled): Quantised {
    return integer.maskedUnpooled(eight(gradient), eight(features), eight(pooled));
  }

  /** A gradient behind the ReLU that made `features`, and before it behind the pooling after it. */
  function maskedGradient(gradient: Tensor, features: Tensor): Quantised {
    const unpooled = unpooledFrom(gradient);
    if (unpooled?.features === features) return maskedUnpooled(unpooled);
    const small = spreadFrom(gradient);
    if (small) {
      const { scale, ...rest } = eight(small);
      return integer.maskedUpsampled({ ...rest, scale: mul(scale, 0.25) }, eight(features));
    }
    return integer.masked(eight(gradient), eight(features));
  }

  /** `x` in 32 bits, made of what was rewritten. */
  function plain(x: Tensor): Tensor {
    let known = floats.get(x);
    if (!known) {
      known = restored(x);
      floats.set(x, known);
    }
    return known;
  }

  function restored(x: Tensor): Tensor {
    // All features alike, the first too: where they are compared with what was pooled of them, both must be rounded.
    if (isSeen(x) || maskedBy(x)) return integer.dequantise(eight(x));
    if (x.op === "Shape" && isSeen(x.inputs[0]!)) return integer.shapeOfFloats(eight(x.inputs[0]!));
    const gram = gramOf(x);
    if (gram) return integer.quantisedGram(eight(gram));
    return remade(x);
  }

  /** The same operator on what its inputs became. */
  function remade(x: Tensor): Tensor {
    const inputs = x.inputs.map(plain);
    return inputs.every((y, i) => y === x.inputs[i]) ? x : { ...x, inputs };
  }

  return { slots, plain };
}

/** A convolution that has an equal in eight bits: beyond the edge there is nothing. */
function isZeroPadded(x: Tensor): boolean {
  const kernel = x.inputs[1];
  const sides = kernel?.op === "Constant" && String(kernel.shape.slice(2));
  return x.op === "Conv" && sides === "3,3" && String(x.attributes.pads) === "1,1,1,1";
}

/** The result of a convolution and of the ReLU after it. */
function isFeatures(x: Tensor): boolean {
  return x.op === "Relu" && isZeroPadded(x.inputs[0]!) && x.inputs[0]!.inputs.length === 3;
}

/** Features, pooled or not: what the next convolution may see. */
function isSeen(x: Tensor): boolean {
  return isFeatures(x) || ((x.op === "MaxPool" || x.op === "AveragePool") && isSeen(x.inputs[0]!));
}

/** Of `gradient * (features > 0)`: the features. */
function maskedBy(x: Tensor): Tensor | undefined {
  const greater = maskOf(x, "Greater");
  const features = greater?.inputs[0];
  const zero = greater?.inputs[1]?.data;
  if (!features || !isFeatures(features) || !(zero?.length === 1 && zero[0] === 0)) return undefined;
  return sameShape(x.inputs[0]!.shape, features.shape) ? features : undefined;
}

/** The comparison `op` of a product of something and its truth values. */
function maskOf(x: Tensor, op: string): Tensor | undefined {
  if (x.op !== "Mul" || x.inputs[1]!.op !== "Cast") return undefined;
  const comparison = x.inputs[1]!.inputs[0]!;
  return comparison.op === op ? comparison : undefined;
}

/** A convolution of a masked gradient: back towards the image. */
function isGradient(x: Tensor): boolean {
  return isZeroPadded(x) && x.inputs.length === 2 && maskedBy(x.inputs[0]!) !== undefined;
}

/** Is `x` in eight bits sooner than in floats? */
function isEight(x: Tensor): boolean {
  return (
    isGradient(x) ||
    productOf(x) !== undefined ||
    (x.op === "Add" && x.inputs.some((part) => sameShape(part.shape, x.shape) && isEight(part)))
  );
}

interface Unpooled {
  readonly gradient: Tensor;
  readonly features: Tensor;
  readonly pooled: Tensor;
}

/** Of the gradient of a max pooling, `upsample(gradient) * (features == upsample(pooled))`: its parts. */
function unpooledFrom(x: Tensor): Unpooled | undefined {
  const equal = maskOf(x, "Equal");
  if (!equal || x.inputs[0]!.op !== "Resize" || equal.inputs[1]!.op !== "Resize") return undefined;
  const [features, pooled] = [equal.inputs[0]!, equal.inputs[1]!.inputs[0]!];
  if (pooled.op !== "MaxPool" || pooled.inputs[0] !== features) return undefined;
  return { gradient: x.inputs[0]!.inputs[0]!, features, pooled };
}

/** Of the gradient of an average pooling, `upsample(gradient / 4)`: the gradient. */
function spreadFrom(x: Tensor): Tensor | undefined {
  const quarter = x.op === "Resize" ? x.inputs[0]! : undefined;
  return quarter?.op === "Mul" && quarter.inputs[1]!.data?.[0] === 0.25 ? quarter.inputs[0]! : undefined;
}

/** Features as rows of channels: [C, H * W]. */
function rowsOf(x: Tensor): Tensor | undefined {
  const features = x.op === "Reshape" && x.shape.length === 2 ? x.inputs[0]! : undefined;
  return features && isFeatures(features) && x.shape[0] === features.shape[1] ? features : undefined;
}

/** Of the products of every two channels: the features. */
function gramOf(x: Tensor): Tensor | undefined {
  const same = x.op === "Gemm" && x.inputs[0] === x.inputs[1] && x.attributes.transB === 1;
  return same ? rowsOf(x.inputs[0]!) : undefined;
}

/** Of `matrix * rows`, in the shape of features: its factors. */
function productOf(x: Tensor): { matrix: Tensor; features: Tensor } | undefined {
  const product = x.op === "Reshape" ? x.inputs[0]! : undefined;
  const features = product?.op === "MatMul" ? rowsOf(product.inputs[1]!) : undefined;
  return features && sameShape(features.shape, x.shape) ? { matrix: product!.inputs[0]!, features } : undefined;
}
