/** Masks as regions: the flat colours of an image, and the coverage of each pixel by each of them. */
import type { Rgb } from "./color.ts";
import { clamp, type Image, type Size } from "./image.ts";
import { resizePlanes } from "./resize.ts";

/** Colours closer than this (RGB in [0, 1]) are treated as one, because files are saved with small errors. */
const SAME = 0.1;

/** A pixel closer than this to a flat colour belongs to it entirely. */
const WHOLLY = 0.02;

/** The smallest share of a mask for a flat colour, counted as centres of 3x3 pixels of exactly that colour. */
const LEAST = 1 / 4096;

/** A mask. A downscaled one carries the flat colours of the original. */
export interface Mask extends Image {
  readonly colors?: readonly Rgb[] | undefined;
}

/** Planes of one size: the coverage of each pixel by each region, 0 to 1. */
export interface Maps extends Size {
  readonly planes: readonly Float32Array[];
}

/**
 * The flat colours of `mask`, from light to dark (luma, ITU-R BT.601). A colour is flat if it fills 3x3 pixels, which
 * excludes antialiased edges. A photograph may have no flat colour at all.
 */
export function flatColors(mask: Mask): readonly Rgb[] {
  if (mask.colors) return mask.colors;
  const codes = codesOf(mask);
  return flatColorsBy(mask, (i) => codes[i]!);
}

/** The same for other pixel sources: `codeAt(i)` is the colour of pixel `i` as 0xrrggbb. */
export function flatColorsBy({ width, height }: Size, codeAt: (i: number) => number): Rgb[] {
  const counts = new Map<number, number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const code = codeAt(y * width + x);
      if (isFlat(codeAt, code, { width, height }, x, y)) counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  const found: { rgb: Rgb; count: number }[] = [];
  for (const [code, count] of [...counts].sort(([, a], [, b]) => b - a)) {
    const rgb = decoded(code);
    const same = found.find((other) => distance(other.rgb, rgb) < SAME);
    if (same) same.count += count;
    else found.push({ rgb, count });
  }
  const flat = found.filter(({ count }) => count >= LEAST * width * height).map(({ rgb }) => rgb);
  return flat.sort((a, b) => luma(b) - luma(a));
}

/** The index of the colour that equals `rgb` up to small errors; undefined if there is none. */
export function sameColor(colors: readonly Rgb[], rgb: Rgb): number | undefined {
  const i = nearest(colors, rgb);
  return i !== undefined && distance(colors[i]!, rgb) < SAME ? i : undefined;
}

/**
 * The coverage of every pixel of `mask` by each of its flat `colors`; it sums to 1. A pixel between two flat colours,
 * as on an antialiased edge, belongs to both in proportion; which two is decided by the nearest flat pixels above,
 * below, left and right.
 */
export function regionMaps(mask: Image, colors: readonly Rgb[]): Maps {
  const { width, height } = mask;
  const planes = colors.map(() => new Float32Array(width * height));
  const known = new Map<number, number>();
  const labels = Int16Array.from(codesOf(mask), (code) => {
    const label = known.get(code) ?? labelOf(colors, decoded(code));
    known.set(code, label);
    return label;
  });
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! >= 0) {
      planes[labels[i]!]![i] = 1;
      continue;
    }
    const rgb = colorAt(mask, i);
    const beside = between(colors, rgb, around(labels, mask, i));
    // A line thinner than a pixel has no flat neighbour: then consider any two colours.
    const { a, b, share } = beside.cost < SAME ? beside : between(colors, rgb, anyOf(colors));
    planes[a]![i]! += 1 - share;
    planes[b]![i]! += share;
  }
  return { width, height, planes };
}

/** The maps at another size, by area averages, so that they still sum to 1. */
export function resizeMaps(maps: Maps, { width, height }: Size): Maps {
  const planes = maps.planes.map((plane) => clamp(resizePlanes(plane, maps, { width, height }, "bilinear")));
  return { width, height, planes };
}

/** Composites images over `ground`, each weighted by its plane; the planes sum to 1 at most. All have one size. */
export function inlaid(ground: Image, parts: readonly { image: Image; plane: Float32Array }[]): Image {
  const data = ground.data.slice();
  for (const { image, plane } of parts) {
    for (let i = 0; i < data.length; i++) {
      data[i]! += plane[i % plane.length]! * (image.data[i]! - ground.data[i]!);
    }
  }
  return { ...ground, data };
}

