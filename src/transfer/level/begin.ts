/**
 * Begins a level: describes its targets and loads its programs or reuses those of the previous level, whole or in
 * tiles.
 */
import type { Size } from "../../image/image.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Runtime, Value } from "../../runtimes/runtime.ts";
import type { Level } from "../../schedule/pyramid.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Weights } from "../../weights/weights.ts";
import type { LevelWork } from "../events.ts";
import { runsAlone } from "../forecast/network.ts";
import type { OwnParts } from "../parts.ts";
import { edgesOf } from "../pictures/edges.ts";
import type { Prepared } from "../pictures/prepare.ts";
import { mixedProgram, stepPrograms } from "../precision/mixed.ts";
import { lastEight, type Precision, type Schedule } from "../precision/precision.ts";
import { describe, loadStep, placed } from "../step/program.ts";
import { type Extractor, undivided } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";
import { KEEP_NONE, type Keep } from "../tiles/kept.ts";
import { loadTilePrograms, tilesFor } from "../tiles/programs.ts";
import { describeTiles } from "../tiles/targets.ts";
import { tiledRun } from "../tiles/tiled.ts";
import { type Begun, type LevelRun, levelRun, parametersOf } from "./level.ts";

/** What all levels of a job share. */
export interface LevelsInput {
  readonly runtime: Runtime;
  readonly extractor: Extractor;
  readonly terms: Terms;
  readonly optimizer: Optimizer;
  readonly settings: Settings;
  readonly pictures: Prepared;
  /** The job's own. */
  readonly parts: OwnParts;
  readonly programs: ProgramCache;
  readonly precision: Precision;
  /** Which features a step in tiles keeps; default none. */
  readonly keep?: Keep | undefined;
  /** Called with sentences about the progress. */
  readonly say: (text: string) => void;
}

/**
 * Makes a function that begins levels. A level's initial values are requested once its targets are described and its
 * pictures are released, and freed if a later part fails.
 */
export function levelBeginner(job: LevelsInput) {
  const { runtime, extractor, terms, optimizer, settings, pictures, programs } = job;
  const parameters = Object.keys(parametersOf(settings));
  const key = `${graphKey(extractor, terms, settings, job.parts)} ${job.precision}`;
  const keep = (runtime.writable && job.keep) || KEEP_NONE;
  // Another level's tiles have other shapes, for which the programs' memory would grow again.
  const tilesKey = ({ width, height }: Size) => `${key} tiles ${keep.fp32} ${keep.int8} ${width}x${height}`;
  const edges = edgesOf(settings);

  /** The run, and a lock on its programs until it ends. */
  const holding = (run: LevelRun): LevelRun => {
    const release = programs.hold();
    return {
      ...run,
      async finish(size) {
        const last = await run.finish(size);
        release();
        return last;
      },
      dispose() {
        run.dispose();
        release();
      },
    };
  };

  /** The programs of a whole level. */
  const keyOf = (level: Level) =>
    job.precision === "int8" && runsAlone({ extractor, terms }, edges.workSize(level)) ? `${key} alone` : key;

  async function whole(level: Level, begun: () => Promise<Begun>): Promise<LevelRun> {
    await programs.only(keyOf(level), extractor.weights);
    const targets = await placed(runtime, await describe(runtime, extractor, terms, pictures.at(level)));
    const given = await begun().catch(freeing(targets));
    const loaded = job.precision === "int8" ? mixed(level) : floats();
    const program = await loaded.catch(freeing(targets, valuesOf(given)));
    return levelRun({ ...given, runtime, program, terms, targets });
  }

  function floats() {
    return programs.get(key, extractor.weights, () => loadStep(runtime, extractor, terms, optimizer, parameters));
  }

  async function mixed(level: Level) {
    const alone = runsAlone({ extractor, terms }, edges.workSize(level));
    const load = async () => stepPrograms(runtime, extractor, terms, optimizer, parameters, alone);
    const both = await programs.get(keyOf(level), extractor.weights, load);
    return mixedProgram({ runtime, programs: both, ...scheduleOf(level) });
  }

  /** Which steps of a level are in eight bits, if any. */
  function scheduleOf(level: Level): Schedule {
    return { end: lastEight(level.steps, level === pictures.levels.at(-1)), say: job.say };
  }

  async function tiled(level: Level, begun: () => Promise<Begun>, size: number): Promise<LevelRun> {
    await programs.only(tilesKey(level), extractor.weights);
    const targets = await describeTiles(runtime, extractor, terms, pictures.at(level), size);
    const given = await begun().catch(freeing(targets.shared));
    const load = () => loadTilePrograms(runtime, extractor, terms, optimizer, parameters, job.precision, keep);
    const loaded = programs.get(tilesKey(level), extractor.weights, load);
    const tiles = tilesFor(extractor, terms, edges.workSize(level), size);
    const parts = await loaded.catch(freeing(targets.shared, valuesOf(given)));
    return tiledRun({ ...given, runtime, programs: parts, terms, tiles, targets, schedule: scheduleOf(level) });
  }

  return (level: Level, begun: () => Promise<Begun>): Promise<LevelRun> => {
    const size = tileSize(settings, extractor, terms, edges.workSize(level));
    return (size ? tiled(level, begun, size) : whole(level, begun)).then(holding);
  };
}

