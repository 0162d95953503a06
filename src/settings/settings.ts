/** The complete settings of a job: what a caller gave, completed by a recipe and checked. */
import { invalid, UserError } from "../errors.ts";
import * as optimizers from "../optimizers/index.ts";
import {
  checkValues,
  type GivenFor,
  type Label,
  type Parameter,
  type Parameters,
  parameter,
  type ValuesOf,
} from "../parameters/parameter.ts";
import { namesOf } from "../parameters/part.ts";
import { oneOf } from "../parameters/value.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { isRecord } from "../records.ts";
import { refuseConflicts } from "./conflicts.ts";
import { checkNames, type LossValues, lossSettings, lossValues, type Parts } from "./parts.ts";
import { type OptimizerInput, type OptimizerValues, schema } from "./schema.ts";

export type { Label } from "../parameters/parameter.ts";

/** All settings of a job but the optimiser's own, in the order in which they are listed. */
const jobSettings = {
  recipe: parameter(oneOf(namesOf(recipes)), "the named set of settings that the others change", {
    placeholder: "name",
  }),
  quality: parameter(
    oneOf(["draft", "standard", "fine"]),
    "how long to paint: draft, for a first look; standard; fine, two and a half times as long",
    { default: "standard", placeholder: "name" },
  ),
  ...schema,
};

/** The settings of a job as they are given: whatever is left out is the recipe's. */
export type SettingsInput = Partial<GivenFor<typeof jobSettings>> & OptimizerInput;

type JobValues = ValuesOf<typeof jobSettings>;
/** The name of a part that the job was given. */
type OwnName = string & {};

/** The settings of a job, complete. */
export type Settings = Omit<JobValues, "model" | "optimizer"> & {
  readonly model: JobValues["model"] | OwnName;
  readonly optimizer: JobValues["optimizer"] | OwnName;
  /** The optimiser's own: `learningRate` and so on. */
  readonly parameters: OptimizerValues;
  /** Those of losses that the job was given, by name; absent without such losses. */
  readonly losses?: Readonly<Record<string, LossValues>>;
};

/** Settings of parts that a job is given, by name, as in `{ saturation: 0.5, saturationLayers: { conv4_2: 1 } }`. */
export type PartSettings = Readonly<Record<string, unknown>>;

/**
 * Every setting by name: the job's first, then those of `parts`, then the optimisers'. Where two optimisers have one, the
 * first one's.
 */
export function settingsWith(parts: Parts = {}): Map<string, Parameter> {
  const all = new Map<string, Parameter>(Object.entries(jobSettingsOf(parts)));
  for (const { parameters } of optimizersWith(parts)) {
    for (const [name, one] of Object.entries(parameters)) if (!all.has(name)) all.set(name, one);
  }
  return all;
}

/** Every setting by name, without parts of a job's own. */
export const allSettings: ReadonlyMap<string, Parameter> = settingsWith();

/** The settings of all jobs, and those that the losses of `parts` add. A part takes the place of those with names. */
function jobSettingsOf(parts: Parts): Parameters {
  const only = ({ name }: { readonly name: string }) => ({ kind: oneOf([name]), default: name });
  const { model, optimizer } = parts;
  return {
    ...jobSettings,
    ...(model && { model: { ...jobSettings.model, ...only(model) } }),
    ...(optimizer && { optimizer: { ...jobSettings.optimizer, ...only(optimizer) } }),
    ...lossSettings(parts),
  };
}

function optimizersWith({ optimizer }: Parts): readonly { readonly parameters: Parameters }[] {
  return optimizer ? [optimizer] : Object.values(optimizers);
}

/**
 * The complete settings of a job that is given `parts` of its own. What does not fit is a `usage` error that calls a
 * setting what `label` calls it (its own name by default).
 */
export function parseSettings(given: SettingsInput = {}, label: Label = String, parts: Parts = {}): Settings {
  if (!isRecord(given)) throw invalid("usage", "settings", "a record", given);
  checkNames(parts, jobSettings);
  const own: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) (isParameter(name, parts) ? rest : own)[name] = value;
  }
  const { parameters: usual, ...base } = recipeSettings(recipeOf(own.recipe), own.quality, label);
  const names = { model: parts.model?.name ?? base.model, optimizer: parts.optimizer?.name ?? base.optimizer };
  const values = checkValues(jobSettingsOf(parts), { recipe: "balanced", ...base, ...names, ...own }, label);
  const settings = Object.fromEntries(Object.keys(jobSettings).map((name) => [name, values[name]])) as JobValues;
  const losses = lossValues(parts, values);
  refuseConflicts(settings, Object.values(losses), label);
  const { parameters: known }: { readonly parameters: Parameters } = parts.optimizer ?? optimizers[settings.optimizer];
  for (const name of Object.keys(rest)) {
    if (Object.hasOwn(known, name)) continue;
    throw new UserError("usage", `${label(name)}: the optimiser ${settings.optimizer} has no such parameter.`);
  }
  // Another optimiser than the recipe's has its own defaults.
  const chosen = settings.optimizer === base.optimizer ? { ...usual, ...rest } : rest;
  return {
    ...settings,
    ...(parts.losses && parts.losses.length > 0 && { losses }),
    parameters: checkValues(known, chosen, label),
  };
}

function isParameter(name: string, parts: Parts): boolean {
  return [...optimizersWith(parts), ...Object.values(optimizers)].some(({ parameters }) =>
    Object.hasOwn(parameters, name),
  );
}

/** The recipe of that name; the default where there is none. */
function recipeOf(name: unknown): Recipe {
  return typeof name === "string" && Object.hasOwn(recipes, name)
    ? recipes[name as keyof typeof recipes]
    : recipes.balanced;
}

/** The settings of a recipe in a quality. */
function recipeSettings(recipe: Recipe, quality: unknown, label: Label): Recipe["settings"] {
  if (quality !== "draft" && quality !== "fine") return recipe.settings;
  if (recipe.qualities) return { ...recipe.settings, ...recipe.qualities[quality] };
  const why = "the recipe says itself how long it paints";
  throw new UserError("usage", `${label("quality")}: ${why}; leave it out, or set ${label("steps")}.`);
}
