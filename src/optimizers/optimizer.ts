/**
 * What an optimiser is: an update rule written as graph. Everything it remembers is state that goes in and comes out, so
 * that a checkpoint needs no code for it. It refuses to know losses, layers and how many levels there are.
 */
import type { Shape, Tensor } from "../graph/index.ts";

/** One tensor that an optimiser remembers; it starts as zeros, at every level again unless it is kept. */
export interface StateSpec {
  /** Its shape, from the image's [1, 3, H, W]. */
  shape(image: Shape): Shape;
  readonly kept?: boolean;
}

export interface UpdateInput {
  /** Where the loss was evaluated: [1, 3, H, W]. */
  readonly image: Tensor;
  /** The loss there: a scalar. */
  readonly loss: Tensor;
  /** Its gradient: [1, 3, H, W]. */
  readonly gradient: Tensor;
  readonly state: Readonly<Record<string, Tensor>>;
  /** One scalar for each of the optimiser's parameters. */
  readonly parameters: Readonly<Record<string, Tensor>>;
}

export interface Update {
  /** Where to evaluate next. */
  readonly image: Tensor;
  readonly state: Readonly<Record<string, Tensor>>;
  /** The best image so far as this optimiser sees it: what people are shown. */
  readonly shown: Tensor;
}

export interface Optimizer {
  /** A pixel's update depends on that pixel and on plain numbers only, so that an image may be updated piece by piece. */
  readonly pointwise: boolean;
  readonly state: Readonly<Record<string, StateSpec>>;
  update(input: UpdateInput): Update;
}

/** A shape for `StateSpec`: that of the image. */
export const likeImage = (image: Shape): Shape => image;
/** A shape for `StateSpec`: a single number. */
export const number = (): Shape => [];
