/**
 * The contract of an optimiser: an update rule written as a graph. Its whole memory is state that is an input and an
 * output, so that checkpoints need no code for it. It does not know losses, layers or levels.
 */
import type { Shape, Tensor } from "../graph/index.ts";

/** One state tensor of an optimiser. It starts as zeros, and is reset at every level unless it is persistent. */
export interface StateSpec {
  /** Its shape for an image of shape [1, 3, H, W]. */
  shape(image: Shape): Shape;
  readonly persistent?: boolean;
}

/** What an update is computed from, as tensors of the step's graph. */
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

/** What an update returns, as tensors of the step's graph. */
export interface Update {
  /** Where the loss is evaluated next. */
  readonly image: Tensor;
  readonly state: Readonly<Record<string, Tensor>>;
  /** The image to show: the best so far by this optimiser's measure. */
  readonly shown: Tensor;
}

/** An update rule with its state. */
export interface Optimizer {
  /**
   * Whether a pixel's update depends on that pixel and scalars only, so that an image can be updated piece by piece.
   */
  readonly pointwise: boolean;
  /** Whether it needs the exact gradient, which steps in eight bits do not have; default false. */
  readonly exact?: boolean;
  readonly state: Readonly<Record<string, StateSpec>>;
  /** Builds one update; called once, when the graph is built. The next state has the names and shapes of `state`. */
  update(input: UpdateInput): Update;
}

/** A `StateSpec` shape: that of the image. */
export const likeImage = (image: Shape): Shape => image;
/** A `StateSpec` shape: a scalar. */
export const number = (): Shape => [];
