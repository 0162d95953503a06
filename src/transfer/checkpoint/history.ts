/** The checkpoints of a run, kept in memory within a limit: the newest densely, older ones further apart. */
import { invalid } from "../../errors.ts";
import { isRecord } from "../../records.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** The limits of a history. */
export interface HistoryLimits {
  /** The most bytes that all checkpoints may take together. */
  readonly bytes: number;
  /** A checkpoint after every so many steps; default 10. */
  readonly every?: number | undefined;
}

/** What a run needs of a history: see `StylizeOptions.history`. */
export interface CheckpointSink {
  readonly every: number;
  /** Takes the checkpoint over, its memory included. */
  add(checkpoint: Checkpoint): void;
}

/** The checkpoints of a run, in memory. */
export interface CheckpointHistory extends CheckpointSink {
  /** The steps after which there is a checkpoint, in order. */
  readonly steps: readonly number[];
  /** What the checkpoints take. */
  readonly bytes: number;
  /** The last checkpoint that is not after `step` (default: the last of all), to be read only; undefined if there is none. */
  at(step?: number): Checkpoint | undefined;
  /** Drops all checkpoints. */
  clear(): void;
}

const EVERY = 10;

interface Entry {
  readonly checkpoint: Checkpoint;
  readonly bytes: number;
}

/**
 * An empty history for a run. Beside every `every` steps, a run adds its state where it is paused or adjusted, and at its
 * end. Over the limit, checkpoints are dropped so that their distance grows with their age; the first stays as long as
 * two fit. Throws `usage` errors.
 */
export function checkpointHistory(limits: HistoryLimits): CheckpointHistory {
  if (!isRecord(limits)) throw invalid("usage", "The history's limits", "an object, as in { bytes: 2e8 }", limits);
  const { bytes: most, every = EVERY } = limits as unknown as HistoryLimits;
  if (!(typeof most === "number" && most > 0)) throw invalid("usage", "bytes", "a number of bytes above 0", most);
  if (!(Number.isInteger(every) && every >= 1))
    throw invalid("usage", "every", "a whole number of steps from 1", every);
  let entries: Entry[] = [];
  let total = 0;
  const drop = (index: number) => {
    total -= entries.splice(index, 1)[0]!.bytes;
  };
  return {
    every,
    get steps() {
      return entries.map(({ checkpoint }) => checkpoint.step);
    },
    get bytes() {
      return total;
    },
    add(checkpoint) {
      const same = entries.findIndex((one) => one.checkpoint.step === checkpoint.step);
      if (same >= 0) drop(same);
      const bytes = bytesOf(checkpoint);
      total += bytes;
      entries = [...entries, { checkpoint, bytes }].sort((a, b) => a.checkpoint.step - b.checkpoint.step);
      while (total > most) drop(leastMissed(entries.map((one) => one.checkpoint.step)));
    },
    at: (step = Number.POSITIVE_INFINITY) => entries.findLast(({ checkpoint }) => checkpoint.step <= step)?.checkpoint,
    clear() {
      entries = [];
      total = 0;
    },
  };
}

/** Histories of several runs within one limit. */
export interface CheckpointHistories {
  /** An empty history for a run. */
  open(): CheckpointHistory;
  /** What all checkpoints take. */
  readonly bytes: number;
}

/**
 * Histories for runs that follow each other. Each takes at most half of the limit; where all together take more than
 * all of it, those that got a checkpoint longest ago are emptied. A history that nobody refers to any more is garbage.
 * Throws `usage` errors.
 */
export function checkpointHistories(limits: HistoryLimits): CheckpointHistories {
  checkpointHistory(limits); // For its errors.
  const { bytes: most, every } = limits;
  let all: readonly WeakRef<CheckpointHistory>[] = [];
  const alive = () => all.flatMap((one) => one.deref() ?? []);
  const total = () => alive().reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    get bytes() {
      return total();
    },
    open() {
      const history = checkpointHistory({ bytes: most / 2, every });
      const { add } = history;
      const mine = new WeakRef(history);
      history.add = (checkpoint) => {
        add(checkpoint);
        all = [...all.filter((one) => one !== mine && one.deref()), mine];
        while (total() > most)
          alive()
            .find(({ bytes }) => bytes > 0)!
            .clear();
      };
      return history;
    },
  };
}

/** Whose neighbours are closest to each other, compared with its age; never the first or the last of more than two. */
function leastMissed(steps: readonly number[]): number {
  const newest = steps.at(-1)!;
  let least = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < steps.length - 1; i++) {
    const gap = (steps[i + 1]! - steps[i - 1]!) / (newest - steps[i]!);
    if (gap < smallest) [least, smallest] = [i, gap];
  }
  return least;
}

function bytesOf({ tensors }: Checkpoint): number {
  let bytes = 0;
  for (const { data } of tensors.values()) bytes += data.byteLength;
  return bytes;
}

/** The checkpoint with memory of its own. */
export function copiedCheckpoint(checkpoint: Checkpoint): Checkpoint {
  const tensors = [...checkpoint.tensors].map(
    ([name, { shape, data }]) => [name, { shape: [...shape], data: data.slice() }] as const,
  );
  return { ...checkpoint, tensors: new Map(tensors) };
}
