/** The pictures of a job, and of one level. */
import type { Image } from "../../image/image.ts";
import type { Maps } from "../../image/regions.ts";
import type { Opacities } from "./opacity.ts";
import type { Masks } from "./regions.ts";

/** The pictures of a job. */
export interface Pictures extends Masks {
  readonly content: Image;
  /** One painting or several, weighted by `blend`. */
  readonly style: Image | readonly Image[];
  /** The alpha of each painting's pixels, 0 to 1; undefined if opaque. */
  readonly styleAlpha?: Opacities | undefined;
  /** The start, instead of the one that `init` selects. */
  readonly start?: Image | undefined;
}

/** The pictures of one level. */
export interface LevelPictures {
  /** The photo, padded to the work size. */
  readonly content: Image;
  /** Every painting with a weight, at each of its sizes. */
  readonly style: readonly StylePicture[];
  /** Pixels around the paintings that the network sees and that are not part of the target. */
  readonly surroundings?: number | undefined;
  /** The map of each painted region at the work size; undefined without regions. */
  readonly regions?: Maps | undefined;
}

/** A painting at one size. */
export interface StylePicture {
  readonly image: Image;
  /** The weight of its description; the weights of a level sum to 1. */
  readonly weight: number;
  /** Without regions, for a transparent painting: the weight of each pixel, 0 to 1, and their sum. */
  readonly visible?: Pick<StyleRegion, "map" | "mass"> | undefined;
  /** Its part of each painted region; undefined where it has none. */
  readonly regions?: readonly (StyleRegion | undefined)[] | undefined;
}

/** The part of a painting's picture that describes a region. */
export interface StyleRegion {
  /** The coverage of each pixel, 0 to 1, at the picture's size. */
  readonly map: Float32Array;
  /** The sum of the map. */
  readonly mass: number;
  /** The weight of its description; for every region the weights of a level sum to 1. */
  readonly weight: number;
}
