/**
 * The two graphs of a job: what is remembered of a picture, and one whole step (backbone, losses, gradient, update). It
 * knows how the parts compose into one graph; when and where that runs, it refuses to know.
 */
import { add, constant, grad, input, mul, type Shape, sum, symbol, type Tensor } from "../graph/index.ts";
import type { Backbone } from "../models/backbone.ts";
import { features, type Pooling } from "../models/features.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Weights } from "../weights/weights.ts";
import type { FeatureTerm, Terms } from "./terms.ts";

/** The shape of every image in a graph; height and width are known when it runs. */
export const IMAGE: Shape = [1, 3, symbol("H"), symbol("W")];

/** A network that is ready to be made into graph. */
export interface Eye {
  readonly backbone: Backbone;
  readonly weights: Weights;
  readonly pooling: Pooling;
  /** Sees no colours: only an image's luma is painted then. */
  readonly grey?: boolean | undefined;
}

function see({ backbone, weights, pooling, grey }: Eye, image: Tensor, terms: readonly FeatureTerm[]) {
  const layers = [...new Set(terms.map((term) => term.layer))];
  return features(backbone, weights, grey ? greyed(image) : image, layers, pooling);
}

/** An image's luma (ITU-R BT.601) in all three channels. */
function greyed(image: Tensor): Tensor {
  const luma = sum(mul(image, constant(Float32Array.of(0.299, 0.587, 0.114), [3, 1, 1])), { axes: [1], keep: true });
  return add(luma, constant(new Float32Array(3), [3, 1, 1]));
}

/** The name of a part of a term's target. */
export function targetName(term: FeatureTerm, part: number): string {
  return `target ${term.name} ${part}`;
}

/** From an `image` to the targets of `terms`: what each loss remembers of it. */
export function describeGraph(eye: Eye, terms: readonly FeatureTerm[]): Record<string, Tensor> {
  const seen = see(eye, input("image", IMAGE), terms);
  const outputs = terms.flatMap((term) =>
    term.loss.describe(seen[term.layer]!).map((part, i) => [targetName(term, i), part] as const),
  );
  return Object.fromEntries(outputs);
}

/** The loss at `image`: every term by name, unweighted, and their sum weighted by the inputs `strength TERM`. */
export function lossGraph(eye: Eye, { features: featureTerms, image: imageTerms }: Terms, image: Tensor) {
  const seen = see(eye, image, featureTerms);
  const values: Record<string, Tensor> = {};
  for (const term of featureTerms) {
    const now = seen[term.layer]!;
    const target = term.loss.describe(now).map((part, i) => input(targetName(term, i), part.shape));
    values[term.name] = term.loss.score(term.loss.measure(now, target), target);
  }
  for (const term of imageTerms) values[term.name] = term.loss.score(term.loss.measure(image));
  const loss = Object.entries(values)
    .map(([name, value]) => mul(input(`strength ${name}`, []), value))
    .reduce((sum, part) => add(sum, part));
  return { values, loss };
}

/**
 * One step. Inputs: `image`, `state NAME`, `parameter NAME`, `strength TERM`, `target TERM PART`. Outputs: `next image`,
 * `next NAME` for the state, `shown`, `loss` and `term TERM` (unweighted) of the image that came in.
 */
export function stepGraph(eye: Eye, terms: Terms, optimizer: Optimizer, parameters: readonly string[]) {
  const image = input("image", IMAGE);
  const { values, loss } = lossGraph(eye, terms, image);
  const [gradient] = grad(loss, [image]);
  const state = mapEntries(optimizer.state, (name, spec) => input(`state ${name}`, spec.shape(IMAGE)));
  const scalars = Object.fromEntries(parameters.map((name) => [name, input(`parameter ${name}`, [])]));
  const update = optimizer.update({ image, loss, gradient: gradient!, state, parameters: scalars });
  const outputs: Record<string, Tensor> = { "next image": update.image, shown: update.shown, loss };
  for (const [name, part] of Object.entries(update.state)) outputs[`next ${name}`] = part;
  for (const [name, value] of Object.entries(values)) outputs[`term ${name}`] = value;
  return outputs;
}

function mapEntries<A, B>(record: Readonly<Record<string, A>>, map: (name: string, value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
