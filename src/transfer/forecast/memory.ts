/**
 * How much memory a level takes, predicted, and how large its tiles may be. The numbers were fitted to measured peaks of
 * whole processes (`bench/memory.mjs` holds them against new ones). It runs nothing and asks no machine.
 */
import { bytesText, UserError } from "../../errors.ts";
import { evaluateDim } from "../../graph/index.ts";
import type { Size } from "../../image/image.ts";
import { blockOf, convolutions } from "../../models/backbone.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { levelWork, tileSize } from "../level/begin.ts";
import { type Eye, IMAGE, undivided } from "../step/step.ts";
import { type FeatureTerm, scaleOf, type Terms } from "../step/terms.ts";
import { tilesFor } from "../tiles/programs.ts";

/** Node, the command line and its libraries, before any picture; a program of one's own takes about 30 MB less. */
export const PROCESS = 155e6;

/**
 * The step of a whole picture: how often weights, features, features mapped by a read-out, and the optimiser's state are
 * in memory at once. The image and its gradient are counted with the state, which has always been about as large.
 */
const WHOLE = { weights: 7, features: 2.37, readouts: 0.5, state: 5.3 };
/** The step of a tile, in two programs. Pieces of the update have a fixed size, whatever the tile's. */
const TILE = { weights: 8.3, features: 2.4, readouts: 0.65, images: 38, pieces: 43e6 };
/** How much of a layer's features each region has of its own, weighted, for each of its style terms. */
const REGION = { whole: 0.65, tile: 1 };
/** How often the similarities of all positions to all positions of the paintings are in memory at once. */
const SIMILARITIES = 0.9;
/**
 * A picture that is worked on in tiles is in plain memory: image, optimiser's state, content targets, the rows of the gradient
 * that are not finished (twice), and what was not needed any more and is not yet freed.
 */
const HELD = { images: 1.4, state: 1, rows: 2 };

/** What steps in eight bits have beside those in floats, because both are loaded; and those of a tile. */
const EIGHT = { weights: 1.4, features: 0.75, readouts: 1.04, fixed: 29e6 };
const EIGHT_TILE = { weights: 1.4, features: 1.16, readouts: 1.6, fixed: 0 };

/** What is worked on: enough to know sizes by. */
export interface Work {
  readonly eye: Pick<Eye, "backbone" | "padding"> & { readonly weights?: Pick<Eye["weights"], "has"> };
  readonly terms: Terms;
  readonly optimizer: Optimizer;
  /** How many pictures the style is described from: every painting at every size. Default 1. */
  readonly stylePictures?: number;
}

/** The predicted peak, in bytes, of a job whose largest level is of `size` (a work size); with `tile`, in tiles. */
export function peakMemory(work: Work, size: Size, tile?: number): number {
  const { eye, terms, optimizer } = work;
  const { weights, features, readouts, weighted, content, similarities } = network(work);
  const image = 12;
  const state = stateBytes(optimizer, size);
  const pixels = size.width * size.height;
  if (!tile) {
    const each =
      WHOLE.features * features + WHOLE.readouts * readouts + REGION.whole * weighted + SIMILARITIES * similarities;
    return PROCESS + WHOLE.weights * weights + pixels * each + WHOLE.state * state;
  }
  const parts = tilesFor(eye, terms, size, tile);
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const rows = size.width * Math.max(...parts.map(({ height }) => height));
  const each = TILE.features * features + TILE.readouts * readouts + REGION.tile * weighted + TILE.images * image;
  const held = pixels * (HELD.images * image + content) + HELD.rows * rows * image + HELD.state * state;
  return PROCESS + TILE.pieces + TILE.weights * weights + largest * each + held + (optimizer.pointwise ? 0 : 2 * state);
}

/** What steps in eight bits add to that, in bytes. */
export function eightBitMemory(work: Work, size: Size, tile?: number): number {
  const { weights, features, unweighted, similarities } = network(work);
  const factors = tile ? EIGHT_TILE : EIGHT;
  const parts = tile ? tilesFor(work.eye, work.terms, size, tile) : [size];
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const each = factors.features * features + factors.readouts * unweighted + SIMILARITIES * similarities;
  return factors.fixed + factors.weights * weights + largest * each;
}

