/**
 * Builds the graphs of a job: the description of a picture, and one step (backbone, losses, gradient, update), whole or
 * in the parts that are run for tiles.
 */
import {
  add,
  averagePool,
  constant,
  grad,
  input,
  isSymmetric,
  mul,
  type Padding,
  type Shape,
  slice,
  sum,
  symbol,
  type Tensor,
  unitGradient,
  weightedSum,
} from "../../graph/index.ts";
import type { Backbone } from "../../models/backbone.ts";
import { activations, type Pooling } from "../../models/features.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Weights } from "../../weights/weights.ts";
import { type FeatureTerm, scaleOf, type Terms } from "./terms.ts";
import { coreOf, coreOfFeatures, trimmed } from "./tile-areas.ts";

/** The shape of every image in a graph; height and width are known at run time. */
export const IMAGE: Shape = [1, 3, symbol("H"), symbol("W")];
/** The shape of a map of pixel weights. */
const MAP: Shape = [1, 1, symbol("H"), symbol("W")];

/** What computes features: a network, to be built as a graph. */
export interface Extractor {
  readonly backbone: Backbone;
  readonly weights: Weights;
  readonly pooling: Pooling;
  /** The padding beyond the edges; default zeros. */
  readonly padding?: Padding | undefined;
  /** Reads luma only. */
  readonly grey?: boolean | undefined;
}

/** The features that `terms` read, by the names of layers and filters; and those of all layers on the way. */
function extract(
  { backbone, weights, pooling, padding, grey }: Extractor,
  image: Tensor,
  terms: readonly FeatureTerm[],
  trim?: typeof trimmed,
) {
  const source = grey ? greyed(image) : image;
  const layers = new Set(terms.filter(({ filter }) => !filter).map(({ layer }) => layer));
  const none = { read: {} as Record<string, Tensor>, layers: {} as Record<string, Tensor> };
  const found = layers.size > 0 ? activations(backbone, weights, source, [...layers], pooling, padding, trim) : none;
  for (const { filter } of terms) if (filter) found.read[filter.name] ??= filter.of(source, padding ?? "zero");
  return found;
}

/** An image's luma (ITU-R BT.601) in all three channels. */
function greyed(image: Tensor): Tensor {
  const luma = sum(mul(image, constant(Float32Array.of(0.299, 0.587, 0.114), [3, 1, 1])), { axes: [1], keep: true });
  return add(luma, constant(new Float32Array(3), [3, 1, 1]));
}

/** A map of pixel weights, averaged to a smaller scale. */
function atScale(map: Tensor, scale: number): Tensor {
  let smaller = map;
  for (let side = 1; side < scale; side *= 2) smaller = averagePool(smaller);
  return smaller;
}

/** The name of a region's map. */
export function regionName(region: number): string {
  return `region ${region}`;
}

/** The positions of a tensor at a term's layer that count. */
type Part = (x: Tensor, term: FeatureTerm) => Tensor;

const everything: Part = (x) => x;

/** A part that is made once of each tensor. */
function once(part: Part): Part {
  const known = new Map<Tensor, Tensor>();
  return (x, term) => {
    const made = known.get(x) ?? part(x, term);
    known.set(x, made);
    return made;
  };
}

/** What counts of an image. */
interface Counted {
  readonly features: Part;
  readonly maps: Part;
  /** What blocks of the network compute. */
  readonly trim?: typeof trimmed;
  /** The weight of each pixel. */
  readonly weight?: Tensor;
}

const ALL: Counted = { features: everything, maps: everything };

/** The weight of each position of a term's layer, by its region and `weight`; undefined if all count once. */
function weighting(weight: Tensor | undefined): (term: FeatureTerm) => Tensor | undefined {
  // An input is one tensor, however often it is used.
  const maps = new Map<number, Tensor>();
  const mapOf = (region: number) => {
    const map = maps.get(region) ?? input(regionName(region), MAP);
    maps.set(region, map);
    return map;
  };
  return (term) => {
    const map = term.region === undefined ? undefined : mapOf(term.region);
    const both = map && weight ? mul(map, weight) : (map ?? weight);
    return both && atScale(both, scaleOf(term));
  };
}

/** The name of a part of a term's target; without a part, the prefix of all of them. */
export function targetName(term: FeatureTerm, part: number | ""): string {
  return `target ${term.name} ${part}`;
}

