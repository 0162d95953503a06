/**
 * What is around a picture while it is painted: a margin that is cut off at the end, or the picture itself, repeated
 * without end, so that the result may be laid out as tiles. Sizes and pixels only.
 */
import type { Padding } from "../../graph/index.ts";
import { type Image, padEdges, padMirrored, type Size } from "../../image/image.ts";
import { resized } from "../../image/resize.ts";

/** Four poolings halve a picture four times: work sizes are multiples of this. */
export const GRAIN = 16;

/** How the edges of a picture that grows are treated. */
export interface Edges {
  /** What the network and the losses see beyond the work size. */
  readonly padding: Padding;
  /** The smallest work size that holds a picture of `size`. */
  workSize(size: Size): Size;
  /** `image` of `size` in the middle of its work size. */
  padded(image: Image, size: Size): Image;
  /** Pixels around the painting that the network sees and no target remembers. */
  readonly surroundings: number;
  /** The painting with its surroundings. */
  surrounded(style: Image): Image;
  /** As `resized` of the image room. */
  resize(image: Image, size: Size): Image;
}

/**
 * Around the picture at least `margin` pixels of its repeated edges, which are painted and cut off: beyond the edge the
 * network sees black (its zero padding), and what it makes of that is a fringe.
 */
export function margined(margin: number): Edges {
  const up = (x: number) => Math.ceil((x + 2 * margin) / GRAIN) * GRAIN;
  const workSize = ({ width, height }: Size) => ({ width: up(width), height: up(height) });
  return {
    padding: "zero",
    workSize,
    padded: (image, size) => padEdges(image, workSize(size)),
    // The result has edges as the painting has, and both are seen alike.
    surroundings: 0,
    surrounded: (style) => style,
    resize: resized,
  };
}

/** Beyond every edge is the opposite one. Sides are multiples of 16. */
export const endless: Edges = {
  padding: "circular",
  workSize: (size) => size,
  padded: (image) => image,
  // The result has no edges: what the network makes of the painting's would be painted as straight lines in its midst.
  surroundings: 2 * GRAIN,
  surrounded: (style) => padMirrored(style, { width: style.width + 4 * GRAIN, height: style.height + 4 * GRAIN }),
  resize: (image, size) => resized(image, size, { circular: true }),
};

/**
 * The same where nothing ties the picture to a place, as in a texture: it is cut elsewhere whenever it grows. Else the seam
 * would be the one place where the grids of all levels, of pixels and of poolings, lie over each other, and would be more
 * rugged for it. A quarter of a pixel on: there, resizing weakens a step across the seam as much as it does on average.
 */
export const adrift: Edges = {
  ...endless,
  resize: (image, size) => resized(image, size, { circular: true, begin: elsewhere }),
};

function elsewhere(length: number): number {
  return Math.floor(length / 2) + 3.25;
}

export function edgesOf({ seamless, margin }: { readonly seamless: boolean; readonly margin: number }): Edges {
  return seamless ? endless : margined(margin);
}
