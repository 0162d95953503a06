/**
 * The loop: levels from coarse to fine, steps in each, events out. Time and cancellation live here and nowhere else;
 * formulas, terminals and files are unknown.
 */
import { type Image, withLongSide } from "../image/image.ts";
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
import { adrift, edgesOf } from "./pictures/edges.ts";
import { remeasured } from "./precision/precision.ts";
import type { Changed, Control, Planned } from "./run/control.ts";
import { type Counter, counter, type Position } from "./run/counter.ts";
import { eventLoopTurn } from "./run/turn.ts";
import { dispose, freshState, imageValue, keptState, restoredState, tensorValue } from "./step/program.ts";

/** How a job is run, as opposed to what it computes. */
export interface StylizeOptions {
  /** Stops the job within one step. The last good image is told first, then the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Asked after every step: is the image of this step wanted as an event? */
  readonly wantsImage?: ((event: StepEvent) => boolean) | undefined;
  /**
   * Asked after every step: is a checkpoint wanted as an event? Where this is given, a job that is stopped by `signal`
   * tells one too, after its last image.
   */
  readonly wantsCheckpoint?: ((event: StepEvent) => boolean) | undefined;
  /** An image event every so many milliseconds, at most one a step; 0 for every step. */
  readonly previewEvery?: number | undefined;
  /** The long side that images on the way are reduced to; by default they are as large as their level. */
  readonly previewSize?: number | undefined;
  /** A checkpoint event every so many milliseconds, and one when the job is paused, stopped or aborted. */
  readonly checkpointEvery?: number | undefined;
  /** Keeps checkpoints without telling them: see `checkpointHistory`. */
  readonly history?: CheckpointSink | undefined;
  /** Pictures stay in memory to the end, so that `adjust` can change what needs them; by default they are let go early. */
  readonly keepPictures?: boolean | undefined;
  /**
   * How long the job will take is to be told at its start: a few small steps may be done and timed, if they run over no
   * more than this share of the pixels that its steps run over.
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
  /** What records and checkpoints say of it: the name of the network and the digest of its weights, what computes. */
  readonly about: Pick<JobRecord, "version" | "model" | "weights" | "runtime" | "precision" | "from">;
  /**
   * Begins a level: its targets are described, then `begun` is asked for what it begins with, then its program is loaded. If
   * that fails, what it began with is freed.
   */
  begin(level: Level, begun: () => Promise<Begun>): Promise<LevelRun>;
  /** What there is to be said since the last call. */
  notes(): readonly string[];
}

/** Where a job goes: through `levels`, from `begin` on. */
export interface Course {
  readonly levels: readonly Level[];
  /** What a step of each level takes. */
  readonly work: readonly LevelWork[];
  readonly begin: Position;
  /** The state there; where a level begins, there may be an image alone. */
  readonly state?: Checkpoint["tensors"] | undefined;
  /** The image there, without a state. */
  start(): Image;
  /** No term ties the picture to a place. */
  readonly free: boolean;
  /** The job did not begin there: it became this plan. */
  readonly handedOver?: boolean | undefined;
}

/** What a job takes with it from its first step to its last, whatever is adjusted on the way. */
export interface Journey {
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
  /** Runs it from its beginning, or from where it was when it became this plan. */
  run(journey: Journey, at?: Checkpoint): AsyncGenerator<StylizeEvent, Result | Handover>;
}

/** Where a job goes on as another plan. */
export interface Handover extends Changed<Plan> {
  readonly plan: Plan;
  readonly at: Checkpoint;
}

/** Runs a plan, and those that it becomes when it is adjusted. */
export async function* runPlan(plan: Plan, journey: Journey): AsyncGenerator<StylizeEvent, Result> {
  let end = yield* plan.run(journey);
  while ("at" in end) {
    const { at, plan, changes, settings } = end;
    yield adjustedEvent(journey, plan.levels, at.step, { changes, settings });
    end = yield* plan.run(journey, at);
  }
  return end;
}

function adjustedEvent(
  { adjusted }: Journey,
  levels: readonly Level[],
  done: number,
  { changes, settings }: Changed<Plan>,
): StylizeEvent {
  const step = done + 1;
  adjusted.push({ step, changes });
  return { type: "adjusted", step, changes, settings, levels, steps: stepsOf(levels) };
}

