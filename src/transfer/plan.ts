/** The plan of a job: tiles, precision, memory and work of every level, decided before anything runs. */
import { bytesText, UserError } from "../errors.ts";
import type { Size } from "../image/image.ts";
import { type Level, stepsOf } from "../schedule/pyramid.ts";
import type { Settings } from "../settings/settings.ts";
import type { LevelWork } from "./events.ts";
import { keepWithin, keptBytes } from "./forecast/kept.ts";
import {
  eightBitMemory,
  eightBitTile,
  largestWithin,
  peakMemory,
  SPARE,
  tileWithin,
  type Work,
} from "./forecast/memory.ts";
import { layersFrom } from "./forecast/network.ts";
import { levelWork, tileSize } from "./level/work.ts";
import type { Precision } from "./precision/precision.ts";
import { KEEP_NONE, type Keep } from "./tiles/kept.ts";
import { tilesFor } from "./tiles/programs.ts";

/** What is known of a job when it is planned. */
export interface PlanInput {
  /** As they were asked for: tiles and precision may be `auto`. */
  readonly settings: Settings;
  /** The network, the loss and the optimiser, without what eight bits add. */
  readonly work: Work;
  readonly levels: readonly Level[];
  /** The size with margins at which a level is computed. */
  readonly workSize: (level: Size) => Size;
  /** How many bytes the job may take. */
  readonly limit: number;
  /** The tiles of the job that is resumed, if one is: they stay. */
  readonly resumed?: Settings["tile"] | undefined;
  /** Whether tiles can keep features from one pass to the next, in host memory. */
  readonly keeps?: boolean | undefined;
  /** In what most steps are computed, where the settings are these and steps in eight bits fit into the limit or not. */
  readonly precision: (settings: Settings, fits: boolean) => Promise<Precision>;
}

export interface JobPlan {
  /** With the tiles that were chosen. */
  readonly settings: Settings;
  readonly precision: Precision;
  readonly levels: readonly Level[];
  /** The features that tiles keep. */
  readonly keep: Keep;
  /** There is little room between its peak and the limit. */
  readonly tight: boolean;
  /** Steps of all levels. */
  readonly steps: number;
  /** What a step of each level runs over. */
  readonly work: readonly LevelWork[];
  /** Predicted peak of the memory in bytes. */
  readonly peak: number;
  /** The longest side at which such a job keeps to the limit; undefined where there is no limit. */
  readonly largest: number | undefined;
}

/**
 * The plan of a job. Tiles are the largest that fit into the limit, where they are left to be chosen; steps in eight bits
 * may have smaller ones. Throws a `resources` error if the job does not fit in any way.
 */
export async function planJob(input: PlanInput): Promise<JobPlan> {
  const { settings: asked, work, levels, workSize, limit, resumed } = input;
  const { extractor, terms } = work;
  const largest = workSize(levels.at(-1)!);
  const choose = asked.tile === "auto" && resumed === undefined;
  const must = asked.precision === "int8";
  const fitted = choose ? tileWithin(work, largest, limit) : undefined;
  const inFloats = withTile(asked, fitted ?? (asked.tile === "auto" ? resumed : undefined));
  const inEight = fitted ? withTile(inFloats, eightBitTile(work, largest, limit, fitted, must) ?? fitted) : inFloats;
  const peakOf = (settings: Settings, eight: boolean) => {
    const tile = tileSize(settings, extractor, terms, largest);
    return peakMemory(work, largest, tile) + (eight ? eightBitMemory(work, largest, tile) : 0);
  };
  const fits = SPARE * peakOf(inEight, true) <= limit;
  const precision = await input.precision(inFloats, fits);
  const settings = precision === "int8" ? inEight : inFloats;
  const needed = peakOf(settings, precision === "int8");
  if (must && fitted && !fits) {
    const why = `precision: steps in eight bits need about ${bytesText(SPARE * needed)} of memory`;
    const mend = "choose fp32, or auto, or allow more (memory)";
    throw new UserError("resources", `${why}, and the job may take ${bytesText(limit)}; ${mend}.`);
  }
  const tile = tileSize(settings, extractor, terms, largest);
  const tiles = tile ? tilesFor(extractor, terms, largest, tile) : [];
  const pixels = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
  // Tiles of a given size may be meant to spare memory: features no more than double it.
  const most = typeof asked.tile === "number" ? Math.min(limit, 2 * needed) : limit;
  const spare = input.keeps && Number.isFinite(limit) ? most - SPARE * needed : 0;
  const keep = tile ? keepWithin(work, pixels, spare, precision) : KEEP_NONE;
  const { share } = layersFrom(work, keep[precision]);
  return {
    settings,
    precision,
    keep,
    tight: needed > TIGHT * limit,
    levels,
    steps: stepsOf(levels),
    work: levels.map((level) => levelWork(settings, extractor, terms, workSize(level), share)),
    peak: needed + keptBytes(work, pixels, keep, precision),
    largest: Number.isFinite(limit) ? largestWithin(work, levels.at(-1)!, workSize, limit, LARGEST) : undefined,
  };
}

/** From this share of the limit on, the programs of the last level or job leave too little for describing the next one's pictures. */
const TIGHT = 0.8;

/** The largest size that may be asked for. */
const LARGEST = 16_384;

function withTile(settings: Settings, tile: Settings["tile"] | undefined): Settings {
  return tile === undefined ? settings : { ...settings, tile };
}
