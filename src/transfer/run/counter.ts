/** The progress of a job in steps and pixels, and its remaining time. */
import type { Level } from "../../schedule/pyramid.ts";
import type { LevelWork, StepEvent } from "../events.ts";
import { pace } from "./pace.ts";

/** A position in a job: the index of a level, and the steps done in the whole job. */
export interface Position {
  readonly level: number;
  readonly step: number;
}

export interface Counter {
  /** Steps done so far, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Steps left at a level and those before it. */
  left(index: number): number;
  /** Counts a step of that level that took `seconds`; `first`: the first one there. */
  next(index: number, seconds: number, first: boolean): Pick<StepEvent, "step" | "steps" | "progress" | "secondsLeft">;
}

/** Begins at `start`. */
export function counter(levels: readonly Level[], work: readonly LevelWork[], start: Position): Counter {
  // Steps and pixels at the end of each level.
  const ends: { steps: number; pixels: number }[] = [];
  let [steps, pixels] = [0, 0];
  for (const [index, level] of levels.entries()) {
    steps += level.steps;
    pixels += work[index]!.pixels * level.steps;
    ends.push({ steps, pixels });
  }
  let { step } = start;
  const left = (index: number) => ends[index]!.steps - step;
  let done = ends[start.level]!.pixels - left(start.level) * work[start.level]!.pixels;
  const speed = pace();
  return {
    get step() {
      return step;
    },
    steps,
    left,
    next(index, seconds, first) {
      const pixelsNow = work[index]!.pixels;
      done += pixelsNow;
      speed.measured(pixelsNow, seconds, first);
      const secondsLeft = speed.secondsFor(pixels - done);
      return { step: ++step, steps, progress: done / pixels, ...(secondsLeft !== undefined && { secondsLeft }) };
    },
  };
}
