/** The pictures of a job as they are given, and as they are at one level. */
import type { Image } from "../../image/image.ts";
import type { Maps } from "../../image/regions.ts";
import type { Opacities } from "./opacity.ts";
import type { Masks } from "./regions.ts";

/** The pictures of a job. */
export interface Pictures extends Masks {
  readonly content: Image;
  /** One painting, or several: `blend` says how much each counts. */
  readonly style: Image | readonly Image[];
  /** How opaque every pixel of each painting is, 0 to 1; left out, or undefined for one: wholly. */
  readonly styleAlpha?: Opacities | undefined;
  /** What the optimisation starts from, instead of what `init` says. */
  readonly start?: Image | undefined;
}

/** The pictures of one level. */
export interface LevelPictures {
  /** The photo, padded to the work size. */
  readonly content: Image;
  /** Every painting that counts, at every size that it is looked at with. */
  readonly style: readonly StylePicture[];
  /** Pixels around the paintings that are seen and not remembered. */
  readonly surroundings?: number | undefined;
  /** Where each painted region is, at the work size; without regions, nothing. */
  readonly regions?: Maps | undefined;
}

/** A painting at one size. */
export interface StylePicture {
  readonly image: Image;
  /** How much its description counts: those of a level sum to 1. */
  readonly weight: number;
  /** Without regions, where it is transparent: how much each pixel counts, 0 to 1, and the sum of that. */
  readonly visible?: Pick<StyleRegion, "map" | "mass"> | undefined;
  /** Its part of each painted region; undefined where it has none. */
  readonly regions?: readonly (StyleRegion | undefined)[] | undefined;
}

/** Where a picture of a painting shows how a region is painted. */
export interface StyleRegion {
  /** How much of each pixel, 0 to 1, at the picture's size. */
  readonly map: Float32Array;
  /** The sum of the map. */
  readonly mass: number;
  /** How much the picture's description of it counts: those of a level sum to 1 for every region. */
  readonly weight: number;
}
