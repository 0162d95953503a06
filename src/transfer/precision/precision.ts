/**
 * Steps in eight bits among steps in floats: whether a job has any, which of its steps they are, and whether they are still
 * to be trusted. What is computed in eight bits, `graph/` knows; how fast that is, the caller measures.
 */
import { UserError } from "../../errors.ts";
import { type EightBitOptions, eightBit } from "../../graph/index.ts";
import { encode } from "../../onnx/model.ts";
import { number, type Optimizer } from "../../optimizers/optimizer.ts";
import { mapValues, prefixed } from "../../records.ts";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { dispose, readScalar, scalarValue } from "../step/program.ts";
import { type Eye, stepGraph } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";

/** What most steps are computed in. */
export type Precision = "fp32" | "int8";

/** At every level the first of so many steps is one in floats: it measures ranges, and its loss is compared. */
export const CHECK = 25;
/**
 * The last steps of the last level are in floats: they take out what eight bits left. With 5 as with 10 the results of six
 * pairs (pocket, 192 px) had on average 1% less loss than those of floats alone.
 */
export const FINAL = 5;
/** How far, relative to it, the loss in eight bits may be from the loss in floats. */
const TOLERANCE = 0.1;
/** What the loss may have grown to, relative to it, from one check to the next. */
const GROWTH = 1.2;
/** More ranges than any step has: VGG19 with losses on all layers has 80, and every region adds a few. */
const CAPACITY = 1024;
/** What ranges are called in every graph. */
export const RANGES = { from: "state ranges", to: "next ranges", capacity: CAPACITY };

/** How graphs come to be in eight bits for a runtime. */
export function eightBitOptions({ name }: Pick<Runtime, "name">): EightBitOptions {
  return { ...RANGES, direct: name !== "wasm" };
}

/** How many of a level's steps from `first` on are in floats while most are in eight bits. */
export function stepsInFloats(steps: number, last: boolean, first = 0): number {
  const end = lastEight(steps, last);
  let count = 0;
  for (let step = first; step < steps; step++) if (step >= end || step % CHECK === 0) count++;
  return count;
}

/** From which step of a level on all are in floats. */
export function lastEight(steps: number, last: boolean): number {
  return last ? steps - FINAL : steps;
}

/** Runtimes whose processor computes in eight bits. */
const PROCESSORS = ["cpu", "wasm"];

export interface PrecisionInput {
  readonly settings: Settings;
  readonly eye: Eye;
  readonly runtime: Runtime;
  readonly resume: Checkpoint | undefined;
  /** Is there room for the programs of both kinds? */
  readonly fits: boolean;
  /** Are eight bits faster here? Asked only where it matters. */
  readonly gains: () => Promise<boolean>;
}

/** What a job's steps are computed in; a resumed job goes on as it began. `int8` where that cannot be is a `usage` error. */
export async function precisionOf({ settings, eye, runtime, resume, fits, gains }: PrecisionInput): Promise<Precision> {
  if (resume) return resume.tensors.has("state ranges") ? "int8" : "fp32";
  const { precision, normalize } = settings;
  if (precision === "fp32") return "fp32";
  const obstacle = obstacleTo(settings, eye, runtime);
  if (precision === "int8") {
    if (obstacle) throw new UserError("usage", `precision: int8 does not go with ${obstacle}; choose fp32, or auto.`);
    return "int8";
  }
  return !obstacle && fits && normalize === "balanced" && (await gains()) ? "int8" : "fp32";
}

/** What keeps a job from steps in eight bits, in words. */
function obstacleTo(
  { optimizer, normalize, normalizeGradients }: Settings,
  eye: Eye,
  { name }: Runtime,
): string | undefined {
  if (!PROCESSORS.includes(name)) return `the runtime ${name}, which has no arithmetic in eight bits`;
  if (optimizer !== "adam") return `the optimiser ${optimizer}, which needs an exact gradient`;
  if (normalize === "paper") return "the normalisation paper, which promises exact formulas";
  if (normalizeGradients) return "normalised gradients";
  if (eye.padding === "circular") return "seamless pictures";
  return undefined;
}

