/** Two knobs at three values each, painted small beside each other, so that one of the nine can be picked. */
import { effect, signal } from "@preact/signals";
import { type Image, type SettingsInput, toImageData } from "pastiche/web";
import { amountOf, type Knob, knobs } from "../project/knobs.ts";
import { project, setAll, settings } from "../project/project.ts";
import { endInterruption, interrupt, paintFrom, paintSample } from "./run.ts";
import { isRunning } from "./state.ts";

export interface Axis {
  readonly knob: Knob;
  readonly values: readonly number[];
}

export interface Cell {
  readonly column: number;
  readonly row: number;
  /** What it has that the others have not. */
  readonly changes: SettingsInput;
  /** Its picture, when it is painted, and an address of it. */
  readonly image?: Image;
  readonly url?: string;
}

export interface Grid {
  readonly columns: Axis;
  readonly rows: Axis;
  readonly cells: readonly Cell[];
}

export const grid = signal<Grid | undefined>(undefined);

/** So many times as much, and as little. */
const SPREAD = 4;

/** What nothing is compared with. */
const LEAST = 0.25;

/** Large enough to choose by, small enough to wait for. */
const SAMPLE: SettingsInput = { size: 192, quality: "draft" };

let leave = () => {};

/** Whether a job was stopped for the grid, and goes on after it. */
export const interrupted = signal(false);

/** Begins a grid of these knobs, around what is set. A job that runs waits for its end. */
export function openGrid(column: Knob, row: Knob): void {
  const waits = interrupted.peek() || isRunning.peek();
  clear();
  interrupted.value = waits;
  interrupt();
  const [columns, rows] = [axisOf(column), axisOf(row)];
  const cells = rows.values.flatMap((y, j) =>
    columns.values.map((x, i) => ({ column: i, row: j, changes: { ...row.set(y), ...column.set(x) } })),
  );
  grid.value = { columns, rows, cells };
  const leaving = new AbortController();
  leave = () => leaving.abort();
  void paintAll(leaving.signal);
}

export function closeGrid(): void {
  const goesOn = interrupted.peek();
  clear();
  if (goesOn) whenStopped(endInterruption);
}

function clear(): void {
  leave();
  for (const { url } of grid.peek()?.cells ?? []) if (url) URL.revokeObjectURL(url);
  grid.value = undefined;
  interrupted.value = false;
}

function whenStopped(act: () => void): void {
  const leave = isRunning.subscribe((running) => {
    if (running) return;
    // The first call comes before there is what ends it.
    queueMicrotask(() => leave());
    queueMicrotask(act);
  });
}

/** Sets what a cell has, and paints it as large as was wanted, from the small picture that is there. */
export function chooseCell({ changes, image }: Cell): void {
  clear();
  setAll(changes);
  if (image) void paintFrom(image);
}

/** The names of the knobs that a grid may have. */
export const gridKnobs = knobs;

async function paintAll(signal: AbortSignal): Promise<void> {
  for (const [index, cell] of grid.peek()!.cells.entries()) {
    const image = await paintSample({ ...cell.changes, ...SAMPLE }, signal);
    if (!image || signal.aborted) return;
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d")!.putImageData(toImageData({ image }), 0, 0);
    const url = URL.createObjectURL(await canvas.convertToBlob({ type: "image/webp", quality: 0.9 }));
    const now = grid.peek();
    if (signal.aborted || !now) return URL.revokeObjectURL(url);
    grid.value = { ...now, cells: now.cells.map((one, i) => (i === index ? { ...one, image, url } : one)) };
  }
}

function axisOf(knob: Knob): Axis {
  const now = amountOf(knob, settings.peek());
  const spread = knob.scale?.reach === undefined ? SPREAD : Math.sqrt(knob.scale.reach);
  const values = now > 0 ? [now / spread, now, now * spread] : [0, LEAST, LEAST * SPREAD];
  return { knob, values: values.map((value) => Number(value.toPrecision(2))) };
}

/** Other pictures and settings make another grid. */
effect(() => {
  void project.value;
  if (grid.peek()) clear();
});
