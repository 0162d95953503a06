/**
 * What a loss is: a differentiable score. A loss knows a tensor; it refuses to know which layer it is, how strong the
 * loss counts, and how large pictures are.
 */
import type { Tensor } from "../graph/index.ts";

/**
 * How terms are scaled. `paper`: the formulas of Gatys, Ecker and Bethge to the letter. `balanced`: every term is divided
 * by the mean square of its own target, so that 1 means "as far away as nothing at all" on every layer, network and size.
 */
export type Normalization = "balanced" | "paper";

/** A score of features against a target. */
export interface FeatureLoss {
  /** What is remembered of a target's features [1, C, H, W]: tensors that may be averaged over several pictures. */
  describe(features: Tensor): Tensor[];
  /** The score of `features` against a description; 0 at the target itself. A scalar. */
  compare(features: Tensor, target: readonly Tensor[]): Tensor;
}

/** A score of the image [1, 3, H, W] itself. */
export interface ImageLoss {
  score(image: Tensor): Tensor;
}

/** What a loss looks after: the photo's content, the painting's style, or the image itself. */
export type Role = "content" | "style" | "image";

/** One loss that can be chosen by name. */
export interface LossKind<Of extends Role> {
  readonly role: Of;
  readonly summary: string;
  make(normalize: Normalization): Of extends "image" ? ImageLoss : FeatureLoss;
}

/** A `LossKind`. */
export function lossKind<Of extends Role>(role: Of, summary: string, make: LossKind<Of>["make"]): LossKind<Of> {
  return { role, summary, make };
}
