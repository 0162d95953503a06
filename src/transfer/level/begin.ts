/**
 * Begins a level: describes its targets and loads its programs or reuses those of the previous level, whole or in
 * tiles.
 */
import type { Size } from "../../image/image.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Runtime, Value } from "../../runtimes/runtime.ts";
import type { Level } from "../../schedule/pyramid.ts";
import type { Settings } from "../../settings/settings.ts";
import { runsAlone } from "../forecast/network.ts";
import type { OwnParts } from "../parts.ts";
import { edgesOf } from "../pictures/edges.ts";
import type { Prepared } from "../pictures/prepare.ts";
import { mixedProgram, stepPrograms } from "../precision/mixed.ts";
import { endOfEightBits, type Precision, type Schedule } from "../precision/precision.ts";
import { describe, loadStep, placed } from "../step/program.ts";
import type { Extractor } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";
import { KEEP_NONE, type Keep } from "../tiles/kept.ts";
import { loadTilePrograms, tilesFor } from "../tiles/programs.ts";
import { describeTiles } from "../tiles/targets.ts";
import { tiledRun } from "../tiles/tiled.ts";
import { type Begun, type LevelRun, levelRun, parametersOf } from "./level.ts";
import { graphKey, type ProgramCache } from "./program-cache.ts";
import { tileSize } from "./work.ts";

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
  /** Memory is scarce: programs are freed before pictures are described, even if they are needed again. */
  readonly tight?: boolean | undefined;
  /** Called with sentences about the progress. */
  readonly say: (text: string) => void;
}

/**
 * Makes a function that begins levels. A level's initial values are requested once its targets are described and its
 * pictures are released, and freed if a later part fails. The programs are in use until the level's run ends.
 */
export function levelBeginner(job: LevelsInput) {
  const { extractor, terms, settings, precision, parts, programs } = job;
  const key = `${graphKey(extractor, terms, settings, parts)} ${precision}`;
  const edges = edgesOf(settings);
  return async (level: Level, begun: () => Promise<Begun>): Promise<LevelRun> => {
    const size = edges.workSize(level);
    const tile = tileSize(settings, extractor, terms, size);
    const given = { level, size, begun };
    return holding(programs, await (tile ? tiledLevel(job, key, given, tile) : wholeLevel(job, key, given)));
  };
}

/** A level that begins. */
interface Beginning {
  readonly level: Level;
  /** Its size with margins. */
  readonly size: Size;
  readonly begun: () => Promise<Begun>;
}

async function wholeLevel(job: LevelsInput, graph: string, { level, size, begun }: Beginning): Promise<LevelRun> {
  const { runtime, extractor, terms, optimizer, pictures, programs, precision } = job;
  const { weights } = extractor;
  const parameters = Object.keys(parametersOf(job.settings));
  const alone = precision === "int8" && runsAlone({ extractor, terms }, size);
  const key = alone ? `${graph} alone` : graph;
  const load = async () => {
    if (precision !== "int8")
      return programs.get(key, weights, () => loadStep(runtime, extractor, terms, optimizer, parameters));
    const both = async () => stepPrograms(runtime, extractor, terms, optimizer, parameters, alone);
    return mixedProgram({ runtime, programs: await programs.get(key, weights, both), ...scheduleOf(job, level) });
  };
  await makeRoom(job, key);
  const targets = await placed(runtime, await describe(runtime, extractor, terms, pictures.at(level)));
  const given = await begun().catch(freeing(targets));
  const program = await load().catch(freeing(targets, valuesOf(given)));
  return levelRun({ ...given, runtime, program, terms, targets });
}

async function tiledLevel(
  job: LevelsInput,
  graph: string,
  { level, size, begun }: Beginning,
  tile: number,
): Promise<LevelRun> {
  const { runtime, extractor, terms, optimizer, pictures, programs, precision } = job;
  const { weights } = extractor;
  const parameters = Object.keys(parametersOf(job.settings));
  const keep = (runtime.writable && job.keep) || KEEP_NONE;
  // Another level's tiles have other shapes, for which the programs' memory would grow again.
  const key = `${graph} tiles ${keep.fp32} ${keep.int8} ${level.width}x${level.height}`;
  await makeRoom(job, key);
  const targets = await describeTiles(runtime, extractor, terms, pictures.at(level), tile);
  const given = await begun().catch(freeing(targets.shared));
  const load = () => loadTilePrograms(runtime, extractor, terms, optimizer, parameters, precision, keep);
  const loaded = await programs.get(key, weights, load).catch(freeing(targets.shared, valuesOf(given)));
  const tiles = tilesFor(extractor, terms, size, tile);
  return tiledRun({ ...given, runtime, programs: loaded, terms, tiles, targets, schedule: scheduleOf(job, level) });
}

/** Frees earlier programs where the level needs others or memory is scarce: its pictures are described in their place. */
function makeRoom({ programs, extractor, tight }: LevelsInput, key: string): Promise<void> {
  return tight ? programs.dispose() : programs.only(key, extractor.weights);
}

/** Which steps of a level are in eight bits, if any. */
function scheduleOf({ pictures, say }: LevelsInput, level: Level): Schedule {
  return { end: endOfEightBits(level.steps, level === pictures.levels.at(-1)), say };
}

/** The run, whose end releases the programs that were got last. */
function holding(programs: ProgramCache, run: LevelRun): LevelRun {
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
}

function valuesOf({ image, shown = image, state }: Begun): Record<string, Value> {
  return { ...state, image, shown };
}

/** Frees values after a failure, and rethrows it. */
function freeing(...held: Readonly<Record<string, Value>>[]): (error: unknown) => never {
  return (error) => {
    for (const value of new Set(held.flatMap((values) => Object.values(values)))) value.dispose();
    throw error;
  };
}
