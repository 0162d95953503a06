/**
 * Reduces what a step holds between its forward and its backward pass: masks instead of features, and features that are computed
 * twice. The results are the same.
 *
 * ONNX Runtime evaluates a graph from its last output, the inputs of every node from the last to the first, each with all that
 * it depends on. So the parts of a concatenation determine the order, even empty ones (`emptyAfter`).
 */
import { float } from "./operators/arithmetic.ts";
import { concat, reshape, shapeOf, slice } from "./operators/movement.ts";
import { ordered } from "./order.ts";
import { elements, sameShape, symbolsOf } from "./shape.ts";
import { node, roleOf, type Tensor } from "./tensor.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** A step's graph with less memory. */
export interface Spared {
  /** The same outputs, with some features computed again. */
  readonly outputs: Outputs;
  /** The tensors that replace those of the backward pass in these outputs. */
  readonly instead: ReadonlyMap<Tensor, Tensor>;
  /** What is to be computed during the forward pass, in order. */
  readonly early: readonly Early[];
}

/** A tensor that is to be computed directly `after` one of the forward pass. */
export interface Early {
  readonly tensor: Tensor;
  readonly after: Tensor;
}

/** `outputs` are those of a step: the `loss`, and what a backward pass from it gives. */
export function spared(loss: Tensor, outputs: Outputs): Spared {
  const forward = ordered([loss]);
  const place = new Map(forward.map((x, i) => [x, i]));
  const backward = ordered(Object.values(outputs)).filter((x) => !place.has(x));
  const held = heldFor(backward, Object.values(outputs));
  const first = forward.find((x) => x.op === "Relu" && held.has(x));
  const { instead, early: sums } = first && isCheap(first) ? recomputed(first, forward, backward) : NOTHING;
  const early = [...sums, ...earlyMasks(forward, backward, held)];
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, x]) => [name, instead.get(x) ?? x])),
    instead,
    early: early.sort((a, b) => place.get(a.after)! - place.get(b.after)!),
  };
}

const NOTHING: Pick<Spared, "instead" | "early"> = { instead: new Map(), early: [] };

/** What the backward pass needs for more than masks, of both passes. */
function heldFor(backward: readonly Tensor[], outputs: readonly Tensor[]): Set<Tensor> {
  const held = new Set(outputs);
  for (const x of backward.toReversed()) if (x.type !== "bool" && held.has(x)) for (const y of x.inputs) held.add(y);
  return held;
}

/** The masks (booleans) of features that the backward pass needs for nothing else: a mask takes a quarter of their memory. */
function earlyMasks(forward: readonly Tensor[], backward: readonly Tensor[], held: ReadonlySet<Tensor>): Early[] {
  // The place in the forward pass from where on a tensor may be computed for masks; undefined if it may not.
  const places = new Map<Tensor, number | undefined>();
  for (const [i, x] of forward.entries()) {
    const isFeatures = x.op !== "Input" && !held.has(x);
    places.set(x, x.op === "Constant" ? -1 : isFeatures ? i : undefined);
  }
  for (const x of backward) {
    const isForMasks = x.type === "bool" || !held.has(x);
    const from = x.inputs.map((y) => places.get(y));
    const isKnown = x.op === "Constant" || (isForMasks && x.inputs.length > 0 && !from.includes(undefined));
    places.set(x, isKnown ? Math.max(-1, ...(from as number[])) : undefined);
  }
  return backward
    .filter((x) => x.type === "bool" && held.has(x) && (places.get(x) ?? -1) >= 0)
    .map((tensor) => ({ tensor, after: forward[places.get(tensor)!]! }));
}

/** Whether only one convolution leads to `features`: that of VGG19 is 0.5% of the work, and its features a fifth of all. */
function isCheap(features: Tensor): boolean {
  return ordered([features]).filter((x) => x.op === "Conv").length === 1;
}

/**
 * The backward pass with `features` computed again once their gradient from the next layer exists. What the loss needs
 * of them is early, so that they can be freed.
 */
function recomputed(
  features: Tensor,
  forward: readonly Tensor[],
  backward: readonly Tensor[],
): Pick<Spared, "instead" | "early"> {
  const own = new Set([features]);
  const early: Early[] = [];
  for (const x of forward) {
    if (roleOf(x, "convolution") || !x.inputs.some((y) => own.has(y))) continue;
    if (isOfImage(x)) own.add(x);
    else early.push({ tensor: x, after: features });
  }
  const dependent = new Set<Tensor>();
  for (const x of backward) if (x.inputs.some((y) => own.has(y) || dependent.has(y))) dependent.add(x);
  const known = new Set(backward);
  const isGradient = (x: Tensor) => known.has(x) && !dependent.has(x) && sameShape(x.shape, features.shape);
  const gradient = [...dependent].flatMap((x) => x.inputs.filter(isGradient)).at(-1);
  if (!gradient) return NOTHING;

  const again = new Map<Tensor, Tensor>();
  for (const x of ordered([features])) again.set(x, x.op === "Input" ? viewAfter(x, gradient) : within(x, again));
  // Masks first, so that nothing need be held for them.
  const isMask = (x: Tensor) => x.type === "bool" && x.inputs.every((y) => y === features || y.op === "Constant");
  const masks = backward.filter((x) => isMask(x) && dependent.has(x));
  const instead = new Map(masks.map((mask) => [mask, within(mask, again)]));
  instead.set(features, [...instead.values()].reduce(viewAfter, again.get(features)!));
  for (const x of [...own, ...backward]) if (!instead.has(x)) instead.set(x, within(x, instead));
  return { instead: new Map([...instead].filter(([x, other]) => known.has(x) && x !== other)), early };
}

/** Whether a tensor's size depends on the image's. */
function isOfImage({ shape }: Tensor): boolean {
  return shape.some((dim) => symbolsOf(dim).length > 0);
}

/** `x` with other inputs. */
function within(x: Tensor, others: ReadonlyMap<Tensor, Tensor>): Tensor {
  return x.inputs.some((y) => (others.get(y) ?? y) !== y)
    ? { ...x, inputs: x.inputs.map((y) => others.get(y) ?? y) }
    : x;
}

/**
 * An empty vector that depends on `x`. The shape alone would not do for tensors of a fixed size: ONNX Runtime replaces
 * it by a constant.
 */
export function emptyAfter(x: Tensor): Tensor {
  const vector = isOfImage(x) ? shapeOf(x) : reshape(x, [elements(x.shape)]);
  const none = slice(vector, 0, 0, 0);
  return x.type === "float32" && vector.op === "Reshape" ? none : float(none);
}

/** `x`, but computed only once `other` is. */
function viewAfter(x: Tensor, other: Tensor): Tensor {
  const shape = concat([shapeOf(x), slice(shapeOf(other), 0, 0, 0)], 0);
  return node("Reshape", [x, shape], { shape: x.shape });
}