interface DescribeOptions {
  readonly weighted?: boolean;
  readonly surroundings?: number;
  readonly tile?: boolean;
}

/**
 * From `image` to the targets of `terms`: each loss's description. With `weighted`, averages are weighted by the input
 * `weight` [1, 1, H, W]; terms of a region also by theirs, `region NUMBER`. `surroundings` pixels at each edge (a
 * multiple of 16) are input of the network and not described; of a tile only the core is, at the input `core`.
 */
export function describeGraph(
  extractor: Extractor,
  terms: readonly FeatureTerm[],
  { weighted = false, surroundings = 0, tile = false }: DescribeOptions = {},
): Record<string, Tensor> {
  const { read } = extract(extractor, input("image", IMAGE), terms);
  const part = tile ? once(coreOf) : everything;
  const weightOf = weighting(weighted ? input("weight", MAP) : undefined);
  const outputs = terms.flatMap((term) => {
    const within = (x: Tensor) => inner(part(x, term), surroundings / scaleOf(term));
    const weight = weightOf(term);
    return term.loss
      .describe(within(read[term.layer]!), weight && within(weight))
      .map((part, i) => [targetName(term, i), part] as const);
  });
  return Object.fromEntries(outputs);
}

/** Crops that many positions at each edge. */
function inner(features: Tensor, positions: number): Tensor {
  const cut = (x: Tensor, axis: number) => slice(x, axis, positions, -positions);
  return positions === 0 ? features : cut(cut(features, 2), 3);
}

/** A term as a graph: its sums of an image, and its score from such sums. */
interface Measured {
  readonly name: string;
  /** The input that it is multiplied by. */
  readonly strength: Tensor;
  readonly sums: readonly Tensor[];
  score(sums: readonly Tensor[]): Tensor;
}

/**
 * All terms of an image, and the features that the network computes for them. Of a tile the terms measure the core: `part` of
 * the features, and the pixels with `weight` 1.
 */
function measure(extractor: Extractor, terms: Terms, image: Tensor, { features: part, maps, trim, weight }: Counted) {
  const { read, layers } = extract(extractor, image, terms.features, trim);
  const weightOf = weighting(undefined);
  const ofFeatures = terms.features.map((term): Measured => {
    const strength = strengthOf(term.name);
    const seen = part(read[term.layer]!, term);
    const now = term.unit ? unitGradient(seen, strength) : seen;
    const target = term.loss.describe(now).map((each, i) => given(targetName(term, i), each));
    const weights = weightOf(term);
    const sums = term.loss.measure(now, target, weights && maps(weights, term));
    return { name: term.name, strength, sums, score: (measured) => term.loss.score(measured, target) };
  });
  const ofImage = terms.image.map(({ name, loss }) => ({
    name,
    strength: strengthOf(name),
    sums: loss.measure(image, weight),
    score: loss.score,
  }));
  return { measured: [...ofFeatures, ...ofImage], layers };
}

function measureTile(extractor: Extractor, terms: Terms, image: Tensor) {
  const core = { features: once(coreOfFeatures), maps: once(coreOf), weight: input("weight", MAP) };
  return measure(extractor, terms, image, { ...core, trim: trimmed });
}

/** The input for a value that another program computed as `x`. */
function given(name: string, x: Tensor): Tensor {
  return { ...input(name, x.shape), symmetric: isSymmetric(x) };
}

/**
 * Whether a step does not support tiles: with circular padding, normalised gradients, or losses that store positions of
 * the painting.
 */
export function undivided({ padding }: Pick<Extractor, "padding">, { features }: Terms): boolean {
  return padding === "circular" || features.some(({ unit, loss }) => unit || loss.columns);
}

function strengthOf(name: string): Tensor {
  return input(`strength ${name}`, []);
}

/** Every term's unweighted score, and their sum weighted by the inputs `strength TERM`. */
function scored(measured: readonly Measured[], sums: (term: Measured) => readonly Tensor[]) {
  const values = Object.fromEntries(measured.map((term) => [term.name, term.score(sums(term))]));
  const loss = weightedSum(
    measured.map(({ name }) => values[name]!),
    measured.map(({ strength }) => strength),
  );
  return { values, loss };
}

/** The loss at `image`: every unweighted term by name, and their sum weighted by the inputs `strength TERM`. */
export function lossGraph(extractor: Extractor, terms: Terms, image: Tensor) {
  return scored(measure(extractor, terms, image, ALL).measured, (term) => term.sums);
}

