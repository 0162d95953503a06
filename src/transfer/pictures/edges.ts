/** Edges of the painted image: a margin that is cropped at the end, or wrapping around for seamless results. */
import type { Padding } from "../../graph/index.ts";
import { type Image, padEdges, padMirrored, type Size } from "../../image/image.ts";
import { resized } from "../../image/resize.ts";

/** Four poolings halve an image four times: work sizes are multiples of this. */
export const GRAIN = 16;

/** How edges are treated. */
export interface Edges {
  /** What the network and the losses assume beyond the work size. */
  readonly padding: Padding;
  /** The smallest work size for a picture of `size`. */
  workSize(size: Size): Size;
  /** `image` of `size`, centred in its work size. */
  padded(image: Image, size: Size): Image;
  /** Pixels around the painting that the network sees and that are not part of the target. */
  readonly surroundings: number;
  /** The painting with its surroundings. */
  surrounded(style: Image): Image;
  /** As `resized` in `image/resize.ts`. */
  resize(image: Image, size: Size): Image;
}

/**
 * A margin of at least `margin` pixels, filled with the picture's edges, painted and cropped: the network's zero
 * padding makes a visible fringe at the edge.
 */
export function margined(margin: number): Edges {
  const up = (x: number) => Math.ceil((x + 2 * margin) / GRAIN) * GRAIN;
  const workSize = ({ width, height }: Size) => ({ width: up(width), height: up(height) });
  return {
    padding: "zero",
    workSize,
    padded: (image, size) => padEdges(image, workSize(size)),
    // Result and painting have the same edges, so both are padded the same way.
    surroundings: 0,
    surrounded: (style) => style,
    resize: resized,
  };
}

/** Circular padding: every edge continues at the opposite one. Sides are multiples of 16. */
export const circular: Edges = {
  padding: "circular",
  workSize: (size) => size,
  padded: (image) => image,
  // The result has no edges: the network's response to the painting's would be painted as straight lines inside.
  surroundings: 2 * GRAIN,
  surrounded: (style) => padMirrored(style, { width: style.width + 4 * GRAIN, height: style.height + 4 * GRAIN }),
  resize: (image, size) => resized(image, size, { circular: true }),
};

/**
 * The same if no term depends on position, as in a texture: the image is shifted whenever it is enlarged. Otherwise the
 * grids of all levels and poolings would coincide at the seam and make it visible. The extra quarter of a pixel makes
 * resampling blur a step across the seam as much as on average.
 */
export const shiftedCircular: Edges = {
  ...circular,
  resize: (image, size) => resized(image, size, { circular: true, begin: elsewhere }),
};

function elsewhere(length: number): number {
  return Math.floor(length / 2) + 3.25;
}

export function edgesOf({ seamless, margin }: { readonly seamless: boolean; readonly margin: number }): Edges {
  return seamless ? circular : margined(margin);
}
