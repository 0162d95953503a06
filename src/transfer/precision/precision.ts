/** The schedule of eight-bit steps: whether a job has any, which steps they are, and when they are given up. */
import { UserError } from "../../errors.ts";
import type { EightBitOptions } from "../../graph/index.ts";
import { number, type Optimizer } from "../../optimizers/optimizer.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import type { Settings } from "../../settings/settings.ts";
import type { WeightTensor } from "../../weights/weights.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Extractor } from "../step/step.ts";

/** The precision of most steps. */
export type Precision = "fp32" | "int8";

/** The first of this many steps at every level is in float32: it measures ranges, and its loss is compared. */
export const CHECK = 25;
/**
 * The last steps of the last level are in float32 and remove quantisation noise. With 5 as with 10 the results of six
 * pairs (pocket, 192 px) had on average 1% less loss than in float32 alone.
 */
export const FINAL = 5;
/** The largest relative difference between the loss in eight bits and in float32. */
const TOLERANCE = 0.1;
/** The largest growth of the loss from one check to the next. */
const GROWTH = 1.2;
/** The loss at the last check where it cannot be compared with: any loss is less. */
export const UNCHECKED = 3e38;
/** More ranges than any step has: VGG19 with losses on all layers has 80, and every region adds a few. */
const CAPACITY = 1024;
/** The names of the ranges in every graph. */
export const RANGES = { from: "state ranges", to: "next ranges", capacity: CAPACITY };

/** How graphs are rewritten in eight bits for a runtime. */
export function eightBitOptions({ name }: Pick<Runtime, "name">): EightBitOptions {
  return { ...RANGES, direct: name !== "wasm" };
}

/** The number of a level's steps from `first` on that are in float32 while most are in eight bits. */
export function stepsInFloats(steps: number, last: boolean, first = 0): number {
  const end = endOfEightBits(steps, last);
  let count = 0;
  for (let step = first; step < steps; step++) if (step >= end || step % CHECK === 0) count++;
  return count;
}

/** The step of a level from which on all are in float32. */
export function endOfEightBits(steps: number, last: boolean): number {
  return last ? steps - FINAL : steps;
}

/** Runtimes that compute in eight bits on the CPU. */
const PROCESSORS = ["cpu", "wasm"];

export interface PrecisionInput {
  readonly settings: Settings;
  readonly optimizer: Optimizer;
  readonly extractor: Extractor;
  readonly runtime: Runtime;
  readonly resume: Checkpoint | undefined;
  /** The checkpoint whose state is carried, if one is. */
  readonly carried?: Checkpoint | undefined;
  /** Whether there is memory for both programs. */
  readonly fits: boolean;
  /** Whether eight bits are faster here; called only if it matters. */
  readonly gains: () => Promise<boolean>;
}

/**
 * The precision of a job; a resumed job keeps its own, and one that goes on from a state without ranges has no steps in
 * eight bits. `int8` where it is impossible is a `usage` error.
 */
export async function precisionOf(input: PrecisionInput): Promise<Precision> {
  const { settings, resume, carried, fits, gains } = input;
  if (resume) return hasRanges(resume.tensors) ? "int8" : "fp32";
  const { precision, normalize } = settings;
  if (precision === "fp32") return "fp32";
  if (precision === "auto" && carried && !hasRanges(carried.tensors)) return "fp32";
  const obstacle = obstacleTo(input);
  if (precision === "int8") {
    if (obstacle) throw new UserError("usage", `precision: int8 does not go with ${obstacle}; choose fp32, or auto.`);
    return "int8";
  }
  return !obstacle && fits && normalize === "balanced" && (await gains()) ? "int8" : "fp32";
}

/** Whether a checkpoint is of a job with steps in eight bits. */
export function hasRanges(tensors: ReadonlyMap<string, WeightTensor>): boolean {
  return tensors.has("state ranges");
}

