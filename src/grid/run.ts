/** Runs the cells of a grid one after the other on one stylizer; a failed cell is marked, and the rest continues. */
import type { JobEvent } from "../jobs/events.ts";
import type { JobFiles } from "../jobs/files.ts";
import { clock } from "../jobs/report/time.ts";
import type { JobRequest, MachineRequest } from "../jobs/request.ts";
import { type JobStylizer, runJob, type StylizerSource } from "../jobs/run.ts";
import type { Depth } from "../platform/pictures.ts";
import type { NoteEvent } from "../transfer/events.ts";
import type { Cell, GridPlan } from "./plan.ts";
import { type CellState, type Outcome, writeRecord } from "./record.ts";

/** A curve's most points: there are many on one page. */
const POINTS = 1000;

/** What `runGrid` needs besides files. */
export interface GridRun {
  readonly plan: GridPlan;
  readonly folder: string;
  /** Where the cells stand; added to as they are done. */
  readonly states: Map<Cell, CellState>;
  readonly machine: MachineRequest;
  readonly depth: Depth;
  readonly signal?: AbortSignal | undefined;
}

/** One of many jobs begins. */
export interface CellEvent {
  readonly type: "cell";
  /** From 1, in the order in which they run, and of how many. */
  readonly cell: number;
  readonly cells: number;
  /** What is different in it, and the file that it becomes. */
  readonly name: string;
  readonly output: string;
}

/** The events of a grid: its cells, and the events of each, whose progress is that of the whole grid. */
export type GridEvent = CellEvent | JobEvent;

/** A stylizer that a grid may close when it is in a bad state. */
export interface OwnStylizer extends JobStylizer {
  dispose(): Promise<void>;
}

/** Runs what is not there yet, until it is done or stopped. */
export async function* runGrid(
  open: (machine: MachineRequest) => Promise<OwnStylizer>,
  run: GridRun,
  files: JobFiles,
): AsyncGenerator<GridEvent, void> {
  const { plan, folder, states, machine, signal } = run;
  const left = plan.cells.filter((cell) => !states.get(cell)?.done);
  const forecast = gridForecast(left);
  await writeRecord(folder, plan, states, files);
  let stylizer: OwnStylizer | undefined;
  const opened: StylizerSource = async () => {
    stylizer ??= await open(machine);
    return stylizer;
  };
  try {
    // What is wrong with the machine fails the grid, not its cells.
    if (left.length > 0) await opened({});
    for (const [i, cell] of left.entries()) {
      if (signal?.aborted) return;
      const { name, file } = cell;
      yield { type: "cell", cell: i + 1, cells: left.length, name, output: file };
      try {
        const outcome = yield* runCell(opened, cell, run, forecast, files);
        if (!outcome) return;
        states.set(cell, { done: true, outcome });
      } catch (error) {
        if (signal?.aborted) return;
        const words = error instanceof Error ? error.message : String(error);
        states.set(cell, { done: false, error: words });
        yield { type: "note", text: `Failed, and the rest goes on: ${name}: ${words}` };
        await files
          .checkpoints(files.paths.join(folder, file))
          .remove()
          .catch(() => {});
        // Whatever failed may have left it in a bad state.
        await stylizer?.dispose().catch(() => {});
        stylizer = undefined;
      }
      await writeRecord(folder, plan, states, files);
    }
  } finally {
    await stylizer?.dispose();
  }
}

/** The job of a cell: its picture is complete or not there, and its checkpoint is its own. */
export function cellRequest(
  cell: Cell,
  { folder, depth, machine }: Pick<GridRun, "folder" | "depth" | "machine">,
  files: JobFiles,
): JobRequest {
  return {
    machine,
    pictures: cell.pictures,
    settings: cell.given,
    // Whether it may be replaced was asked before the first run.
    output: { path: files.paths.join(folder, cell.file), depth, force: true, partial: false },
    snapshots: {},
    checkpoint: { adopt: { model: cell.model } },
    curves: POINTS,
  };
}

/** How a cell went; undefined if it was stopped. */
async function* runCell(
  stylizer: StylizerSource,
  cell: Cell,
  run: GridRun,
  forecast: Forecast,
  files: JobFiles,
): AsyncGenerator<GridEvent, Outcome | undefined> {
  const began = performance.now();
  let outcome: Outcome | undefined;
  for await (const event of runJob(stylizer, cellRequest(cell, run, files), files, { signal: run.signal })) {
    if (event.type === "step") {
      const { progress, notes } = forecast.reached(cell, event.progress);
      yield* notes;
      yield { ...event, progress };
      continue;
    }
    yield event;
    if (event.type === "start" && event.resumed !== undefined)
      yield { type: "note", text: `Going on with ${cell.name} after step ${event.resumed}.` };
    if (event.type !== "result") continue;
    const { start, step, loss, seconds, curves } = event.result;
    const resumed = start!.resumed !== undefined;
    yield* forecast.done(cell, resumed ? undefined : (performance.now() - began) / 1000);
    const { runtime } = start!;
    outcome = { seconds, steps: step, loss: Number.isFinite(loss) ? loss : null, runtime, curves: curves! };
  }
  return outcome;
}

interface Forecast {
  /** A cell has done this part of its work: the part of all, and what is worth a line. */
  reached(cell: Cell, progress: number): { readonly progress: number; readonly notes: readonly NoteEvent[] };
  /** It is done, in that time; undefined for one that was begun before. */
  done(cell: Cell, seconds: number | undefined): readonly NoteEvent[];
}

/** The time is predicted after this part of the first cell and so many seconds. */
const SEEN = { part: 0.25, seconds: 2 };

/** Predicts the time of the grid: once by the first steps, and again by the first cell. */
function gridForecast(cells: readonly Cell[]): Forecast {
  const total = cells.reduce((sum, { work }) => sum + work, 0);
  const began = performance.now();
  let before = 0;
  let announced = false;
  const note = (text: string): NoteEvent[] => [{ type: "note", text }];
  return {
    reached(cell, progress) {
      const part = (before + cell.work * progress) / total;
      const seconds = (performance.now() - began) / 1000;
      if (announced || cells.length === 1 || progress < SEEN.part || seconds < SEEN.seconds)
        return { progress: part, notes: [] };
      announced = true;
      const notes = note(`About ${clock(seconds / part)} for all, judged by the first ${clock(seconds)}.`);
      return { progress: part, notes };
    },
    done(cell, seconds) {
      const first = before === 0;
      before += cell.work;
      if (!first || cells.length === 1 || seconds === undefined) return [];
      announced = true;
      const left = (seconds * (total - cell.work)) / cell.work;
      return note(`The first took ${clock(seconds)}: about ${clock(left)} for the other ${cells.length - 1}.`);
    },
  };
}