/**
 * Runs all levels. Whatever ends it early with an error (the signal, or a loss that is no number any more) is thrown after
 * an event with the last good image.
 */
export async function* runLevels(
  machine: Machine,
  { levels, work, begin: at, state: restorable, start, free, handedOver: isHandedOver }: Course,
  settings: Settings,
  journey: Journey,
): AsyncGenerator<StylizeEvent, Result | Handover> {
  const { runtime, optimizer, about, begin } = machine;
  const { control, clock } = journey;
  const now: Now = { settings, count: counter(levels, work, at), levels };
  const edges = free && settings.seamless ? adrift : edgesOf(settings);
  // What there is so far: it grows when the next level is ready for it.
  let image: Image | undefined = restorable ? undefined : start();
  let state = restorable ? restoredState(runtime, optimizer, restorable) : {};
  /** What `level` begins with. Nothing here holds it afterwards. */
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
      const end = yield* steps(run, index, machine, now, journey);
      if ("plan" in end) return end;
      ({ image, state } = end);
      run = undefined;
      state = await keptState(runtime, optimizer, state);
    }
    dispose(state);
    state = {};
    image ??= carriedImage({ tensors: restorable!, size: levels[at.level]! });
    const { step, steps: all } = now.count;
    const record: JobRecord = {
      ...about,
      ...{ settings: now.settings, step, steps: all, seconds: clock.seconds() },
      ...(step < all && { stopped: true }),
      ...(journey.adjusted.length > 0 && { adjusted: journey.adjusted }),
    };
    yield { type: "done", step, image, record };
    return { image, record };
  } finally {
    // However it ends: done, stopped, failed, or the caller listens no more.
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

/** The steps of one level, and what is left of it at the end, or what the job goes on as. */
async function* steps(
  run: LevelRun,
  index: number,
  { about: { model, weights, runtime }, notes }: Machine,
  now: Now,
  journey: Journey,
): AsyncGenerator<StylizeEvent, Awaited<ReturnType<LevelRun["finish"]>> | Handover> {
  const { control, clock, options, previewDue, checkpointDue } = journey;
  const { count, levels } = now;
  const level = levels[index]!;
  const { signal, wantsImage, wantsCheckpoint, previewEvery, previewSize, checkpointEvery, history } = options;
  const keepsCheckpoints = wantsCheckpoint !== undefined || checkpointEvery !== undefined;
  const state = async (): Promise<Checkpoint> => {
    const { step, steps } = count;
    const { width, height } = level;
    const about = { model, weights, runtime, settings: now.settings };
    return { ...about, step, steps, level: index, size: { width, height }, tensors: await run.tensors() };
  };
  const checkpoint = async (): Promise<StylizeEvent> => ({
    type: "checkpoint",
    step: count.step,
    level: index,
    checkpoint: await state(),
  });
  let remembered = Number.NaN;
  const remember = async () => {
    if (!history || remembered === count.step) return;
    remembered = count.step;
    history.add(copiedCheckpoint(await state()));
  };
  const shown = (image: Image): StylizeEvent => ({ type: "image", step: count.step, level: index, image });
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
        yield adjustedEvent(journey, levels, count.step, changed);
      }
      const before = performance.now();
      const { loss, terms } = await run.step(now.settings);
      const seconds = (performance.now() - before) / 1000;
      const event: StepEvent = { type: "step", level: index, loss, terms, ...count.next(index, seconds, first) };
      yield event;
      for (const text of notes()) yield { type: "note", text };
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

/** The state of a job as that of another plan for it, whose levels may have other numbers of steps. */
function movedTo({ levels, settings }: Plan, at: Checkpoint, before: readonly Level[]): Checkpoint {
  const done = at.step - stepsOf(before.slice(0, at.level));
  const step = stepsOf(levels.slice(0, at.level)) + Math.min(done, levels[at.level]!.steps);
  return { ...at, settings, step, steps: stepsOf(levels), tensors: remeasured(at.tensors) };
}

/** An image whose long side is at most `longSide`. */
function reduced(image: Image, longSide: number | undefined): Image {
  if (!longSide || longSide >= Math.max(image.width, image.height)) return image;
  return resized(image, withLongSide(image, longSide));
}
