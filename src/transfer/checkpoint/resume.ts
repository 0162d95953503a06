/** Checks that a checkpoint belongs to a job: the same settings, network and sizes. */
import { UserError } from "../../errors.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { type Level, stepsOf } from "../../schedule/pyramid.ts";
import { givenSettings } from "../../settings/changes.ts";
import type { Settings } from "../../settings/settings.ts";
import { edgesOf } from "../pictures/edges.ts";
import { checkpointShapes } from "../step/program.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** What the job expects of its checkpoint. */
export interface ExpectedJob extends Pick<Checkpoint, "settings" | "model" | "weights"> {
  readonly levels: readonly Level[];
  readonly optimizer: Optimizer;
}

/** Throws a `UserError` unless the job can continue from `checkpoint`. */
export function checkFits(checkpoint: Checkpoint, { settings, model, weights, levels, optimizer }: ExpectedJob): void {
  const other = difference(checkpoint.settings, settings);
  if (other) throw new UserError("usage", `The checkpoint is of a job with other settings: ${other}.`);
  checkNetwork(checkpoint, { model, weights });
  const level = levels[checkpoint.level];
  const ends = stepsOf(levels.slice(0, checkpoint.level + 1));
  if (!level || checkpoint.step > ends || checkpoint.step < ends - level.steps) throw unfit("it has other levels");
  const expected = checkpointShapes(optimizer, edgesOf(settings).workSize(level));
  for (const [name, shape] of expected) {
    const found = checkpoint.tensors.get(name)?.shape ?? [];
    if (String(found) !== String(shape) || !checkpoint.tensors.has(name))
      throw unfit(`its ${name} is of shape ${found.join(" x ")}, not ${shape.join(" x ")}`);
  }
  if (checkpoint.tensors.size !== expected.size) throw unfit("it holds more than this pastiche knows of");
}

/** Throws a `model` error unless the checkpoint is of a job with this network. */
export function checkNetwork(theirs: Checkpoint, ours: Pick<Checkpoint, "model" | "weights">): void {
  if (theirs.model === ours.model && theirs.weights === ours.weights) return;
  const name = ({ model, weights }: typeof ours) => `${model} ${weights.slice(0, 16)}`;
  throw new UserError(
    "model",
    `The checkpoint was made with other network weights (${name(theirs)}) than are here now (${name(ours)}); go on with those.`,
  );
}

/** The first setting that differs, in words. */
function difference(theirs: Settings, ours: Settings): string | undefined {
  const [a, b] = [theirs, ours].map((settings) => new Map(Object.entries(givenSettings(settings))));
  for (const name of new Set([...a!.keys(), ...b!.keys()])) {
    const [was, is] = [a!, b!].map((all) => JSON.stringify(all.get(name)));
    if (was !== is) return `${name} is ${was ?? "no setting"} there and ${is ?? "no setting"} here`;
  }
  return undefined;
}

function unfit(why: string): UserError {
  return new UserError("file", `The checkpoint does not fit these pictures and this pastiche: ${why}.`);
}
