/**
 * The loop over levels, from coarse to fine, and their steps, as a generator of events. It also handles time and
 * cancellation.
 */
import { atMostLong, type Image } from "../image/image.ts";
import { resized } from "../image/resize.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { type Level, stepsOf } from "../schedule/pyramid.ts";
import type { Settings } from "../settings/settings.ts";
import { carriedImage } from "./checkpoint/carry.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { type CheckpointSink, copiedCheckpoint } from "./checkpoint/history.ts";
import type { JobRecord, LevelWork, Result, StepEvent, StylizeEvent } from "./events.ts";
import type { Begun, LevelRun } from "./level/level.ts";
import { edgesOf, shiftedCircular } from "./pictures/edges.ts";
import { remeasured } from "./precision/precision.ts";
import type { Changed, Control, Planned } from "./run/control.ts";
import { type Counter, counter, type Position } from "./run/counter.ts";
import { eventLoopTurn } from "./run/turn.ts";
import { dispose, freshState, imageValue, persistentState, restoredState, tensorValue } from "./step/program.ts";

/** How a job is run, as opposed to what it computes. */
export interface StylizeOptions {
  /** Stops the job within one step. After an event with the last good image, the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Called after every step: whether to emit its image. */
  readonly wantsImage?: ((event: StepEvent) => boolean) | undefined;
  /**
   * Called after every step: whether to emit a checkpoint. With this option, a job that is stopped by `signal` also emits
   * one, after its last image.
   */
  readonly wantsCheckpoint?: ((event: StepEvent) => boolean) | undefined;
  /** An image event every so many milliseconds, at most one a step; 0 for every step. */
  readonly previewEvery?: number | undefined;
  /** The long side that images on the way are reduced to; by default they are as large as their level. */
  readonly previewSize?: number | undefined;
  /** A checkpoint event every so many milliseconds, and one when the job is paused, stopped or aborted. */
  readonly checkpointEvery?: number | undefined;
  /** Stores checkpoints without events: see `checkpointHistory`. */
  readonly history?: CheckpointSink | undefined;
  /** Keeps pictures in memory to the end, so that `adjust` can change settings that need them; by default they are released. */
  readonly keepPictures?: boolean | undefined;
  /**
   * Predicts the time of the job at its start from a few small steps, if these compute at most this share of the pixels of
   * all its steps.
   */
  readonly trial?: number | undefined;
}

/** The time that a job takes. */
export interface Clock {
  /** Seconds since the job began, pauses apart. */
  seconds(): number;
  /** Waits; other jobs may run meanwhile. If the job `goesOn` then, it waits for its turn. */
  pause(wait: () => Promise<void>, goesOn: () => boolean): Promise<void>;
}

/** What the loop runs on. */
export interface Machine {
  readonly runtime: Runtime;
  readonly optimizer: Optimizer;
  /** For records and checkpoints: the name of the network, the digest of its weights, and the runtime. */
  readonly about: Pick<JobRecord, "version" | "model" | "weights" | "runtime" | "precision" | "from">;
  /**
   * Begins a level: describes its targets, then calls `begun` for its image and state, then loads its program. If that fails,
   * image and state are freed.
   */
  begin(level: Level, begun: () => Promise<Begun>): Promise<LevelRun>;
  /** Notes since the last call. */
  notes(): readonly string[];
}

/** The levels of a job, and where it begins. */
export interface LevelSequence {
  readonly levels: readonly Level[];
  /** What a step of each level takes. */
  readonly work: readonly LevelWork[];
  readonly begin: Position;
  /** The state there; at the beginning of a level there may be an image only. */
  readonly state?: Checkpoint["tensors"] | undefined;
  /** The image there, without a state. */
  start(): Image;
  /** No term depends on position. */
  readonly free: boolean;
  /** The job was planned anew there, while it ran. */
  readonly handedOver?: boolean | undefined;
}

/** What stays the same from the first step of a job to the last, whatever is adjusted. */
export interface RunContext {
  readonly options: StylizeOptions;
  readonly control: Control<Plan>;
  readonly clock: Clock;
  readonly previewDue: () => boolean;
  readonly checkpointDue: () => boolean;
  readonly adjusted: NonNullable<JobRecord["adjusted"]>[number][];
}

