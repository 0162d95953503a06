/** Where a job goes on that begins with another's checkpoint: at which level and step, and with which state. */
import { longSideOf } from "../../image/image.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { type Level, stepsOf } from "../../schedule/pyramid.ts";
import type { Settings } from "../../settings/settings.ts";
import type { WeightTensor } from "../../weights/weights.ts";
import type { Origin } from "../events.ts";
import type { Job } from "../job.ts";
import { edgesOf } from "../pictures/edges.ts";
import { hasRanges, remeasured } from "../precision/precision.ts";
import type { Position } from "../run/counter.ts";
import { checkpointShapes } from "../step/program.ts";
import { smaller } from "./carry.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** The job that goes on from a checkpoint. */
export interface BranchInput {
  readonly settings: Settings;
  readonly levels: readonly Level[];
  /** The levels of the checkpoint's own job. */
  readonly before: readonly Level[];
  /** Without what eight bits add. */
  readonly optimizer: Optimizer;
}

export interface Branch extends Position {
  /** Whether the optimiser goes on with its state; else its level begins with nothing but the image. */
  readonly carried: boolean;
}

/**
 * The first level that is not smaller than the checkpoint's. At the checkpoint's own size the optimiser's state is carried
 * if it fits (the same optimiser, the same shapes), and the steps that were done there count, unless none would be left
 * in the whole job. A `usage` error if all levels are smaller.
 */
export function branchFrom(from: Checkpoint, { settings, levels, before, optimizer }: BranchInput): Branch {
  const level = levels.findIndex((one) => longSideOf(one) >= longSideOf(from.size));
  if (level < 0) throw smaller(from, String(settings.size));
  const begin = stepsOf(levels.slice(0, level));
  const { width, height, steps } = levels[level]!;
  const sameSize = width === from.size.width && height === from.size.height;
  const sameOptimizer = settings.optimizer === from.settings.optimizer;
  // A job that is to have steps in eight bits goes on from ranges.
  const measured = settings.precision !== "int8" || hasRanges(from.tensors);
  if (!(sameSize && sameOptimizer && measured && fits(from, optimizer, settings)))
    return { level, step: begin, carried: false };
  const done = Math.max(0, from.step - stepsOf(before.slice(0, from.level)));
  const isOver = done >= steps && level === levels.length - 1;
  return { level, step: begin + (isOver ? 0 : Math.min(done, steps)), carried: true };
}

function fits({ tensors, size }: Checkpoint, optimizer: Optimizer, settings: Settings): boolean {
  const shapes = checkpointShapes(optimizer, edgesOf(settings).workSize(size));
  return [...shapes].every(([name, shape]) => String(tensors.get(name)?.shape) === String(shape));
}

/** Where a job begins, and with what. */
export interface Beginning {
  readonly at: Position;
  /** A checkpoint's tensors; without them a level begins with an image alone. */
  readonly state?: Checkpoint["tensors"] | undefined;
  readonly origin?: Origin | undefined;
}

/** The beginning of a new job, of a stopped one, or of one that goes on from another's checkpoint. */
export function beginning(
  { resume, from, branch }: Pick<Job, "resume" | "from"> & { readonly branch: Branch | undefined },
  levels: readonly Level[],
  optimizer: Optimizer,
  origin?: Origin,
): Beginning {
  if (resume) return { at: resume, state: resume.tensors, origin };
  if (!from || !branch) return { at: { level: 0, step: 0 }, origin };
  const { step, steps } = from;
  if (!branch.carried) return { at: branch, origin: { step, steps, optimizer: "reset" } };
  const done = branch.step - stepsOf(levels.slice(0, branch.level));
  const state = branchTensors(from, optimizer, done);
  return { at: branch, state, origin: { step, steps, optimizer: "carried" } };
}

/** The checkpoint's tensors for a job with `optimizer` whose level goes on after `done` steps. */
function branchTensors({ tensors }: Checkpoint, optimizer: Optimizer, done: number): Map<string, WeightTensor> {
  const wanted = ["image", "shown", ...Object.keys(optimizer.state).map((name) => `state ${name}`)];
  return remeasured(new Map(wanted.map((name) => [name, tensors.get(name)!])), done);
}
