/**
 * The loop: levels from coarse to fine, steps in each, events out. Time and cancellation live here and nowhere else;
 * formulas, terminals and files are unknown.
 */
import { clampImage, type Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Program, Runtime, Value } from "../runtimes/runtime.ts";
import type { Level } from "../schedule/pyramid.ts";
import type { StepEvent, StylizeEvent } from "./events.ts";
import { type LevelRun, levelRun } from "./level.ts";
import { type Prepared, padded } from "./prepare.ts";
import { dispose, freshState, grownState, imageValue } from "./program.ts";
import type { Settings } from "./settings.ts";
import type { Terms } from "./terms.ts";

/** Settings that may change while a job runs; a change acts on the next step. */
export type Adjustments = Partial<
  Pick<Settings, "alpha" | "beta" | "tv" | "contentLayers" | "styleLayers" | "average" | "parameters">
>;

/** How a job is run, as opposed to what it computes. */
export interface StylizeOptions {
  /** Stops the job within one step. The last good image is told first, then the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Asked after every step: is the image of this step wanted as an event? */
  readonly wantsImage?: ((event: StepEvent) => boolean) | undefined;
  /** Asked before every step: the settings that changed since the start. */
  readonly adjust?: (() => Adjustments | undefined) | undefined;
}

/** What the loop runs on. */
export interface Machine {
  readonly runtime: Runtime;
  readonly optimizer: Optimizer;
  readonly terms: Terms;
  readonly step: Program;
}

/**
 * Runs all levels. Whatever stops it early (the signal, or a loss that is no number any more) is thrown after an event
 * with the last good image.
 */
export async function* runLevels(
  { runtime, optimizer, terms, step: program }: Machine,
  { levels, start, targets }: Prepared & { readonly targets: readonly Record<string, Value>[] },
  settings: Settings,
  options: StylizeOptions,
): AsyncGenerator<StylizeEvent, Image> {
  const count = counter(levels);
  const waiting = [...targets];
  let image = start;
  let state = freshState(runtime, optimizer, levels[0]!);
  let run: LevelRun | undefined;
  try {
    for (const [index, level] of levels.entries()) {
      yield { type: "level", index, level };
      const first = imageValue(runtime, padded(image, level));
      run = levelRun({ runtime, program, terms, image: first, state, targets: waiting.shift()! });
      image = yield* steps(run, index, level, settings, count, options);
      state = run.finish();
      run = undefined;
      const next = levels[index + 1];
      if (next) {
        image = clampImage(resize(image, next));
        const old = state;
        state = {};
        state = await grownState(runtime, optimizer, old, level, next);
      }
    }
    yield { type: "done", step: count.step, image };
    return image;
  } finally {
    // However it ends: done, stopped, failed, or the caller listens no more.
    if (run) run.dispose();
    else dispose(state);
    for (const values of waiting) dispose(values);
  }
}

/** The steps of one level, and what it shows at the end. */
async function* steps(
  run: LevelRun,
  index: number,
  level: Level,
  settings: Settings,
  count: Counter,
  { signal, wantsImage, adjust }: StylizeOptions,
): AsyncGenerator<StylizeEvent, Image> {
  try {
    for (let n = 0; n < level.steps; n++) {
      signal?.throwIfAborted();
      const adjusted = adjust?.();
      const parameters = { ...settings.parameters, ...adjusted?.parameters };
      const { loss, terms } = await run.step({ ...settings, ...adjusted, parameters });
      const event: StepEvent = { type: "step", level: index, loss, terms, ...count.next(level) };
      yield event;
      if (wantsImage?.(event)) yield { type: "image", step: count.step, level: index, image: await run.shown(level) };
    }
    return await run.shown(level);
  } catch (error) {
    yield { type: "image", step: count.step, level: index, image: await run.lastGood(level) };
    throw error;
  }
}

interface Counter {
  /** Steps done so far. */
  readonly step: number;
  /** Counts a step of `level`. */
  next(level: Level): Pick<StepEvent, "step" | "steps" | "progress">;
}

function counter(levels: readonly Level[]): Counter {
  const pixels = ({ width, height }: Level) => width * height;
  const work = levels.reduce((sum, level) => sum + pixels(level) * level.steps, 0);
  const steps = levels.reduce((sum, level) => sum + level.steps, 0);
  let step = 0;
  let done = 0;
  return {
    get step() {
      return step;
    },
    next(level) {
      done += pixels(level);
      return { step: ++step, steps, progress: done / work };
    },
  };
}
