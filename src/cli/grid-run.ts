/**
 * The cells of a grid, run one after the other on one stylizer: what is there is kept, what fails is marked, and the rest
 * goes on. What becomes of the pictures on sheets and pages, it refuses to know.
 */
import { join } from "node:path";
import type { MachineOptions, Stylizer } from "../node.ts";
import { createStylizer } from "../node.ts";
import { clearTemporaries, writeAtomically } from "../platform/node/write.ts";
import { cellKeeping } from "./grid-checkpoint.ts";
import type { Cell, GridPlan } from "./grid-plan.ts";
import { type Outcome, type Standing, writeRecord } from "./grid-record.ts";
import { jobPictures, type Source } from "./inputs.ts";
import { lossLog } from "./loss-log.ts";
import { clock } from "./progress.ts";
import { encoder } from "./result-files.ts";
import { listRoles, mapRoles } from "./roles.ts";
import { announce, newCourse, type Voice } from "./telling.ts";

/** A curve's most points: there are many on one page. */
const POINTS = 1000;

export interface GridRun {
  readonly plan: GridPlan;
  readonly folder: string;
  /** Where the cells stand; added to as they are done. */
  readonly standings: Map<Cell, Standing>;
  readonly machine: MachineOptions;
  readonly depth: 8 | 16;
  readonly verbose: boolean | undefined;
  readonly voice: Voice;
  readonly signal: AbortSignal;
}

/** Runs what is not there yet, until it is done or stopped. */
export async function runCells(run: GridRun): Promise<void> {
  const { plan, folder, standings, machine, voice, signal } = run;
  const left = plan.cells.filter((cell) => !standings.get(cell)?.done);
  const guess = forecast(left, voice.say);
  await writeRecord(folder, plan, standings);
  const open = () => createStylizer({ ...machine, onNote: voice.say });
  let stylizer: Stylizer | undefined = left.length > 0 ? await open() : undefined;
  try {
    for (const [i, cell] of left.entries()) {
      if (signal.aborted) return;
      const { name, file } = cell;
      voice.progress.show({ type: "cell", cell: i + 1, cells: left.length, name, output: file });
      try {
        stylizer ??= await open();
        standings.set(cell, { done: true, outcome: await runCell(stylizer, cell, run, i === 0, guess) });
      } catch (error) {
        if (signal.aborted) return;
        const words = error instanceof Error ? error.message : String(error);
        standings.set(cell, { done: false, error: words });
        voice.progress.clear();
        voice.say(`Failed, and the rest goes on: ${name}: ${words}`);
        // Whatever failed may have left it in a bad state.
        await stylizer?.dispose().catch(() => {});
        stylizer = undefined;
      }
      await writeRecord(folder, plan, standings);
    }
  } finally {
    await stylizer?.dispose();
  }
}

async function runCell(
  stylizer: Stylizer,
  cell: Cell,
  run: GridRun,
  first: boolean,
  guess: Forecast,
): Promise<Outcome> {
  const { plan, folder, depth, verbose, voice, signal } = run;
  const path = join(folder, cell.file);
  // Every cell is made of the pictures that the plan is about.
  const sources = mapRoles<Source, Required<Source>>(cell, (source) => ({
    ...source,
    sha256: plan.pictures.get(source.path)!.sha256,
  }));
  const keeping = await cellKeeping(
    path,
    cell,
    listRoles(sources).map(({ sha256 }) => sha256),
  );
  const { checkpoint: resume, seconds: before = 0, curves } = keeping.from ?? {};
  const settings = cell.given;
  const pictures = await jobPictures(sources, cell.settings, { memory: run.machine.memory });
  const encode = encoder({ format: "png", encoding: { depth } }, { ...cell, settings }, pictures, true);
  const course = newCourse();
  const log = lossLog(POINTS, curves);
  try {
    const options = { signal, wantsCheckpoint: keeping.due };
    // A checkpoint has its own settings: these, and what the job that wrote it made of them.
    const from = resume ? { resume } : { settings };
    for await (const event of stylizer.stylize({ ...pictures.take(), ...from }, options)) {
      if (event.type === "start" && first) announce(event, { ...cell, settings }, verbose, voice.say);
      if (event.type === "start" && resume) voice.say(`Going on with ${cell.name} after step ${resume.step}.`);
      if (event.type === "step") log.add(event);
      if (event.type === "checkpoint") {
        await keeping.keep(event.checkpoint, before + course.seconds, log.curves());
        continue;
      }
      voice.progress.show(event.type === "step" ? { ...event, progress: guess.reached(cell, event.progress) } : event);
      course.follow(event);
    }
    await clearTemporaries(path);
    // Whether it may be replaced was asked before the first run.
    await writeAtomically(path, await encode(course.last!, course.start), { force: true });
  } catch (error) {
    if (!signal.aborted) await keeping.remove();
    throw error;
  }
  await keeping.remove();
  guess.done(cell, resume ? undefined : course.seconds);
  const { loss, last, start } = course;
  return {
    seconds: before + course.seconds,
    steps: last!.step,
    loss: Number.isFinite(loss) ? loss : null,
    runtime: start!.runtime,
    curves: log.curves(),
  };
}

interface Forecast {
  /** A cell has done this part of its work; returns the part of all. */
  reached(cell: Cell, progress: number): number;
  /** It is done, in that time; undefined for one that was begun before. */
  done(cell: Cell, seconds: number | undefined): void;
}

/** Before it says how long it takes, it has seen so much: this part of the first cell, and so many seconds. */
const SEEN = { part: 0.25, seconds: 2 };

/** Foretells the time, once by the first steps and again by the first cell: before anything was measured, nobody knows. */
function forecast(cells: readonly Cell[], say: (line: string) => void): Forecast {
  const total = cells.reduce((sum, { work }) => sum + work, 0);
  const began = performance.now();
  let before = 0;
  let told = false;
  return {
    reached(cell, progress) {
      const part = (before + cell.work * progress) / total;
      const seconds = (performance.now() - began) / 1000;
      if (!told && cells.length > 1 && progress >= SEEN.part && seconds >= SEEN.seconds) {
        told = true;
        say(`About ${clock(seconds / part)} for all, judged by the first ${clock(seconds)}.`);
      }
      return part;
    },
    done(cell, seconds) {
      const first = before === 0;
      before += cell.work;
      if (!first || cells.length === 1 || seconds === undefined) return;
      told = true;
      const left = (seconds * (total - cell.work)) / cell.work;
      say(`The first took ${clock(seconds)}: about ${clock(left)} for the other ${cells.length - 1}.`);
    },
  };
}