function valuesOf({ image, shown = image, state }: Begun): Record<string, Value> {
  return { ...state, image, shown };
}

/** The tile size for a picture of `work` pixels; undefined if one tile with its halo covers it. */
export function tileSize(
  { tile }: Pick<Settings, "tile">,
  extractor: Pick<Extractor, "backbone" | "padding">,
  terms: Terms,
  work: Size,
): number | undefined {
  if (typeof tile === "string" || undivided(extractor, terms)) return undefined;
  const pixels = ({ width, height }: Size) => width * height;
  const largest = Math.max(...tilesFor(extractor, terms, work, tile).map(pixels));
  return largest < pixels(work) ? tile : undefined;
}

/** How often a step runs the network over a picture, forward and backward; over a tile twice forward. */
export const PASSES = { whole: 2, tiled: 3 };

/** The work of a step at a level of `work` pixels, where tiles keep the features of that `share` of a forward pass's work. */
export function levelWork(
  settings: Pick<Settings, "tile">,
  extractor: Pick<Extractor, "backbone" | "padding">,
  terms: Terms,
  work: Size,
  share = 0,
): LevelWork {
  const pixels = ({ width, height }: Size) => width * height;
  const size = tileSize(settings, extractor, terms, work);
  if (!size) return { tiles: 1, pixels: PASSES.whole * pixels(work) };
  const parts = tilesFor(extractor, terms, work, size);
  const all = parts.reduce((sum, part) => sum + pixels(part), 0);
  return { tiles: parts.length, pixels: Math.round((PASSES.tiled - share) * all) };
}

interface Disposable {
  dispose(): Promise<void>;
}

export interface ProgramCache extends Disposable {
  /** The programs for this key and these weights: the last ones, or newly loaded ones after the last ones are freed. */
  get<T extends Disposable>(key: string, weights: Weights, load: () => Promise<T>): Promise<T>;
  /** Frees the last programs unless they match, so that others can use the memory. */
  only(key: string, weights: Weights): Promise<void>;
  /** Marks the last programs as in use until the returned function is called (once). */
  hold(): () => void;
}

interface CachedPrograms {
  readonly key: string;
  readonly weights: Weights;
  readonly programs: Disposable;
  holds: number;
  /** Freed when nobody uses them any more. */
  outdated: boolean;
}

/** Keeps the last requested programs, and those of a paused job while it needs them. */
export function programCache(): ProgramCache {
  let last: CachedPrograms | undefined;
  const dispose = async () => {
    const old = last;
    last = undefined;
    if (!old) return;
    old.outdated = true;
    if (old.holds === 0) await old.programs.dispose();
  };
  const only = async (key: string, weights: Weights) => {
    if (last?.key !== key || last.weights !== weights) await dispose();
  };
  return {
    dispose,
    only,
    async get<T extends Disposable>(key: string, weights: Weights, load: () => Promise<T>) {
      await only(key, weights);
      if (last) return last.programs as T;
      const programs = await load();
      last = { key, weights, programs, holds: 0, outdated: false };
      return programs;
    },
    hold() {
      const held = last!;
      held.holds++;
      return () => {
        held.holds--;
        if (held.outdated && held.holds === 0) void held.programs.dispose();
      };
    },
  };
}

/** What a step's graph depends on; everything else is an input. */
function graphKey(
  extractor: Extractor,
  terms: Terms,
  { normalize, styleLoss, optimizer, parameters }: Settings,
  { losses = [], optimizer: own }: OwnParts,
): string {
  const names = [...terms.features, ...terms.image].map((term) => term.name);
  const unit = terms.features.some((term) => term.unit);
  const seen = [extractor.backbone.name, extractor.pooling, extractor.padding, extractor.grey];
  // An optimiser of the caller's own may build its graph from any parameter.
  const moved = own ? [numberOf(own), parameters] : [optimizer, parameters.history];
  return JSON.stringify([seen, names, unit, normalize, styleLoss, losses.map(numberOf), moved]);
}

const numbers = new WeakMap<object, number>();
let last = 0;

/** A number for a part: equal names do not make equal parts. */
function numberOf(part: object): number {
  const number = numbers.get(part) ?? ++last;
  numbers.set(part, number);
  return number;
}

/** Frees values after a failure, and rethrows it. */
function freeing(...held: Readonly<Record<string, Value>>[]): (error: unknown) => never {
  return (error) => {
    for (const value of new Set(held.flatMap((values) => Object.values(values)))) value.dispose();
    throw error;
  };
}
