/** Parts of the caller's own in a job: checked when it begins, and built so that a mistake in one is an error that names it. */
import { shown, UserError } from "../errors.ts";
import { expectShape, type Padding, type Tensor } from "../graph/index.ts";
import type { FeatureLoss, ImageLoss, Normalization } from "../losses/loss.ts";
import { average } from "../optimizers/average.ts";
import * as optimizers from "../optimizers/index.ts";
import type { Optimizer, Update, UpdateInput } from "../optimizers/optimizer.ts";
import { isRecord } from "../records.ts";
import type { OwnFilterLoss, OwnImageLoss, OwnLayerLoss, OwnLoss, OwnOptimizer } from "../settings/parts.ts";
import type { Settings } from "../settings/settings.ts";
import { checkModel, type OwnModel } from "./network.ts";

/** Parts that a job is given, besides or instead of those that its settings name. */
export interface OwnParts {
  /** Losses, besides those of pastiche. */
  readonly losses?: readonly OwnLoss[] | undefined;
  /** Moves the pixels, instead of an optimiser of pastiche. */
  readonly optimizer?: OwnOptimizer | undefined;
  /** Sees the pictures, instead of a network of pastiche. */
  readonly model?: OwnModel | undefined;
}

/** Throws a `usage` error of one sentence for parts that are none. Their names are checked with the settings. */
export function checkParts({ losses, optimizer, model }: OwnParts): void {
  if (model !== undefined) checkModel(model);
  if (losses !== undefined && !Array.isArray(losses)) throw unfit("losses", "a list of losses", losses);
  for (const [i, loss] of (losses ?? []).entries()) checkLoss(`losses[${i}]`, loss);
  if (optimizer === undefined) return;
  if (!isPart(optimizer) || !isRecord(optimizer.parameters))
    throw unfit("optimizer", "an optimiser (name, summary, parameters, make)", optimizer);
  for (const [name, parameter] of Object.entries(optimizer.parameters)) {
    const type: unknown = parameter?.kind?.shape?.type;
    if (type !== "number") throw unfit(`optimizer.parameters.${name}`, "parameter(numberIn({ ... }), ...)", parameter);
  }
}

function checkLoss(role: string, loss: unknown): void {
  if (!isPart(loss)) throw unfit(role, "a loss (name, summary, role, make)", loss);
  const { role: of, layers, filter, scales } = loss;
  if (of === "image") return;
  if (of !== "content" && of !== "style") throw unfit(`${role}.role`, "content, style or image", of);
  if (filter === undefined && !isRecord(layers)) throw unfit(`${role}.layers`, "layers with weights", layers);
  if (filter === undefined) return;
  if (typeof filter !== "function") throw unfit(`${role}.filter`, "a function", filter);
  if (!Array.isArray(scales)) throw unfit(`${role}.scales`, "a list of scales", scales);
}

function isPart(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isRecord(value) &&
    typeof value.name === "string" &&
    typeof value.summary === "string" &&
    typeof value.make === "function"
  );
}

function unfit(role: string, expected: string, given: unknown): UserError {
  const got = isRecord(given) ? `an object with ${Object.keys(given).join(", ") || "nothing"}` : shown(given);
  return new UserError("usage", `${role}: expected ${expected}, got ${got}.`);
}

/** The optimiser of complete settings, or the job's own; what it shows is averaged. */
export function optimizerOf(
  { optimizer, parameters }: Pick<Settings, "optimizer" | "parameters">,
  own?: OwnOptimizer,
): Optimizer {
  // Complete settings have every parameter of their optimiser.
  if (!own) return average(optimizers[optimizer as keyof typeof optimizers].make(parameters as never));
  const build = builder(`The optimiser ${own.name}`);
  const made = build(() => own.make(parameters));
  const reserved = Object.keys(made.state).find((name) => taken.has(name));
  if (reserved)
    throw new UserError("usage", `The optimiser ${own.name}: its state needs another name than ${reserved}.`);
  return average({
    pointwise: made.pointwise,
    exact: made.exact ?? false,
    state: made.state,
    update: (input) =>
      build(() => {
        const state = Object.fromEntries(Object.keys(made.state).map((name) => [name, input.state[name]!]));
        const update = made.update({ ...input, state });
        checkUpdate({ ...input, state }, update);
        return update;
      }),
  });
}

/** Names of the states that the average and steps in eight bits add. */
const taken = new Set(["averaged", "averages", "ranges", "stepped", "checked", "mistrusted"]);

/** What an update returns is fed back, so it must be like what it was given. */
function checkUpdate(before: UpdateInput, { state, image, shown: result }: Update): void {
  const [expected, got] = [before.state, state].map((all) => Object.keys(all).sort().join(", "));
  if (expected !== got) throw new TypeError(`its update returns the state ${got || "nothing"}, not ${expected}`);
  for (const [name, { shape }] of Object.entries(before.state)) expectShape(`the next ${name}`, state[name]!, shape);
  expectShape("the next image", image, before.image.shape);
  expectShape("the image to show", result, before.image.shape);
}

/** A loss of features of the job's own. */
export function featureLossOf(own: OwnLayerLoss | OwnFilterLoss, normalize: Normalization): FeatureLoss {
  const build = builder(`The loss ${own.name}`);
  const loss = build(() => own.make(normalize));
  return {
    ...(loss.columns !== undefined && { columns: loss.columns }),
    describe: (...given) => build(() => loss.describe(...given)),
    measure: (...given) => build(() => loss.measure(...given)),
    score: (...given) => build(() => scalarOf(loss.score(...given))),
  };
}

/** A loss of pixels of the job's own. */
export function imageLossOf(own: OwnImageLoss, normalize: Normalization, padding: Padding): ImageLoss {
  const build = builder(`The loss ${own.name}`);
  const loss = build(() => own.make(normalize, padding));
  return {
    measure: (...given) => build(() => loss.measure(...given)),
    score: (...given) => build(() => scalarOf(loss.score(...given))),
  };
}

function scalarOf(score: Tensor): Tensor {
  expectShape("the score", score, []);
  return score;
}

/** Runs code of a part; what it throws becomes a `usage` error that names the part. */
function builder(part: string): <T>(build: () => T) => T {
  return (build) => {
    try {
      return build();
    } catch (error) {
      if (error instanceof UserError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new UserError("usage", `${part} cannot be built: ${why}.`, { cause: error });
    }
  };
}
