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
import { type OptimizerInput, type OptimizerValues, schema } from "./schema.ts";

/** All settings of a job but the optimiser's own, in the order in which they are listed. */
export const jobSettings = {
  recipe: parameter(oneOf(namesOf(recipes)), "the named set of settings that the others change", {
    placeholder: "name",
  }),
  quality: parameter(
    oneOf(["draft", "standard", "fine"]),
    "how long to paint: draft, for a first look; standard; fine, four times as long",
    { default: "standard", placeholder: "name" },
  ),
  ...schema,
};

/** The settings of a job as they are given: whatever is left out is the recipe's. */
export type SettingsInput = Partial<GivenFor<typeof jobSettings>> & OptimizerInput;

/** The settings of a job, complete. */
export type Settings = ValuesOf<typeof jobSettings> & {
  /** The chosen optimiser's own: `learningRate` and so on. */
  readonly parameters: OptimizerValues;
};

/** Every setting by name: the job's first, then the optimisers'. Where two optimisers have one, the first one's. */
export const allSettings: ReadonlyMap<string, Parameter> = listed();

function listed(): Map<string, Parameter> {
  const all = new Map<string, Parameter>(Object.entries(jobSettings));
  for (const { parameters } of Object.values(optimizers)) {
    for (const [name, one] of Object.entries(parameters)) if (!all.has(name)) all.set(name, one);
  }
  return all;
}

/**
 * The complete settings. What does not fit is a `usage` error that calls a setting what `label` calls it (its own name
 * by default).
 */
export function parseSettings(given: SettingsInput = {}, label: Label = String): Settings {
  if (!isRecord(given)) throw invalid("usage", "settings", "a record", given);
  const own: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) (isParameter(name) ? rest : own)[name] = value;
  }
  const { parameters: usual, ...base } = recipeSettings(recipeOf(own.recipe), own.quality, label);
  const settings = checkValues(jobSettings, { recipe: "balanced", ...base, ...own }, label);
  refuseConflicts(settings, label);
  const optimizer: { readonly parameters: Parameters } = optimizers[settings.optimizer];
  for (const name of Object.keys(rest)) {
    if (Object.hasOwn(optimizer.parameters, name)) continue;
    throw new UserError("usage", `${label(name)}: the optimiser ${settings.optimizer} has no such parameter.`);
  }
  // Another optimiser than the recipe's has its own defaults.
  const parameters = settings.optimizer === base.optimizer ? { ...usual, ...rest } : rest;
  return { ...settings, parameters: checkValues(optimizer.parameters, parameters, label) };
}

function isParameter(name: string): boolean {
  return Object.values(optimizers).some(({ parameters }) => Object.hasOwn(parameters, name));
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
