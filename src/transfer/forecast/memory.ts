/**
 * Predicts the memory of a level and chooses its tiles. The constants were fitted to measured peaks of whole processes;
 * `bench/memory.mjs` compares them with new ones.
 */
import { bytesText, UserError } from "../../errors.ts";
import { evaluateDim } from "../../graph/index.ts";
import type { Size } from "../../image/image.ts";
import { blockOf, convolutions } from "../../models/backbone.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { levelWork, tileSize } from "../level/begin.ts";
import { type Extractor, IMAGE, undivided } from "../step/step.ts";
import { type FeatureTerm, scaleOf, type Terms } from "../step/terms.ts";
import { tilesFor } from "../tiles/programs.ts";

/** Node, the command line and its libraries before any picture; a program of one's own needs about 30 MB less. */
export const PROCESS = 155e6;

/**
 * The step of a whole picture: how many copies of weights, features, features mapped by a read-out, and the optimiser's
 * state are in memory at once. The image and its gradient are counted with the state, which is about as large.
 */
const WHOLE = { weights: 7, features: 2.37, readouts: 0.5, state: 5.3 };
/** The step of a tile, in two programs. Pieces of the update have a fixed size. */
const TILE = { weights: 8.3, features: 2.4, readouts: 0.65, images: 38, pieces: 43e6 };
/** The share of a layer's features that each region has as a weighted copy, per style term. */
const REGION = { whole: 0.65, tile: 1 };
/** How many copies of the similarities of all positions to all positions of the paintings are in memory at once. */
const SIMILARITIES = 0.9;
/**
 * A picture in tiles is in host memory: image, optimiser state, content targets, the unfinished rows of the gradient
 * (twice), and garbage that is not collected yet.
 */
const HELD = { images: 1.4, state: 1, rows: 2 };

/** The additional memory of eight-bit steps, because both programs are loaded; and that of a tile. */
const EIGHT = { weights: 1.4, features: 0.75, readouts: 1.04, fixed: 29e6 };
const EIGHT_TILE = { weights: 1.4, features: 1.16, readouts: 1.6, fixed: 0 };

/** What is needed to compute sizes. */
export interface Work {
  readonly extractor: Pick<Extractor, "backbone" | "padding"> & {
    readonly weights?: Pick<Extractor["weights"], "layers">;
  };
  readonly terms: Terms;
  readonly optimizer: Optimizer;
  /** The number of pictures that describe the style: every painting at every size. Default 1. */
  readonly stylePictures?: number;
}

/** The predicted peak in bytes of a job whose largest level has `size` (a work size); with `tile`, in tiles. */
export function peakMemory(work: Work, size: Size, tile?: number): number {
  const { extractor, terms, optimizer } = work;
  const { weights, features, readouts, weighted, content, similarities } = network(work);
  const image = 12;
  const state = stateBytes(optimizer, size);
  const pixels = size.width * size.height;
  if (!tile) {
    const each =
      WHOLE.features * features + WHOLE.readouts * readouts + REGION.whole * weighted + SIMILARITIES * similarities;
    return PROCESS + WHOLE.weights * weights + pixels * each + WHOLE.state * state;
  }
  const parts = tilesFor(extractor, terms, size, tile);
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const rows = size.width * Math.max(...parts.map(({ height }) => height));
  const each = TILE.features * features + TILE.readouts * readouts + REGION.tile * weighted + TILE.images * image;
  const held = pixels * (HELD.images * image + content) + HELD.rows * rows * image + HELD.state * state;
  return PROCESS + TILE.pieces + TILE.weights * weights + largest * each + held + (optimizer.pointwise ? 0 : 2 * state);
}

/** The additional bytes of eight-bit steps. */
export function eightBitMemory(work: Work, size: Size, tile?: number): number {
  const { weights, features, unweighted, similarities } = network(work);
  const factors = tile ? EIGHT_TILE : EIGHT;
  const parts = tile ? tilesFor(work.extractor, work.terms, size, tile) : [size];
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const each = factors.features * features + factors.readouts * unweighted + SIMILARITIES * similarities;
  return factors.fixed + factors.weights * weights + largest * each;
}

/** The smallest gain of eight bits: a step may process this many times the pixels and still be faster. */
const WORTH = 1.5;