/** What prevents a job from eight-bit steps, in words. */
function obstacleTo({ settings, optimizer, extractor, runtime: { name } }: PrecisionInput): string | undefined {
  const { normalize, normalizeGradients } = settings;
  if (!PROCESSORS.includes(name)) return `the runtime ${name}, which has no arithmetic in eight bits`;
  if (optimizer.exact) return `the optimiser ${settings.optimizer}, which needs an exact gradient`;
  if (normalize === "paper") return "the normalisation paper, which promises exact formulas";
  if (normalizeGradients) return "normalised gradients";
  if (extractor.padding === "circular") return "seamless pictures";
  return undefined;
}

/**
 * The optimiser with additional state for eight-bit steps: the ranges, the number of steps at the level, the last
 * checked loss, and whether eight bits are given up (1) or not (0). As state it is part of every checkpoint.
 */
export function withRanges(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    state: {
      ...optimizer.state,
      ranges: { shape: () => [CAPACITY] },
      stepped: { shape: number },
      checked: { shape: number },
      mistrusted: { shape: number, persistent: true },
    },
  };
}

/**
 * What decides which steps are in float32, besides the ranges: part of the state, so that a resumed job takes the same
 * steps.
 */
export interface Trust {
  /** Steps at the level so far. */
  readonly stepped: number;
  /** The last checked loss. */
  readonly checked: number;
  /** 1 if eight bits are given up, else 0. */
  readonly mistrusted: number;
}

/**
 * Tensors of a checkpoint that another step goes on from, after `stepped` steps at its level (default: as many as it had):
 * its ranges and its loss are others, so the next step is one in floats, which measures them.
 */
export function remeasured(
  tensors: ReadonlyMap<string, WeightTensor>,
  stepped = tensors.get("state stepped")?.data[0],
): Map<string, WeightTensor> {
  if (stepped === undefined || !tensors.has("state stepped")) return new Map(tensors);
  const set = (x: number): WeightTensor => ({ shape: [], data: Float32Array.of(x) });
  const next = set(Math.ceil(stepped / CHECK) * CHECK);
  return new Map([...tensors, ["state stepped", next], ["state checked", set(UNCHECKED)]]);
}

export interface Schedule {
  /** The step of the level from which on all are in float32. */
  readonly end: number;
  /** Called with a sentence when eight bits are given up. */
  readonly say: (text: string) => void;
}

/** Whether the next step is in float32. */
export function inFloats({ stepped, mistrusted }: Trust, { end }: Schedule): boolean {
  return mistrusted > 0 || stepped >= end || stepped % CHECK === 0;
}

/** The schedule after a step with `loss`; `eight` computes the loss in eight bits and is called for a check only. */
export async function judged(
  trust: Trust,
  schedule: Schedule,
  loss: () => Promise<number>,
  eight: () => Promise<number>,
): Promise<Trust> {
  const { stepped, checked, mistrusted } = trust;
  const next = { ...trust, stepped: stepped + 1 };
  if (mistrusted > 0 || stepped >= schedule.end || !inFloats(trust, schedule)) return next;
  const now = await loss();
  const why = stepped > 0 ? await discrepancy(now, checked, eight) : undefined;
  if (why) schedule.say(`${why}: from here on all steps are in floats.`);
  return { ...next, checked: now, mistrusted: why ? 1 : 0 };
}

/** What is wrong with eight bits, given the loss and that of the last check; a NaN has other causes. */
async function discrepancy(loss: number, before: number, eight: () => Promise<number>): Promise<string | undefined> {
  if (!Number.isFinite(loss)) return undefined;
  const other = await eight();
  if (!(Math.abs(other - loss) <= TOLERANCE * Math.abs(loss))) {
    return `In eight bits the loss is ${other.toPrecision(3)} where it should be ${loss.toPrecision(3)}`;
  }
  if (loss <= GROWTH * before) return undefined;
  return `With steps in eight bits the loss has grown from ${before.toPrecision(3)} to ${loss.toPrecision(3)}`;
}
