/** The contract of a colour mode: whose colours the result has. */
import type { Image } from "../image.ts";
import type { ColorFit } from "../palette.ts";

/** The photo and the paintings. */
export interface Recolored {
  readonly content: Image;
  readonly styles: readonly Image[];
}

/** A region in the photo and in each painting; without planes, everywhere. */
export interface Area {
  readonly content?: Float32Array;
  /** The part of each painting; undefined for a painting without that region. */
  readonly styles: readonly (Float32Array | "everywhere" | undefined)[];
  /** The alpha of each painting that has it everywhere. */
  readonly visible?: readonly (Float32Array | undefined)[] | undefined;
}

/** How colours are fitted. */
export interface Recoloring {
  /** Fitted separately; pixels outside of all areas are unchanged. */
  readonly areas: readonly Area[];
  /** The weight of each painting; they sum to 1. */
  readonly weights: readonly number[];
  readonly fit: ColorFit;
}

export interface ColorMode {
  /** Fits the colours of the photo, or those of the paintings, before anything is painted. */
  recolor(pictures: Recolored, how: Recoloring): Recolored;
  /** The result has the paintings' colours: the photo is recoloured, and greys are painted if all paintings are grey. */
  readonly paintings?: boolean;
  /** There is nothing to fit without a photo, so textures do not support it. */
  readonly needsPhoto?: boolean;
  /** At the end the result gets the photo's chroma. */
  readonly keepsChroma?: boolean;
  /** The network sees luma only. */
  readonly grey?: boolean;
}