/** A job with its settings, ready to run. */
export interface Plan extends Planned<Plan> {
  readonly levels: readonly Level[];
  /** Runs it from its beginning, or from where it was planned anew. */
  run(context: RunContext, at?: Checkpoint): AsyncGenerator<StylizeEvent, Result | Handover>;
}

/** Where a job continues with another plan. */
export interface Handover extends Changed<Plan> {
  readonly plan: Plan;
  readonly at: Checkpoint;
}

/** Runs a plan, and the plans that replace it when the job is adjusted. */
export async function* runPlan(plan: Plan, context: RunContext): AsyncGenerator<StylizeEvent, Result> {
  let end = yield* plan.run(context);
  while ("at" in end) {
    const { at, plan, changes, settings } = end;
    yield adjustedEvent(context, plan.levels, at.step, { changes, settings });
    end = yield* plan.run(context, at);
  }
  return end;
}

function adjustedEvent(
  { adjusted }: RunContext,
  levels: readonly Level[],
  done: number,
  { changes, settings }: Changed<Plan>,
): StylizeEvent {
  const step = done + 1;
  adjusted.push({ step, changes });
  return { type: "adjusted", step, changes, settings, levels, steps: stepsOf(levels) };
}

/**
 * Runs all levels. An error that ends it early (the signal's reason, or a loss that is not finite) is thrown after an event
 * with the last good image.
 */
export async function* runLevels(
  machine: Machine,
  { levels, work, begin: at, state: restorable, start, free, handedOver: isHandedOver }: LevelSequence,
  settings: Settings,
  context: RunContext,
): AsyncGenerator<StylizeEvent, Result | Handover> {
  const { runtime, optimizer, about, begin } = machine;
  const { control, clock } = context;
  const now: Now = { settings, count: counter(levels, work, at), levels };
  const edges = free && settings.seamless ? shiftedCircular : edgesOf(settings);
  // The image and state so far; resized when the next level is ready.
  let image: Image | undefined = restorable ? undefined : start();
  let state = restorable ? restoredState(runtime, optimizer, restorable) : {};
  /** The image and state that `level` begins with, not referenced here afterwards. */
  const grown = async (level: Level): Promise<Begun> => {
    state = freshState(runtime, optimizer, edges.workSize(level), state);
    const padded = edges.padded(edges.resize(image!, level), level);
    // The level may write over it: where nothing was resized or padded, it may be the photo itself.
    const own = padded.data === image!.data ? { ...padded, data: padded.data.slice() } : padded;
    image = undefined;
    return handedOver({ image: imageValue(runtime, own) });
  };
  const restored = async (tensors: Checkpoint["tensors"]): Promise<Begun> =>
    handedOver({
      image: tensorValue(runtime, tensors.get("image")!),
      shown: tensorValue(runtime, tensors.get("shown")!),
    });
  const handedOver = (images: Pick<Begun, "image" | "shown">): Begun => {
    const given = { ...images, state };
    state = {};
    return given;
  };
  let run: LevelRun | undefined;
  try {
    for (const [index, level] of levels.entries()) {
      if (index < at.level) continue;
      if (control.isStopped) break;
      const isFirst = index === at.level;
      if (!(isHandedOver && isFirst)) yield { type: "level", index, level };
      run = await begin(level, () => (isFirst && restorable ? restored(restorable) : grown(level)));
      const end = yield* steps(run, index, machine, now, context);
      if ("plan" in end) return end;
      ({ image, state } = end);
      run = undefined;
      state = await persistentState(runtime, optimizer, state);
    }
    dispose(state);
    state = {};
    image ??= carriedImage({ tensors: restorable!, size: levels[at.level]! });
    const { step, steps: all } = now.count;
    const record: JobRecord = {
      ...about,
      ...{ settings: now.settings, step, steps: all, seconds: clock.seconds() },
      ...(step < all && { stopped: true }),
      ...(context.adjusted.length > 0 && { adjusted: context.adjusted }),
    };
    yield { type: "done", step, image, record };
    return { image, record };
  } finally {
    // Also after an error, and when the caller leaves the loop.
    if (run) run.dispose();
    else dispose(state);
  }
}

/** How far a plan has come, and with which settings. */
interface Now {
  settings: Settings;
  readonly count: Counter;
  readonly levels: readonly Level[];
}