/**
 * The largest tiles with which eight-bit steps keep to `limit` bytes, where float32 steps keep to it with tiles of
 * `tile`; undefined if there are none, or if smaller tiles cost more than eight bits gain. If eight bits are a `must`,
 * any tiles are accepted, and if none fits, those that need least.
 */
export function eightBitTile(
  work: Work,
  size: Size,
  limit: number,
  tile: number | "off",
  must = false,
): number | "off" | undefined {
  const sizeOf = (each: number | "off") => tileSize({ tile: each }, work.extractor, work.terms, size);
  const pixels = (each: number | "off") => levelWork({ tile: each }, work.extractor, work.terms, size).pixels;
  const peak = (each: number | "off") =>
    peakMemory(work, size, sizeOf(each)) + eightBitMemory(work, size, sizeOf(each));
  const smaller = SIZES.filter((each) => tile === "off" || each < tile);
  const all = [tile, ...(undivided(work.extractor, work.terms) ? [] : smaller)];
  const worth = must ? all : all.filter((each) => pixels(each) <= WORTH * pixels(tile));
  const largest = worth.find((each) => peak(each) <= limit);
  return largest ?? (must ? worth.reduce((least, each) => (peak(each) < peak(least) ? each : least)) : undefined);
}

const SIZES = [2048, 1536, 1024, 768, 640, 512, 384, 320, 256, 192, 128, 96, 64];

/**
 * How a job whose largest level has `size` keeps to `limit` bytes: whole, or in the largest tiles that fit. Otherwise a
 * `resources` error that states what is needed.
 */
export function tileWithin(work: Work, size: Size, limit: number): number | "off" {
  const whole = peakMemory(work, size);
  if (whole <= limit) return "off";
  const sizes = undivided(work.extractor, work.terms) ? [] : SIZES;
  const tile = sizes.find((each) => peakMemory(work, size, each) <= limit);
  if (tile) return tile;
  const least = Math.min(whole, ...sizes.map((each) => peakMemory(work, size, each)));
  throw new UserError(
    "resources",
    `This job needs about ${bytesText(least)} of memory, and it may take ${bytesText(limit)}. Use a smaller size (half of it needs about a quarter), the pocket network, Adam, or allow more (memory).`,
  );
}

/** Bytes of the used weights; and per pixel, of what is computed from it. */
function network({ extractor: { backbone, weights }, terms: { features: terms }, stylePictures = 1 }: Work) {
  const layers = convolutions(backbone);
  const deepest = Math.max(0, ...terms.map((term) => layers.findIndex(({ name }) => name === term.layer)));
  const perPixel = ({ name, outputs }: { name: string; outputs: number }) => (4 * outputs) / 4 ** (blockOf(name) - 1);
  const seen = layers.slice(0, deepest + 1);
  const bytesOf = ({ layer, filter }: FeatureTerm) =>
    filter ? (4 * filter.channels) / filter.scale ** 2 : perPixel(layers.find(({ name }) => name === layer)!);
  const total = (some: readonly FeatureTerm[]) => some.reduce((sum, term) => sum + bytesOf(term), 0);
  const mapped = (some: readonly FeatureTerm[]) => {
    const read = some.filter(({ layer }) => weights?.layers[layer]?.readout);
    return total([...new Map(read.map((term) => [term.layer, term])).values()]);
  };
  const pairs = ({ loss: { columns = 0 }, ...term }: FeatureTerm) => (4 * columns * stylePictures) / scaleOf(term) ** 2;
  return {
    weights: seen.reduce((sum, { inputs, outputs }) => sum + 4 * outputs * (9 * inputs + 1), 0),
    features: seen.reduce((sum, layer) => sum + perPixel(layer), 0),
    readouts: mapped(terms),
    // Tensors weighted by regions are computed in float32.
    unweighted: mapped(terms.filter(({ region }) => region === undefined)),
    weighted: total(terms.filter(({ region }) => region !== undefined)),
    similarities: Math.max(0, ...terms.map(pairs)),
    content: total(terms.filter(({ picture }) => picture === "content")),
  };
}

function stateBytes(optimizer: Optimizer, { width: W, height: H }: Size): number {
  const elements = Object.values(optimizer.state).map((spec) =>
    spec.shape(IMAGE).reduce<number>((product, dim) => product * evaluateDim(dim, { W, H }), 1),
  );
  return 4 * elements.reduce((sum, x) => sum + x, 0);
}
