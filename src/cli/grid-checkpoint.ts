/**
 * A cell's state while it runs, kept beside its picture: so that a grid goes on within the cell in which it was stopped or
 * killed. One that does not fit any more, or cannot be written, costs nothing but the steps. What is in it, it refuses to
 * know.
 */
import * as z from "zod";
import type { Curves } from "../pages/curves.ts";
import { checkpointPath, checkpointSlots, readCheckpoint } from "../platform/node/checkpoint-slots.ts";
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import type { Cell } from "./grid-plan.ts";
import { curvesSchema } from "./grid-record.ts";

/** How often the state is kept, in milliseconds; it is also when a grid is stopped. */
const EVERY = 30_000;

/** What a checkpoint of a cell remembers beside the job's state. */
const schema = z.object({
  /** The cell's own, as JSON: what the job made of them (tiles or none, for one) is in the checkpoint. */
  settings: z.string(),
  /** Of the cell's pictures, in the order of their roles. */
  digests: z.array(z.string()).readonly(),
  /** Of all runs so far. */
  seconds: z.number(),
  curves: curvesSchema,
});
type Notes = z.infer<typeof schema>;

export interface CellKeeping {
  /** Where the cell goes on, if it was stopped. */
  readonly from: { readonly checkpoint: Checkpoint; readonly seconds: number; readonly curves: Curves } | undefined;
  due(): boolean;
  keep(checkpoint: Checkpoint, seconds: number, curves: Curves): Promise<void>;
  /** The cell is done, or failed: nothing goes on from here. */
  remove(): Promise<void>;
}

/** The keeping of the cell whose picture goes to `path`; `digests` are its pictures'. */
export async function cellKeeping(path: string, cell: Cell, digests: readonly string[]): Promise<CellKeeping> {
  const name = checkpointPath(path);
  const settings = JSON.stringify(cell.settings);
  const found = await readCheckpoint(name).catch(() => undefined);
  const notes = schema.safeParse(found?.notes).data;
  const fits =
    found !== undefined &&
    notes !== undefined &&
    found.checkpoint.model === cell.model &&
    notes.settings === settings &&
    String(notes.digests) === String(digests);
  const slots = fits ? found.slots : checkpointSlots(name);
  if (!fits) await slots.remove().catch(() => {});
  let last = performance.now();
  return {
    from: fits ? { checkpoint: found.checkpoint, seconds: notes.seconds, curves: notes.curves } : undefined,
    due: () => performance.now() - last >= EVERY,
    async keep(checkpoint, seconds, curves) {
      await slots.write(checkpoint, { settings, digests, seconds, curves } satisfies Notes).catch(() => {});
      last = performance.now();
    },
    remove: () => slots.remove().catch(() => {}),
  };
}