/** Runs the steps of one level; returns its image and state, or the plan that the job continues with. */
async function* steps(
  run: LevelRun,
  index: number,
  machine: Machine,
  now: Now,
  context: RunContext,
): AsyncGenerator<StylizeEvent, Awaited<ReturnType<LevelRun["finish"]>> | Handover> {
  const { control, clock, options, previewDue, checkpointDue } = context;
  const { count, levels } = now;
  const level = levels[index]!;
  const { signal, wantsImage, wantsCheckpoint, previewEvery, previewSize, checkpointEvery, history } = options;
  const keepsCheckpoints = wantsCheckpoint !== undefined || checkpointEvery !== undefined;
  const { state, shown, checkpoint, remember } = reportsOf(run, index, machine, now, history);
  try {
    for (let first = true; count.left(index) > 0; first = false) {
      await eventLoopTurn();
      signal?.throwIfAborted();
      if (control.isPaused) {
        if (previewEvery !== undefined) yield shown(await run.shown(level));
        if (keepsCheckpoints) yield await checkpoint();
        await remember();
        yield { type: "paused", step: count.step, level: index };
        const goesOn = () => !control.isStopped && !signal?.aborted;
        await clock.pause(() => control.resumed(signal), goesOn);
        signal?.throwIfAborted();
      }
      if (control.isStopped) break;
      const changed = control.changed();
      if (changed) await remember();
      if (changed?.plan) return { ...changed, plan: changed.plan, at: movedTo(changed.plan, await state(), levels) };
      if (changed) {
        now.settings = changed.settings;
        run.reweighted();
        yield adjustedEvent(context, levels, count.step, changed);
      }
      const before = performance.now();
      const { loss, terms } = await run.step(now.settings);
      const seconds = (performance.now() - before) / 1000;
      const event: StepEvent = { type: "step", level: index, loss, terms, ...count.next(index, seconds, first) };
      yield event;
      for (const text of machine.notes()) yield { type: "note", text };
      if (wantsImage?.(event) || previewDue()) yield shown(reduced(await run.shown(level), previewSize));
      if (wantsCheckpoint?.(event) || checkpointDue()) yield await checkpoint();
      if (history && (event.step % history.every === 0 || event.step === event.steps)) await remember();
    }
    if (control.isStopped) await remember();
    if (control.isStopped && count.step < count.steps && keepsCheckpoints) yield await checkpoint();
    return await run.finish(level);
  } catch (error) {
    yield shown(await run.lastGood(level));
    if (keepsCheckpoints && signal?.aborted) yield await checkpoint();
    throw error;
  }
}

/** What can be reported of a level between two of its steps. */
function reportsOf(
  run: LevelRun,
  index: number,
  { about: { model, weights, runtime } }: Machine,
  now: Now,
  history: CheckpointSink | undefined,
) {
  const { count, levels } = now;
  const { width, height } = levels[index]!;
  let remembered = Number.NaN;
  const state = async (): Promise<Checkpoint> => {
    const { step, steps } = count;
    const about = { model, weights, runtime, settings: now.settings };
    return { ...about, step, steps, level: index, size: { width, height }, tensors: await run.tensors() };
  };
  return {
    state,
    shown: (image: Image): StylizeEvent => ({ type: "image", step: count.step, level: index, image }),
    async checkpoint(): Promise<StylizeEvent> {
      return { type: "checkpoint", step: count.step, level: index, checkpoint: await state() };
    },
    /** Adds the state to the history, once for each step. */
    async remember() {
      if (!history || remembered === count.step) return;
      remembered = count.step;
      history.add(copiedCheckpoint(await state()));
    },
  };
}

/** The state of a job for another plan, whose levels may have other numbers of steps. */
function movedTo({ levels, settings }: Plan, at: Checkpoint, before: readonly Level[]): Checkpoint {
  const done = at.step - stepsOf(before.slice(0, at.level));
  const step = stepsOf(levels.slice(0, at.level)) + Math.min(done, levels[at.level]!.steps);
  return { ...at, settings, step, steps: stepsOf(levels), tensors: remeasured(at.tensors) };
}

/** An image whose long side is at most `longSide`. */
function reduced(image: Image, longSide = Number.POSITIVE_INFINITY): Image {
  const size = atMostLong(image, longSide);
  return size === image ? image : resized(image, size);
}
