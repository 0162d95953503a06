/**
 * The loop: levels from coarse to fine, steps in each, events out. Time and cancellation live here and nowhere else;
 * formulas, terminals and files are unknown.
 */
import { type Image, withLongSide } from "../image/image.ts";
import { resized } from "../image/resize.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { Level } from "../schedule/pyramid.ts";
import type { Settings } from "../settings/settings.ts";
import { carriedImage } from "./checkpoint/carry.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { JobRecord, LevelWork, Result, StepEvent, StylizeEvent } from "./events.ts";
import type { Begun, LevelRun } from "./level/level.ts";
import { adrift, edgesOf } from "./pictures/edges.ts";
import type { Control } from "./run/control.ts";
import { type Counter, counter } from "./run/counter.ts";
import { interval } from "./run/pace.ts";
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
  readonly control: Control;
  /** What records and checkpoints say of it: the name of the network and the digest of its weights, what computes. */
  readonly about: Pick<JobRecord, "version" | "model" | "weights" | "runtime" | "precision">;
  /**
   * Begins a level: its targets are described, then `begun` is asked for what it begins with, then its program is loaded. If
   * that fails, what it began with is freed.
   */
  begin(level: Level, begun: () => Promise<Begun>): Promise<LevelRun>;
  /** What there is to be said since the last call. */
  notes(): readonly string[];
  readonly clock: Clock;
}

/** Where a job goes: from `start` through `levels`, from where it was stopped, or on from a smaller one's state. */
export interface Course {
  readonly levels: readonly Level[];
  /** What a step of each level takes. */
  readonly work: readonly LevelWork[];
  start(): Image;
  /** No term ties the picture to a place. */
  readonly free: boolean;
  readonly resume?: Checkpoint | undefined;
  readonly from?: Checkpoint | undefined;
}

/** What is the same at every level, and what changes on the way. */
interface Journey {
  readonly count: Counter;
  readonly options: StylizeOptions;
  readonly previewDue: () => boolean;
  readonly checkpointDue: () => boolean;
  /** As they are now. */
  settings: Settings;
  readonly adjusted: NonNullable<JobRecord["adjusted"]>[number][];
}

/**
 * Runs all levels. Whatever ends it early with an error (the signal, or a loss that is no number any more) is thrown after
 * an event with the last good image.
 */
export async function* runLevels(
  machine: Machine,
  { levels, work, start, free, resume, from }: Course,
  settings: Settings,
  options: StylizeOptions,
): AsyncGenerator<StylizeEvent, Result> {
  const { runtime, optimizer, control, about, begin, clock } = machine;
  const journey: Journey = {
    count: counter(levels, work, resume),
    options,
    previewDue: interval(options.previewEvery),
    checkpointDue: interval(options.checkpointEvery),
    settings,
    adjusted: [],
  };
  const edges = free && settings.seamless ? adrift : edgesOf(settings);
  // What there is so far: it grows when the next level is ready for it.
  let image: Image | undefined = resume ? undefined : from ? carriedImage(from) : start();
  let state = resume ? restoredState(runtime, optimizer, resume) : {};
  /** What `level` begins with. Nothing here holds it afterwards. */
  const grown = async (level: Level): Promise<Begun> => {
    state = freshState(runtime, optimizer, edges.workSize(level), state);
    const padded = edges.padded(edges.resize(image!, level), level);
    // The level may write over it: where nothing was resized or padded, it may be the photo itself.
    const own = padded.data === image!.data ? { ...padded, data: padded.data.slice() } : padded;
    image = undefined;
    return handedOver({ image: imageValue(runtime, own) });
  };
  const restored = async ({ tensors }: Checkpoint): Promise<Begun> =>
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
      if (resume && index < resume.level) continue;
      if (control.isStopped) break;
      yield { type: "level", index, level };
      run = await begin(level, () => (index === resume?.level ? restored(resume) : grown(level)));
      ({ image, state } = yield* steps(run, index, level, machine, journey));
      run = undefined;
      state = await keptState(runtime, optimizer, state);
    }
    dispose(state);
    state = {};
    image ??= carriedImage(resume!);
    const { step, steps: all } = journey.count;
    const record: JobRecord = {
      ...about,
      ...{ settings: journey.settings, step, steps: all, seconds: clock.seconds() },
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

/** The steps of one level, and what is left of it at the end. */
async function* steps(
  run: LevelRun,
  index: number,
  level: Level,
  { control, about: { model, weights, runtime }, notes, clock }: Machine,
  journey: Journey,
): AsyncGenerator<StylizeEvent, Awaited<ReturnType<LevelRun["finish"]>>> {
  const { count, options, previewDue, checkpointDue } = journey;
  const { signal, wantsImage, wantsCheckpoint, previewEvery, previewSize, checkpointEvery } = options;
  const keepsCheckpoints = wantsCheckpoint !== undefined || checkpointEvery !== undefined;
  const checkpoint = async (): Promise<StylizeEvent> => {
    const { step, steps } = count;
    const { width, height } = level;
    const done = { step, steps, level: index, size: { width, height } };
    const about = { model, weights, runtime, settings: journey.settings };
    const state: Checkpoint = { ...about, ...done, tensors: await run.tensors() };
    return { type: "checkpoint", step, level: index, checkpoint: state };
  };
  const shown = (image: Image): StylizeEvent => ({ type: "image", step: count.step, level: index, image });
  try {
    for (let first = true; count.left(index) > 0; first = false) {
      await eventLoopTurn();
      signal?.throwIfAborted();
      if (control.isPaused) {
        if (previewEvery !== undefined) yield shown(await run.shown(level));
        if (keepsCheckpoints) yield await checkpoint();
        yield { type: "paused", step: count.step, level: index };
        const goesOn = () => !control.isStopped && !signal?.aborted;
        await clock.pause(() => control.resumed(signal), goesOn);
        signal?.throwIfAborted();
      }
      if (control.isStopped) break;
      const changed = control.changed();
      if (changed) {
        journey.settings = changed.settings;
        journey.adjusted.push({ step: count.step + 1, changes: changed.changes });
        yield { type: "adjusted", step: count.step + 1, ...changed };
      }
      const before = performance.now();
      const { loss, terms } = await run.step(journey.settings);
      const seconds = (performance.now() - before) / 1000;
      const event: StepEvent = { type: "step", level: index, loss, terms, ...count.next(index, seconds, first) };
      yield event;
      for (const text of notes()) yield { type: "note", text };
      if (wantsImage?.(event) || previewDue()) yield shown(reduced(await run.shown(level), previewSize));
      if (wantsCheckpoint?.(event) || checkpointDue()) yield await checkpoint();
    }
    if (control.isStopped && count.step < count.steps && keepsCheckpoints) yield await checkpoint();
    return await run.finish(level);
  } catch (error) {
    yield shown(await run.lastGood(level));
    if (keepsCheckpoints && signal?.aborted) yield await checkpoint();
    throw error;
  }
}

/** An image whose long side is at most `longSide`. */
function reduced(image: Image, longSide: number | undefined): Image {
  if (!longSide || longSide >= Math.max(image.width, image.height)) return image;
  return resized(image, withLongSide(image, longSide));
}
