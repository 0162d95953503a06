/** Matches masks: which part of the photo is painted like which part of which painting. */
import { UserError } from "../../errors.ts";
import type { Rgb } from "../../image/color.ts";
import type { Size } from "../../image/image.ts";
import { colorName, flatColors, isBlack, type Maps, type Mask, regionMaps, sameColor } from "../../image/regions.ts";
import type { Painting } from "./paintings.ts";

/** A region, for users. */
export interface Region {
  /** Its colour in the photo's mask: `#ff8000`. */
  readonly name: string;
  /** Its share of the photo, 0 to 1. */
  readonly share: number;
  /** The paintings it is painted like, from 0; none if it stays unchanged. */
  readonly paintings: readonly number[];
}

/** The regions of a job. */
export interface Regions {
  /** All regions, painted ones first. */
  readonly all: readonly Region[];
  /** One plane per painted region, its coverage in the photo. The rest to 1 stays unchanged. */
  readonly content: Maps;
  /** The same for every painting, at its mask's size. */
  readonly styles: readonly { readonly size: Size; readonly planes: readonly (Float32Array | undefined)[] }[];
}

/** The masks of a job. */
export interface Masks {
  /** The photo's mask: flat colours. */
  readonly mask?: Mask | undefined;
  /** The paintings' masks, one each, in order. */
  readonly styleMask?: readonly Mask[] | undefined;
}

/** More flat colours than this are a picture, not a mask. */
const MOST = 32;

/**
 * The regions of a job's masks; undefined without masks. A colour of the photo's mask is painted like the parts of the
 * paintings that have the same colour in theirs; a colour that none of them has stays unchanged. Without masks of the
 * paintings, the colours from light to dark are assigned to the paintings in order, and further ones stay unchanged.
 * Masks that do not fit are a `usage` error.
 */
export function regionsOf(
  { mask, styleMask }: Masks,
  photo: Size,
  styles: readonly Size[],
  paintings: readonly Painting[],
): Regions | undefined {
  if (!mask) {
    if (styleMask) throw new UserError("usage", "Masks of paintings need a mask of the photo (mask).");
    return undefined;
  }
  checkProportions("The mask", mask, "the photo", photo);
  const colors = colorsOf("The mask", mask);
  if (!styleMask) refuseEmpty("The mask", colors);
  const parts = styleMask ? masked(styleMask, styles, colors) : inOrder(styles, colors);
  const taken = colors.map((_, region) =>
    paintings.flatMap(({ weight }, i) => (weight > 0 && parts[i]!.planes[region] ? [i] : [])),
  );
  const content = regionMaps(mask, colors);
  const regions = colors.map((color, i) => ({
    name: colorName(color),
    share: content.planes[i]!.reduce((sum, x) => sum + x, 0) / content.planes[i]!.length,
    paintings: taken[i]!,
  }));
  const isPainted = (_: unknown, i: number) => taken[i]!.length > 0;
  return {
    all: [...regions.filter(isPainted), ...regions.filter(({ paintings }) => paintings.length === 0)],
    content: { ...content, planes: content.planes.filter(isPainted) },
    styles: parts.map(({ size, planes }) => ({ size, planes: planes.filter(isPainted) })),
  };
}

/** The part of each painting that belongs to each colour, by the paintings' masks. */
function masked(masks: readonly Mask[], styles: readonly Size[], colors: readonly Rgb[]): Regions["styles"] {
  if (masks.length !== styles.length) {
    const each = styles.length === 1 ? "one for the one painting" : `one for each of ${styles.length} paintings`;
    throw new UserError("usage", `Masks of paintings (styleMask): expected ${each}, got ${masks.length}.`);
  }
  const numbered = (i: number) => (styles.length === 1 ? "of the painting" : `of painting ${i + 1}`);
  const own = masks.map((mask, i) => colorsOf(`The mask ${numbered(i)}`, mask));
  own.forEach((all, i) => {
    refuseEmpty(`The mask ${numbered(i)}`, all);
  });
  if (!colors.some((color) => own.some((others) => sameColor(others, color) !== undefined))) {
    const names = (all: readonly Rgb[]) => all.map(colorName).join(", ");
    throw new UserError(
      "usage",
      `The masks have no colour in common: the photo's has ${names(colors)}, the paintings' ${names(own.flat())}.`,
    );
  }
  return masks.map((mask, i) => {
    // A single colour is everywhere, whatever its mask's size.
    if (own[i]!.length > 1) checkProportions(`The mask ${numbered(i)}`, mask, "it", styles[i]!);
    const { planes } = regionMaps(mask, own[i]!);
    const places = colors.map((color) => sameColor(own[i]!, color));
    return { size: mask, planes: places.map((place) => (place === undefined ? undefined : planes[place]!)) };
  });
}

/** Assigns the colours to the paintings in order. */
function inOrder(styles: readonly Size[], colors: readonly Rgb[]): Regions["styles"] {
  if (styles.length > colors.length) {
    const names = colors.map(colorName).join(", ");
    throw new UserError(
      "usage",
      `The mask has fewer flat colours (${names}) than there are paintings (${styles.length}); give a mask of each painting (styleMask) to blend them.`,
    );
  }
  const everywhere = { size: { width: 1, height: 1 }, plane: Float32Array.of(1) };
  return styles.map((_, i) => ({
    size: everywhere.size,
    planes: colors.map((_, region) => (region === i ? everywhere.plane : undefined)),
  }));
}

/** Rejects an all-black mask, which paints nothing. */
function refuseEmpty(subject: string, colors: readonly Rgb[]): void {
  if (!colors.every(isBlack)) return;
  throw new UserError(
    "usage",
    `${subject} is black all over (spots of less than 1/4096 do not count), so nothing would be painted; make white what is.`,
  );
}

function colorsOf(subject: string, mask: Mask): readonly Rgb[] {
  const colors = flatColors(mask);
  if (colors.length > 0 && colors.length <= MOST) return colors;
  const found = colors.length === 0 ? "none" : `${colors.length}`;
  throw new UserError("usage", `${subject}: expected 1 to ${MOST} flat colours, found ${found}; is it a mask?`);
}

/** Rejects a mask whose proportions differ from the picture's by more than rounding; either may have been reduced. */
function checkProportions(subject: string, mask: Size, object: string, picture: Size): void {
  const scale = Math.max(picture.width, picture.height) / Math.max(mask.width, mask.height);
  // A pixel of the mask, and half a pixel of the picture.
  const fits = (side: keyof Size) => Math.abs(mask[side] * scale - picture[side]) <= scale + 0.5;
  if (fits("width") && fits("height")) return;
  const size = ({ width, height }: Size) => `${width} x ${height}`;
  throw new UserError(
    "usage",
    `${subject} is ${size(mask)} pixels and ${object} ${size(picture)}: a mask must have the proportions of its picture.`,
  );
}
