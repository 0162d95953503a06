/** Predicts the memory of feature sheets, fitted to measured peaks of whole processes. */
import { bytesText, UserError } from "../../errors.ts";
import type { Size } from "../../image/image.ts";
import { type Backbone, blockOf, convolutions, weightCount } from "../../models/backbone.ts";

/** Node, the command line, its libraries and what encodes the sheet. */
const FIXED = 155e6;
/**
 * How many copies of weights, all features, the selected ones, the largest of them and the image are in memory at once.
 */
const SEEN = { weights: 7, features: 0.52, outputs: 3, largest: 1, images: 5 };
/** How many copies of the sheet are in memory at once. */
const SHEET = 1;
/** Maps per row of the sheet, and the margin of each in pixels. */
const PAPER = { columns: 10, across: 8, below: 24 };

/** The requested sheet. */
export interface FeatureSheetRequest {
  readonly backbone: Backbone;
  readonly layers: readonly string[];
  /** The size of the picture that the network sees. */
  readonly size: Size;
  /** The largest number of maps per layer, and their long side. */
  readonly maps: number;
  readonly mapSize: number;
}

/** The predicted peak, in bytes, of `see` and `featureSheet`. */
export function featureSheetMemory({ backbone, layers, size, maps, mapSize }: FeatureSheetRequest): number {
  const all = convolutions(backbone);
  const perPixel = ({ name, outputs }: { name: string; outputs: number }) => (4 * outputs) / 4 ** (blockOf(name) - 1);
  const looked = all.filter(({ name }) => layers.includes(name));
  const computed = all.slice(0, all.indexOf(looked.at(-1)!) + 1);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);
  const each =
    SEEN.features * sum(computed.map(perPixel)) +
    SEEN.outputs * sum(looked.map(perPixel)) +
    SEEN.largest * Math.max(0, ...looked.map(perPixel)) +
    SEEN.images * 12;
  const weights = sum(computed.map((layer) => 4 * weightCount(layer)));
  const rows = sum(looked.map(({ outputs }) => Math.ceil(Math.min(maps, outputs) / PAPER.columns)));
  const paper = rows * (mapSize + PAPER.below) * PAPER.columns * (mapSize + PAPER.across);
  return FIXED + SEEN.weights * weights + size.width * size.height * each + SHEET * 12 * paper;
}

/** That number; throws a `resources` error if it exceeds `limit` bytes. */
export function checkFeatureSheetMemory(sheet: FeatureSheetRequest, limit: number): number {
  const needed = featureSheetMemory(sheet);
  if (needed <= limit) return needed;
  throw new UserError(
    "resources",
    `To look at ${sheet.layers.join(", ")} of ${sheet.size.width} x ${sheet.size.height} pixels needs about ${bytesText(needed)} ` +
      `of memory, and it may take ${bytesText(limit)}. Use a smaller size, fewer layers, or allow more (memory).`,
  );
}