/**
 * The optimiser with what steps in eight bits go by: the ranges of the step before, how many steps the level has had, the
 * loss when it was last checked, and whether eight bits are given up (1) or not (0). As state these go around and are part of every checkpoint.
 */
export function withRanges(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    state: {
      ...optimizer.state,
      ranges: { shape: () => [CAPACITY] },
      stepped: { shape: number },
      checked: { shape: number },
      mistrusted: { shape: number, kept: true },
    },
  };
}

/** The same step in floats (it also measures ranges) and in eight bits. */
export interface StepPrograms {
  readonly floats: Program;
  readonly eight: Program;
  dispose(): Promise<void>;
}

export async function loadStepPrograms(
  runtime: Runtime,
  eye: Eye,
  terms: Terms,
  optimizer: Optimizer,
  parameters: readonly string[],
): Promise<StepPrograms> {
  const step = eightBit(stepGraph(eye, terms, optimizer, parameters), eightBitOptions(runtime));
  if (!step) throw new TypeError("internal: nothing of this step can be in eight bits");
  const floats = await runtime.load(encode(step.measured));
  try {
    const eight = await runtime.load(encode(step.outputs));
    const both = [floats, eight];
    return { floats, eight, dispose: async () => void (await Promise.all(both.map((program) => program.dispose()))) };
  } catch (error) {
    await floats.dispose();
    throw error;
  }
}

/** What decides which steps are in floats, beside the ranges: a part of the state, so that a resumed job takes the same steps. */
export interface Trust {
  /** Steps that the level has had. */
  readonly stepped: number;
  /** The loss when it was last checked. */
  readonly checked: number;
  /** 1 if eight bits are given up, else 0. */
  readonly mistrusted: number;
}

export interface Schedule {
  /** From which step of the level on all are in floats. */
  readonly end: number;
  /** Told in a sentence when eight bits are given up. */
  readonly say: (text: string) => void;
}

/** Is the next step in floats? */
export function inFloats({ stepped, mistrusted }: Trust, { end }: Schedule): boolean {
  return mistrusted > 0 || stepped >= end || stepped % CHECK === 0;
}

/** What the step after this one goes by. `loss` is this step's, and `eight` computes it in eight bits: asked where it is due. */
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
  const why = stepped > 0 ? await complaint(now, checked, eight) : undefined;
  if (why) schedule.say(`${why}: from here on all steps are in floats.`);
  return { ...next, checked: now, mistrusted: why ? 1 : 0 };
}

/** What is wrong with eight bits where the loss is `loss` and was `before` at the last check; a loss of NaN is not theirs. */
async function complaint(loss: number, before: number, eight: () => Promise<number>): Promise<string | undefined> {
  if (!Number.isFinite(loss)) return undefined;
  const other = await eight();
  if (!(Math.abs(other - loss) <= TOLERANCE * Math.abs(loss))) {
    return `In eight bits the loss is ${other.toPrecision(3)} where it should be ${loss.toPrecision(3)}`;
  }
  if (loss <= GROWTH * before) return undefined;
  return `With steps in eight bits the loss has grown from ${before.toPrecision(3)} to ${loss.toPrecision(3)}`;
}

export interface MixedInput extends Schedule {
  readonly runtime: Runtime;
  readonly programs: StepPrograms;
}

/** One program of both: which one runs depends on the state alone. */
export function mixedProgram({ runtime, programs: { floats, eight }, ...schedule }: MixedInput): Pick<Program, "run"> {
  return {
    async run(inputs) {
      const read = (name: keyof Trust) => first(inputs[`state ${name}`]!);
      const trust: Trust = {
        stepped: await read("stepped"),
        checked: await read("checked"),
        mistrusted: await read("mistrusted"),
      };
      const outputs = await (inFloats(trust, schedule) ? floats : eight).run(inputs);
      const inEight = async () => readScalar((await eight.run(inputs, ["loss"])).loss!);
      try {
        const next = await judged(trust, schedule, () => first(outputs.loss!), inEight);
        return {
          ...outputs,
          ...prefixed(
            "next",
            mapValues({ ...next }, (x) => scalarValue(runtime, x)),
          ),
        };
      } catch (error) {
        dispose(outputs);
        throw error;
      }
    },
  };
}

async function first(value: Value): Promise<number> {
  return (await value.read())[0]!;
}
