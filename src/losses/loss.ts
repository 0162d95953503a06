/**
 * What a loss is: a differentiable score. A loss knows a tensor; it refuses to know which layer it is, how strong the
 * loss counts, and how large pictures are.
 *
 * Every loss is measured as sums over positions, and scored from those sums. Sums over the parts of a picture add up, so
 * that a picture can be measured tile by tile and the score is still that of the whole. A `weight` [1, 1, H, W] of the
 * features' own height and width says how much each position counts; without one, all count once.
 */
import type { Padding, Tensor } from "../graph/index.ts";

/**
 * How terms are scaled.
 *
 * - `balanced`: by the mean square of its own target, so that 1 means "as far away as nothing at all" on every layer,
 *   network and size
 * - `paper`: the formulas of Gatys, Ecker and Bethge to the letter
 * - `mean`: means instead of sums, Gram matrices averaged over positions, as in TensorFlow's tutorials
 * - `elements`: the same with Gram matrices divided by channels times positions, as in neural-style
 */
export const normalizations = ["balanced", "paper", "mean", "elements"] as const;
export type Normalization = (typeof normalizations)[number];

/** A score of features against a target. */
export interface FeatureLoss {
  /**
   * It remembers places of a painting, at most so many of each, where others remember averages: those of several paintings
   * stand one after the other along the last axis, and each position is compared with all of them. Such a loss is not
   * measured in tiles, of which each would remember as many.
   */
  readonly columns?: number;
  /**
   * What is remembered of a target's features [1, C, H, W]. What a style loss remembers are averages over positions: they
   * may be averaged over several pictures, or over parts of one, each counting as much as it has positions.
   */
  describe(features: Tensor, weight?: Tensor): Tensor[];
  /** Sums over the positions of `features`, near a description. */
  measure(features: Tensor, target: readonly Tensor[], weight?: Tensor): Tensor[];
  /** The score of such sums against a description; 0 at the target itself. A scalar. */
  score(sums: readonly Tensor[], target: readonly Tensor[]): Tensor;
}

/** A score of the image [1, 3, H, W] itself. */
export interface ImageLoss {
  /** Sums over the positions of `image`. */
  measure(image: Tensor, weight?: Tensor): Tensor[];
  /** The score of such sums. A scalar. */
  score(sums: readonly Tensor[]): Tensor;
}

/** What a loss looks after: the photo's content, the painting's style, or the image itself. */
export type Role = "content" | "style" | "image";

/** One loss that can be chosen by name. */
export interface LossKind<Of extends Role> {
  readonly role: Of;
  readonly summary: string;
  /** `padding` is what is beyond the image's edges. */
  make(normalize: Normalization, padding?: Padding): Loss<Of>;
}

type Loss<Of extends Role> = Of extends "image" ? ImageLoss : FeatureLoss;

/**
 * How far a picture may be made smaller before it is filtered: the sides of the blocks of pixels that are averaged. Work
 * sizes are multiples of the largest.
 */
export const scales = [1, 2, 4, 8, 16] as const;
export type Scale = (typeof scales)[number];

/** A linear map of the image that a loss looks at in place of a layer of the network. */
export interface Filter {
  /** `laplacian4`. */
  readonly name: string;
  readonly scale: Scale;
  readonly channels: number;
  /** How many of its own positions around each it sees, at most. */
  readonly reach: number;
  /** From an image [1, 3, H, W] to [1, channels, H / scale, W / scale]. What is beyond the edges adds nothing. */
  of(image: Tensor, padding: Padding): Tensor;
}

/** A loss over a filtered image. It has a strength and scales of its own: the settings `NAME` and `NAMEScales`. */
export interface FilterKind extends LossKind<"content" | "style"> {
  filter(scale: Scale): Filter;
}

/** A `LossKind`. */
export function lossKind<Of extends Role>(
  role: Of,
  summary: string,
  make: (normalize: Normalization, padding: Padding) => Loss<Of>,
): LossKind<Of> {
  return { role, summary, make: (normalize, padding = "zero") => make(normalize, padding) };
}
