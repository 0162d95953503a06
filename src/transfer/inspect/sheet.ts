/** Draws features as a labelled sheet: a grid of feature maps for every layer, and the Gram matrices. */
import type { Image } from "../../image/image.ts";
import { fitted, greyImage } from "../../image/plane.ts";
import { type Cell, inRows, type SheetPlan, sheet, stacked } from "../../image/sheet.ts";
import type { LayerFeatures } from "./features.ts";

export const sheetParts = ["both", "maps", "gram"] as const;
export const contrasts = ["map", "layer"] as const;

/** How features are drawn. */
export interface FeatureSheetOptions {
  /** The title. */
  readonly title?: string | undefined;
  /** Feature maps, Gram matrices or both (default). */
  readonly show?: (typeof sheetParts)[number] | undefined;
  /** White is the largest value of each map (default), or of its layer, which makes maps comparable. */
  readonly contrast?: (typeof contrasts)[number] | undefined;
  /** The largest number of maps per layer, from the first; default 64. */
  readonly maps?: number | undefined;
  /** The long side of a map on the sheet in pixels, default 96; smaller maps are enlarged by an integer factor. */
  readonly mapSize?: number | undefined;
}

/**
 * Draws the sheet. Every map is labelled with its channel, from 0; a title states the maps' size and the meaning of
 * white.
 */
export function featureSheet(
  extracted: readonly LayerFeatures[],
  { title, show = "both", contrast = "map", maps = 64, mapSize = 96 }: FeatureSheetOptions = {},
): Image {
  const parts = [
    ...(show === "gram" ? [] : extracted.map((layer) => mapsPlan(layer, contrast, maps, mapSize))),
    ...(show === "maps" ? [] : [gramPlan(extracted)]),
  ];
  const [first, ...rest] = parts;
  const titled = title ? { ...first!, title: `${title}\n${first!.title}` } : first!;
  return stacked([titled, ...rest].map(sheet));
}

function gramPlan(extracted: readonly LayerFeatures[]): SheetPlan {
  const cells = extracted.map((layer) => ({ image: fitted(gramImage(layer), GRAM_SIZE), label: layer.layer }));
  return {
    title: "Gram matrices: how strongly every two channels go together (square root; white is the largest)",
    rows: inRows(cells, 5),
  };
}

function mapsPlan(
  extracted: LayerFeatures,
  contrast: (typeof contrasts)[number],
  most: number,
  mapSize: number,
): SheetPlan {
  const { layer, channels, width, height, features } = extracted;
  const count = Math.min(most, channels);
  const planes = Array.from({ length: count }, (_, i) =>
    features.subarray(i * width * height, (i + 1) * width * height),
  );
  const largest = greatest(features);
  const cells: Cell[] = planes.map((plane, i) => ({
    image: fitted(greyImage(plane, extracted, contrast === "map" ? greatest(plane) : largest), mapSize),
    label: String(i),
  }));
  const number = count < channels ? `the first ${count} of ${channels} maps` : `${channels} maps`;
  const white = contrast === "map" ? "white is each map's largest value" : `white is ${largest.toPrecision(3)}`;
  return { title: `${layer}: ${number} of ${width}x${height}; ${white}`, rows: inRows(cells, COLUMNS) };
}

const COLUMNS = 10;
const GRAM_SIZE = 256;

/** The square root is for display: the diagonal is much larger than the rest. */
function gramImage({ channels, gram }: LayerFeatures): Image {
  const roots = gram.map((x) => Math.sqrt(Math.max(0, x)));
  return greyImage(roots, { width: channels, height: channels }, greatest(roots));
}

function greatest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
