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

/** Node, this program and its libraries, before any picture. */
const PROCESS = 112e6;

/** The step of a whole picture: how often weights, features, images and the optimiser's state are in memory at once. */
const WHOLE = { weights: 11, features: 1.38, images: 24, state: 2.8 };
/** The step of a tile, in two programs; pieces of the update are of one size, whatever the tile's. */
const TILE = { weights: 10.5, features: 2.3, images: 35, pieces: 60e6 };
/** How much of a layer's features every region has of its own, weighted, for each of its style terms. */
const REGION = 0.5;
/** Where places are compared with places of a painting: how often all with all are in memory at once, in either kind of step. */
const ALIKE = 2;
/**
 * A picture that is worked on in tiles is in plain memory: image, optimiser's state, content targets, the rows of the gradient
 * that are not finished (twice), and what was not needed any more and is not yet freed.
 */
const HELD = { images: 1.4, state: 1, rows: 2 };

/** What steps in eight bits have beside that of floats, as both are loaded; and those of a tile. */
const EIGHT = { features: 1.45 };
const EIGHT_TILE = { weights: 4.1, features: 0.87, fixed: 65e6 };

/** What is worked on: enough to know sizes by. */
export interface Work {
  readonly eye: Pick<Eye, "backbone" | "padding">;
  readonly terms: Terms;
  readonly optimizer: Optimizer;
}

/** The predicted peak, in bytes, of a job whose largest level is of `size` (a work size); with `tile`, in tiles. */
export function peakMemory({ eye, terms, optimizer }: Work, size: Size, tile?: number): number {
  const { weights, features, weighted, content, alike } = network(eye, terms);
  const image = 12;
  const state = stateBytes(optimizer, size);
  const pixels = size.width * size.height;
  if (!tile) {
    const each = WHOLE.features * features + weighted + alike + WHOLE.images * image;
    return PROCESS + WHOLE.weights * weights + pixels * each + WHOLE.state * state;
  }
  const parts = tilesFor(eye, terms, size, tile);
  const largest = Math.max(...parts.map(({ width, height }) => width * height));
  const rows = size.width * Math.max(...parts.map(({ height }) => height));
  const each = TILE.features * features + weighted + TILE.images * image;
  const held = pixels * (HELD.images * image + content) + HELD.rows * rows * image + HELD.state * state;
  return PROCESS + TILE.pieces + TILE.weights * weights + largest * each + held + (optimizer.pointwise ? 0 : 2 * state);
}

/** What steps in eight bits add to that, in bytes. */
export function eightBitMemory({ eye, terms }: Work, size: Size, tile?: number): number {
  const { weights, features, alike } = network(eye, terms);
  if (!tile) return size.width * size.height * (EIGHT.features * features + alike);
  const largest = Math.max(...tilesFor(eye, terms, size, tile).map(({ width, height }) => width * height));
  return EIGHT_TILE.fixed + EIGHT_TILE.weights * weights + largest * EIGHT_TILE.features * features;
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

/** Bytes of a network's weights as far as it is looked at; for each pixel, of its features and of the content's targets. */
function network({ backbone }: Pick<Eye, "backbone">, { features: terms }: Terms) {
  const layers = convolutions(backbone);
  const deepest = Math.max(0, ...terms.map((term) => layers.findIndex(({ name }) => name === term.layer)));
  const perPixel = ({ name, outputs }: { name: string; outputs: number }) => (4 * outputs) / 4 ** (blockOf(name) - 1);
  const seen = layers.slice(0, deepest + 1);
  const bytesOf = ({ layer, filter }: FeatureTerm) =>
    filter ? (4 * filter.channels) / filter.scale ** 2 : perPixel(layers.find(({ name }) => name === layer)!);
  const targets = terms.filter(({ picture }) => picture === "content");
  const filtered = terms.filter(({ filter, region }) => filter && !region);
  const weighted = terms.filter(({ region }) => region !== undefined);
  return {
    weights: seen.reduce((sum, { inputs, outputs }) => sum + 4 * outputs * (9 * inputs + 1), 0),
    features:
      seen.reduce((sum, layer) => sum + perPixel(layer), 0) + filtered.reduce((sum, term) => sum + bytesOf(term), 0),
    weighted: weighted.reduce((sum, term) => sum + REGION * bytesOf(term), 0),
    alike: Math.max(0, ...terms.map((term) => (ALIKE * 4 * (term.loss.columns ?? 0)) / scaleOf(term) ** 2)),
    content: targets.reduce((sum, term) => sum + bytesOf(term), 0),
  };
}

function stateBytes(optimizer: Optimizer, { width: W, height: H }: Size): number {
  const elements = Object.values(optimizer.state).map((spec) =>
    spec.shape(IMAGE).reduce<number>((product, dim) => product * evaluateDim(dim, { W, H }), 1),
  );
  return 4 * elements.reduce((sum, x) => sum + x, 0);
}
