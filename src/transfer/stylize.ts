/**
 * The loop: levels from coarse to fine, steps in each, events out. Time and cancellation live here and nowhere else;
 * formulas, terminals and files are unknown.
 */
import type { Image } from "../image/image.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { Level } from "../schedule/pyramid.ts";
import { type Adjustments, adjustedSettings, type Settings } from "../settings/settings.ts";
import { carriedImage } from "./checkpoint/carry.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { LevelWork, StepEvent, StylizeEvent } from "./events.ts";
import type { Begun, LevelRun } from "./level/level.ts";
import { adrift, edgesOf } from "./pictures/edges.ts";
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
  /**
   * How long the job will take is to be told at its start: a few small steps may be done and timed, if they run over no
   * more than this share of the pixels that its steps run over.
   */
  readonly trial?: number | undefined;
  /** Asked before every step: the settings that changed since the start. */
  readonly adjust?: (() => Adjustments | undefined) | undefined;
}

/** What the loop runs on. */
export interface Machine {
  readonly runtime: Runtime;
  readonly optimizer: Optimizer;
  /** What checkpoints say of the network: its name and the digest of its weights. */
  readonly network: Pick<Checkpoint, "model" | "weights">;
  /**
   * Begins a level: its targets are described, then `begun` is asked for what it begins with, then its program is loaded. If
   * that fails, what it began with is freed.
   */
  begin(level: Level, begun: () => Promise<Begun>): Promise<LevelRun>;
  /** What there is to be said since the last call. */
  notes(): readonly string[];
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

/**
 * Runs all levels. Whatever stops it early (the signal, or a loss that is no number any more) is thrown after an event
 * with the last good image.
 */
export async function* runLevels(
  { runtime, optimizer, network, begin, notes }: Machine,
  { levels, work, start, free, resume, from }: Course,
  settings: Settings,
  options: StylizeOptions,
): AsyncGenerator<StylizeEvent, Image> {
  const count = counter(levels, work, resume);
  const about = { ...network, settings, runtime: runtime.description };
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
      yield { type: "level", index, level };
      run = await begin(level, () => (index === resume?.level ? restored(resume) : grown(level)));
      ({ image, state } = yield* steps(run, index, level, about, count, options, notes));
      run = undefined;
      state = await keptState(runtime, optimizer, state);
    }
    dispose(state);
    state = {};
    yield { type: "done", step: count.step, image: image! };
    return image!;
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
  about: Pick<Checkpoint, "settings" | "model" | "weights" | "runtime">,
  count: Counter,
  { signal, wantsImage, wantsCheckpoint, adjust }: StylizeOptions,
  notes: Machine["notes"],
): AsyncGenerator<StylizeEvent, Awaited<ReturnType<LevelRun["finish"]>>> {
  const { settings } = about;
  const checkpoint = async (): Promise<StylizeEvent> => {
    const { step, steps } = count;
    const { width, height } = level;
    const done = { step, steps, level: index, size: { width, height } };
    const state: Checkpoint = { ...about, ...done, tensors: await run.tensors() };
    return { type: "checkpoint", step, level: index, checkpoint: state };
  };
  try {
    while (count.left(index) > 0) {
      signal?.throwIfAborted();
      const { loss, terms } = await run.step(adjustedSettings(settings, adjust?.()));
      const event: StepEvent = { type: "step", level: index, loss, terms, ...count.next(index) };
      yield event;
      for (const text of notes()) yield { type: "note", text };
      if (wantsImage?.(event)) yield { type: "image", step: count.step, level: index, image: await run.shown(level) };
      if (wantsCheckpoint?.(event)) yield await checkpoint();
    }
    return await run.finish(level);
  } catch (error) {
    yield { type: "image", step: count.step, level: index, image: await run.lastGood(level) };
    if (wantsCheckpoint && signal?.aborted) yield await checkpoint();
    throw error;
  }
}

interface Counter {
  /** Steps done so far, and of how many. */
  readonly step: number;
  readonly steps: number;
  /** Steps that are left at a level and those before it. */
  left(index: number): number;
  /** Counts a step of that level. */
  next(index: number): Pick<StepEvent, "step" | "steps" | "progress">;
}

function counter(levels: readonly Level[], work: readonly LevelWork[], resume: Checkpoint | undefined): Counter {
  // How many steps, and how many pixels, when a level ends.
  const ends: { steps: number; pixels: number }[] = [];
  let [steps, pixels] = [0, 0];
  for (const [index, level] of levels.entries()) {
    steps += level.steps;
    pixels += work[index]!.pixels * level.steps;
    ends.push({ steps, pixels });
  }
  let step = resume?.step ?? 0;
  const left = (index: number) => ends[index]!.steps - step;
  let done = resume ? ends[resume.level]!.pixels - left(resume.level) * work[resume.level]!.pixels : 0;
  return {
    get step() {
      return step;
    },
    steps,
    left,
    next(index) {
      done += work[index]!.pixels;
      return { step: ++step, steps, progress: done / pixels };
    },
  };
}
