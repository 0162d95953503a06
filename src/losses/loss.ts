/**
 * The contract of a loss: a differentiable score of a tensor. A loss does not know its layer, its strength or the size
 * of the image.
 *
 * A loss is measured as sums over positions and scored from those sums. Sums over the parts of an image add up, so that
 * an image can be measured tile by tile and the score is that of the whole. A `weight` [1, 1, H, W] of the features'
 * height and width weights each position; without it every position counts once.
 */
import type { Padding, Tensor } from "../graph/index.ts";

/**
 * How terms are normalised.
 *
 * - `balanced`: by the mean square of the term's own target, so that 1 means "as different as a black image" for every
 *   layer, network and size
 * - `paper`: the formulas of Gatys, Ecker and Bethge, unchanged
 * - `mean`: means instead of sums, Gram matrices averaged over positions, as in TensorFlow's tutorials
 * - `elements`: the same with Gram matrices divided by channels times positions, as in neural-style
 */
export const normalizations = ["balanced", "paper", "mean", "elements"] as const;
/** The name of a normalisation. */
export type Normalization = (typeof normalizations)[number];

/** A score of features against a target. */
export interface FeatureLoss {
  /**
   * Set if the loss stores positions of the painting instead of averages, at most this many per painting. Descriptions
   * of several paintings are then concatenated along the last axis, and each position is compared with all of them.
   * Such a loss does not support tiles.
   */
  readonly columns?: number;
  /**
   * The description of a target's features [1, C, H, W]. Unless `columns` is set, a style loss returns averages over
   * positions: they can be averaged over several paintings or over parts of one, weighted by the number of positions.
   */
  describe(features: Tensor, weight?: Tensor): Tensor[];
  /** Sums over the positions of `features`, compared with the description `target`. */
  measure(features: Tensor, target: readonly Tensor[], weight?: Tensor): Tensor[];
  /** The score of the sums against the description: a scalar, 0 at the target itself. */
  score(sums: readonly Tensor[], target: readonly Tensor[]): Tensor;
}

/** A score of the image [1, 3, H, W] itself, without a target. */
export interface ImageLoss {
  /** Sums over the positions of `image`. */
  measure(image: Tensor, weight?: Tensor): Tensor[];
  /** The score of the sums: a scalar. */
  score(sums: readonly Tensor[]): Tensor;
}

/** What a loss constrains: the photo's content, the painting's style, or the image itself. */
export type Role = "content" | "style" | "image";

/** A loss that can be selected by name. */
export interface LossKind<Of extends Role> {
  readonly role: Of;
  readonly summary: string;
  /** `padding` is what is assumed beyond the image's edges. */
  make(normalize: Normalization, padding?: Padding): Loss<Of>;
}

type Loss<Of extends Role> = Of extends "image" ? ImageLoss : FeatureLoss;

/**
 * The downscaling factors of filters: the image is averaged over blocks with these sides first. Work sizes are
 * multiples of the largest.
 */
export const scales = [1, 2, 4, 8, 16] as const;
/** A downscaling factor. */
export type Scale = (typeof scales)[number];

/** A linear map of the image that takes the place of a network layer. */
export interface Filter {
  /** A unique name, such as `laplacian4`. */
  readonly name: string;
  readonly scale: Scale;
  readonly channels: number;
  /** The radius of the receptive field, in positions of the output. */
  readonly reach: number;
  /**
   * Maps an image [1, 3, H, W] to [1, channels, H / scale, W / scale]. Differences across the edge are zero unless
   * `padding` is circular.
   */
  of(image: Tensor, padding: Padding): Tensor;
}

/** A loss of a filtered image. Its strength and scales are the settings `NAME` and `NAMEScales`. */
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