/**
 * One step. Inputs: `image`, `state NAME`, `parameter NAME`, `strength TERM`, `target TERM PART`, `region NUMBER`. Outputs:
 * `next image`, `next NAME` for the state, `shown`, `loss` and `term TERM` (unweighted) of the image that came in.
 */
export function stepGraph(extractor: Extractor, terms: Terms, optimizer: Optimizer, parameters: readonly string[]) {
  const image = input("image", IMAGE);
  const { values, loss } = lossGraph(extractor, terms, image);
  const [gradient] = grad(loss, [image]);
  return { ...updated(optimizer, parameters, image, loss, gradient!), ...lossOutputs(loss, values) };
}

/**
 * What the network computes of a tile, from `image`, `core` and the areas of blocks, `weight` (1 in the tile's core, 0 in its halo) and `target TERM PART`, of
 * the core.
 *
 * - `sums`: its contribution to the sums of its picture, `sum TERM I`.
 * - `gradient`: its contribution to the gradient of its picture, `gradient` [1, 3, H, W], halo included, also from `slope
 *   TERM I`. Exact by the chain rule through the sums.
 * - `layers`: the features of every layer, which both compute.
 */
export function tileGraphs(extractor: Extractor, terms: Terms) {
  const image = input("image", IMAGE);
  const { measured, layers } = measureTile(extractor, terms, image);
  const parts = named(measured);
  const along = parts.map(({ name, sum: part }) => sum(mul(input(`slope ${name}`, part.shape), part)));
  const [gradient] = grad(
    along.reduce((all, part) => add(all, part)),
    [image],
  );
  const sums = Object.fromEntries(parts.map(({ name, sum }) => [`sum ${name}`, sum]));
  return { sums, gradient: { gradient: gradient! }, layers };
}

/**
 * The score of a picture from its sums `sum TERM I`: `loss`, `term TERM`, and `slope TERM I`, the derivative of the
 * loss with respect to each sum, which is the same for all tiles.
 */
export function scoreGraph(extractor: Extractor, terms: Terms): Record<string, Tensor> {
  const { measured } = measureTile(extractor, terms, input("image", IMAGE));
  const given = new Map(named(measured).map(({ name, sum }) => [name, input(`sum ${name}`, sum.shape)]));
  const { values, loss } = scored(measured, (term) => term.sums.map((_, i) => given.get(`${term.name} ${i}`)!));
  const slopes = grad(loss, [...given.values()]);
  const names = [...given.keys()];
  return { ...lossOutputs(loss, values), ...Object.fromEntries(slopes.map((x, i) => [`slope ${names[i]}`, x])) };
}

/**
 * The optimiser's update alone: the outputs of `stepGraph` that it makes, from `image`, `gradient`, `loss` and its
 * inputs.
 */
export function updateGraph(optimizer: Optimizer, parameters: readonly string[]): Record<string, Tensor> {
  return updated(optimizer, parameters, input("image", IMAGE), input("loss", []), input("gradient", IMAGE));
}

/** The name under which the next state contains the shown image, if any. */
export function shownState(optimizer: Optimizer, parameters: readonly string[]): string | undefined {
  const { shown, ...next } = updateGraph(optimizer, parameters);
  return Object.keys(next).find((name) => next[name] === shown);
}

function updated(optimizer: Optimizer, names: readonly string[], image: Tensor, loss: Tensor, gradient: Tensor) {
  const state = mapEntries(optimizer.state, (name, spec) => input(`state ${name}`, spec.shape(IMAGE)));
  const parameters = Object.fromEntries(names.map((name) => [name, input(`parameter ${name}`, [])]));
  const update = optimizer.update({ image, loss, gradient, state, parameters });
  const outputs: Record<string, Tensor> = { "next image": update.image, shown: update.shown };
  for (const [name, part] of Object.entries(update.state)) outputs[`next ${name}`] = part;
  return outputs;
}

function lossOutputs(loss: Tensor, values: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return { loss, ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`term ${name}`, value])) };
}

function named(measured: readonly Measured[]): { name: string; sum: Tensor }[] {
  return measured.flatMap((term) => term.sums.map((sum, i) => ({ name: `${term.name} ${i}`, sum })));
}

function mapEntries<A, B>(record: Readonly<Record<string, A>>, map: (name: string, value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
