/**
 * Predicts the memory of a level and chooses its tiles. The constants were fitted to measured peaks of whole processes;
 * `bench/memory.mjs` compares them with new ones.
 */
import { bytesText, UserError } from "../../errors.ts";
import { evaluateDim } from "../../graph/index.ts";
import { type Size, withLongSide } from "../../image/image.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { levelWork, tileSize } from "../level/work.ts";
import { GRAIN } from "../pictures/edges.ts";
import { IMAGE, undivided } from "../step/step.ts";
import { tilesFor } from "../tiles/programs.ts";
import { type NetworkWork, networkBytes, runsAlone } from "./network.ts";

/** Node, the command line and its libraries before any picture, and some garbage; a program of one's own needs about 30 MB less. */
const PROCESS = 150e6;

/**
 * The step of a whole picture: how many copies of weights, features, image and optimiser state are in memory at once. Weights: the
 * network's own, those of both passes in the program, and what their loading took, which mostly stays with the process (in gaps of the
 * C library's heap). Features: at the widest layers there are more, masks elsewhere. Images: gradient, losses of pixels and the
 * update. State: what a step reads, what it computes, a copy of that for JavaScript, and garbage.
 */
const WHOLE = { weights: 5.6, features: 1.08, images: 20, state: 4 };
/** The step of a tile, in two programs. Pieces of the update have a fixed size. */
const TILE = { weights: 7, features: 2, readouts: 0.65, images: 38, pieces: 43e6 };
/** The share of a layer's features that each region has as a weighted copy, per style term; less of it in eight bits. */
const REGION = { floats: 0.7, eight: 0.4 };
/** How many copies of the similarities of all positions to all positions of the paintings are in memory at once. */
const SIMILARITIES = 0.95;
/**
 * A picture in tiles is in host memory: image, optimiser state, content targets, the unfinished rows of the gradient
 * (twice), and garbage that is not collected yet.
 */
const HELD = { images: 1.4, state: 1, rows: 2 };

/**
 * The additional memory of eight-bit steps: where both programs are loaded, where one is at a time (`runsAlone`), and in
 * tiles.
 */
const EIGHT = { weights: 2.2, features: 0.8, readouts: 0.8, fixed: 45e6 };
const EIGHT_ALONE = { weights: 0.4, fixed: 60e6 };
const EIGHT_TILE = { weights: 1.4, features: 1.16, readouts: 1.6, fixed: 25e6 };

/** What is needed to compute sizes. */
export interface Work extends NetworkWork {
  readonly optimizer: Optimizer;
}

/** The predicted peak in bytes of a job whose largest level has `size` (a work size); with `tile`, in tiles. */
export function peakMemory(work: Work, size: Size, tile?: number): number {
  const { extractor, terms, optimizer } = work;
  const { weights, features, readouts, weighted, content, similarities } = networkBytes(work);
  const image = 12;
  const state = stateBytes(optimizer, size);
  const pixels = size.width * size.height;
  if (!tile) {
    const regions = REGION.floats * weighted;
    const each = WHOLE.features * features + WHOLE.images * image + regions + SIMILARITIES * similarities;
    return PROCESS + WHOLE.weights * weights + pixels * each + WHOLE.state * state;
  }
  const parts = tilesFor(extractor, terms, size, tile);
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const rows = size.width * Math.max(...parts.map(({ height }) => height));
  const each = TILE.features * features + TILE.readouts * readouts + REGION.floats * weighted + TILE.images * image;
  const held = pixels * (HELD.images * image + content) + HELD.rows * rows * image + HELD.state * state;
  return PROCESS + TILE.pieces + TILE.weights * weights + largest * each + held + (optimizer.pointwise ? 0 : 2 * state);
}

/** The additional bytes of eight-bit steps. */
export function eightBitMemory(work: Work, size: Size, tile?: number): number {
  const { weights, features, unweighted, weighted, similarities } = networkBytes(work);
  if (!tile && runsAlone(work, size)) return EIGHT_ALONE.fixed + EIGHT_ALONE.weights * weights;
  const factors = tile ? EIGHT_TILE : EIGHT;
  const parts = tile ? tilesFor(work.extractor, work.terms, size, tile) : [size];
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const regions = tile ? 0 : REGION.eight * weighted;
  const each = factors.features * features + factors.readouts * unweighted + regions + SIMILARITIES * similarities;
  return factors.fixed + factors.weights * weights + largest * each;
}

/** What is planned within a limit leaves a little of it, as peaks vary from run to run. */
export const SPARE = 1.04;

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
    SPARE * (peakMemory(work, size, sizeOf(each)) + eightBitMemory(work, size, sizeOf(each)));
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
  const needed = (tile?: number) => SPARE * peakMemory(work, size, tile);
  const whole = needed();
  if (whole <= limit) return "off";
  const sizes = undivided(work.extractor, work.terms) ? [] : SIZES;
  const tile = sizes.find((each) => needed(each) <= limit);
  if (tile) return tile;
  const least = Math.min(whole, ...sizes.map(needed));
  throw new UserError(
    "resources",
    `This job needs about ${bytesText(least)} of memory, and it may take ${bytesText(limit)}. Use a smaller size (half of it needs about a quarter), the pocket network, Adam, or allow more (memory).`,
  );
}

/** Sizes that need smaller tiles take too long. */
const SMALLEST_TILE = 256;

/**
 * The longest side (a multiple of 16, up to `most`) at which a picture of these proportions keeps to `limit` bytes, whole or
 * in tiles.
 */
export function largestWithin(
  work: Work,
  proportions: Size,
  workSize: (size: Size) => Size,
  limit: number,
  most: number,
): number {
  const tiles = undivided(work.extractor, work.terms) ? [] : SIZES.filter((tile) => tile >= SMALLEST_TILE);
  const fits = (side: number) => {
    const size = workSize(withLongSide(proportions, side));
    return [undefined, ...tiles].some((tile) => SPARE * peakMemory(work, size, tile) <= limit);
  };
  let [low, high] = [1, Math.floor(most / GRAIN)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle * GRAIN)) low = middle;
    else high = middle - 1;
  }
  return low * GRAIN;
}

function stateBytes(optimizer: Optimizer, { width: W, height: H }: Size): number {
  const elements = Object.values(optimizer.state).map((spec) =>
    spec.shape(IMAGE).reduce<number>((product, dim) => product * evaluateDim(dim, { W, H }), 1),
  );
  return 4 * elements.reduce((sum, x) => sum + x, 0);
}