/** A colour in hexadecimal notation: `#ff8000`. */
export function colorName(rgb: Rgb): string {
  return `#${rgb.map((x) => byte(x).toString(16).padStart(2, "0")).join("")}`;
}

function isFlat(codeAt: (i: number) => number, code: number, { width, height }: Size, x: number, y: number): boolean {
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
      if (codeAt(v * width + u) !== code) return false;
  }
  return true;
}

/** The labels of the nearest labelled pixels in the four directions from pixel `i`, with their distances. */
function around(labels: Int16Array, { width, height }: Size, i: number): Map<number, number> {
  const [x, y] = [i % width, Math.floor(i / width)];
  const found = new Map<number, number>();
  const walk = (step: number, most: number) => {
    for (let n = 1; n <= most; n++) {
      const label = labels[i + n * step]!;
      if (label < 0) continue;
      found.set(label, Math.min(n, found.get(label) ?? n));
      return;
    }
  };
  walk(-1, x);
  walk(1, width - 1 - x);
  walk(-width, y);
  walk(width, height - 1 - y);
  return found;
}

function anyOf(colors: readonly Rgb[]): Map<number, number> {
  return new Map(colors.map((_, label) => [label, 0]));
}

/** The two `candidates` whose mixture is closest to `rgb`, and the share of the second. */
function between(colors: readonly Rgb[], rgb: Rgb, candidates: ReadonlyMap<number, number>) {
  const near = nearest(colors, rgb)!;
  let best = { a: near, b: near, share: 0, cost: Number.POSITIVE_INFINITY };
  for (const [a, stepsA] of candidates) {
    for (const [b, stepsB] of candidates) {
      if (b < a || (b === a && candidates.size > 1)) continue;
      const share = b === a ? 0 : along(colors[a]!, colors[b]!, rgb);
      const mixed = colors[a]!.map((x, c) => x + share * (colors[b]![c]! - x)) as unknown as Rgb;
      // Among equally good mixtures, prefer the nearest candidates.
      const cost = distance(mixed, rgb) + (stepsA + stepsB) / 1000;
      if (cost < best.cost) best = { a, b, share, cost };
    }
  }
  return best;
}

/** Whether a colour is black up to small errors. */
export function isBlack(rgb: Rgb): boolean {
  return distance(rgb, [0, 0, 0]) < SAME;
}

/** The parameter in [0, 1] of the point closest to `x` on the segment from `a` to `b`. */
function along(a: Rgb, b: Rgb, x: Rgb): number {
  let [dot, square] = [0, 0];
  for (let c = 0; c < 3; c++) {
    dot += (x[c]! - a[c]!) * (b[c]! - a[c]!);
    square += (b[c]! - a[c]!) ** 2;
  }
  return Math.min(1, Math.max(0, dot / square));
}

function nearest(colors: readonly Rgb[], rgb: Rgb): number | undefined {
  let best: number | undefined;
  for (const [i, color] of colors.entries()) {
    if (best === undefined || distance(color, rgb) < distance(colors[best]!, rgb)) best = i;
  }
  return best;
}

function distance(a: Rgb, b: Rgb): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function luma([r, g, b]: Rgb): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

function colorAt({ width, height, data }: Image, i: number): Rgb {
  const plane = width * height;
  return [data[i]!, data[plane + i]!, data[2 * plane + i]!];
}

/** Every pixel's colour as 24 bits, so that exactly equal colours of an 8-bit file compare equal. */
function codesOf({ width, height, data }: Image): Int32Array {
  const plane = width * height;
  const codes = new Int32Array(plane);
  for (let i = 0; i < plane; i++) {
    codes[i] = (byte(data[i]!) << 16) | (byte(data[plane + i]!) << 8) | byte(data[2 * plane + i]!);
  }
  return codes;
}

/** The flat colour that a pixel belongs to entirely, or -1. */
function labelOf(colors: readonly Rgb[], rgb: Rgb): number {
  const label = nearest(colors, rgb)!;
  return distance(colors[label]!, rgb) < WHOLLY ? label : -1;
}

function decoded(code: number): Rgb {
  return [(code >> 16) / 255, ((code >> 8) & 255) / 255, (code & 255) / 255];
}

function byte(x: number): number {
  return Math.min(255, Math.max(0, Math.round(x * 255)));
}