/** Eight bits gain so much at least: a step that runs over so many times the pixels is still sooner done. */
const WORTH = 1.5;

/**
 * In which tiles steps in eight bits keep to `limit` bytes, where steps in floats keep to it in tiles of `tile`: the largest
 * that fit; undefined if none does, or if smaller tiles took away what eight bits gain. Where eight bits are a `must`, any
 * tiles do, and if none fits, those that take least.
 */
export function eightBitTile(
  work: Work,
  size: Size,
  limit: number,
  tile: number | "off",
  must = false,
): number | "off" | undefined {
  const sizeOf = (each: number | "off") => tileSize({ tile: each }, work.eye, work.terms, size);
  const pixels = (each: number | "off") => levelWork({ tile: each }, work.eye, work.terms, size).pixels;
  const peak = (each: number | "off") =>
    peakMemory(work, size, sizeOf(each)) + eightBitMemory(work, size, sizeOf(each));
  const smaller = SIZES.filter((each) => tile === "off" || each < tile);
  const all = [tile, ...(undivided(work.eye, work.terms) ? [] : smaller)];
  const worth = must ? all : all.filter((each) => pixels(each) <= WORTH * pixels(tile));
  const largest = worth.find((each) => peak(each) <= limit);
  return largest ?? (must ? worth.reduce((least, each) => (peak(each) < peak(least) ? each : least)) : undefined);
}

const SIZES = [2048, 1536, 1024, 768, 640, 512, 384, 320, 256, 192, 128, 96, 64];

/**
 * How a job whose largest level is of `size` keeps to `limit` bytes: whole, or in the largest tiles that fit. Where nothing
 * fits, a `resources` error that says what is needed.
 */
export function tileWithin(work: Work, size: Size, limit: number): number | "off" {
  const whole = peakMemory(work, size);
  if (whole <= limit) return "off";
  const sizes = undivided(work.eye, work.terms) ? [] : SIZES;
  const tile = sizes.find((each) => peakMemory(work, size, each) <= limit);
  if (tile) return tile;
  const least = Math.min(whole, ...sizes.map((each) => peakMemory(work, size, each)));
  throw new UserError(
    "resources",
    `This job needs about ${bytesText(least)} of memory, and it may take ${bytesText(limit)}. Use a smaller size (half of it needs about a quarter), the pocket network, Adam, or allow more (memory).`,
  );
}

/** Bytes of a network's weights as far as it is looked at; and for each pixel, of what is computed from it. */
function network({ eye: { backbone, weights }, terms: { features: terms }, stylePictures = 1 }: Work) {
  const layers = convolutions(backbone);
  const deepest = Math.max(0, ...terms.map((term) => layers.findIndex(({ name }) => name === term.layer)));
  const perPixel = ({ name, outputs }: { name: string; outputs: number }) => (4 * outputs) / 4 ** (blockOf(name) - 1);
  const seen = layers.slice(0, deepest + 1);
  const bytesOf = ({ layer, filter }: FeatureTerm) =>
    filter ? (4 * filter.channels) / filter.scale ** 2 : perPixel(layers.find(({ name }) => name === layer)!);
  const total = (some: readonly FeatureTerm[]) => some.reduce((sum, term) => sum + bytesOf(term), 0);
  const mapped = (some: readonly FeatureTerm[]) => {
    const read = some.filter(({ layer }) => weights?.has(`${layer}.readout`));
    return total([...new Map(read.map((term) => [term.layer, term])).values()]);
  };
  const pairs = ({ loss: { columns = 0 }, ...term }: FeatureTerm) => (4 * columns * stylePictures) / scaleOf(term) ** 2;
  return {
    weights: seen.reduce((sum, { inputs, outputs }) => sum + 4 * outputs * (9 * inputs + 1), 0),
    features: seen.reduce((sum, layer) => sum + perPixel(layer), 0),
    readouts: mapped(terms),
    // What is weighted by regions is computed in floats.
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
