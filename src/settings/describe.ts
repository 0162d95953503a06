/** Every setting as data, for flags, help texts and panels. */
import * as optimizers from "../optimizers/index.ts";
import type { Parameters } from "../parameters/parameter.ts";
import type { Shape } from "../parameters/value.ts";
import { givenSettings } from "./changes.ts";
import type { Parts } from "./parts.ts";
import { parseSettings, settingsWith } from "./settings.ts";
import { settingWord } from "./text.ts";

/** A setting as data. */
export interface SettingDescription {
  readonly name: string;
  /** How flags and tables spell it: `style-scale`. */
  readonly word: string;
  /** Other spellings that are understood. */
  readonly aliases: readonly string[];
  /** What it does, without a full stop. */
  readonly sentence: string;
  /** What stands for its value in a help text: `pixels`. */
  readonly placeholder: string;
  /** Its kind of value: a number and its range, the choices, ... */
  readonly shape: Shape;
  /** Its value in a job for which nothing is given. */
  readonly default: unknown;
  /** Of a parameter of optimisers: its default by optimiser. */
  readonly byOptimizer?: Readonly<Record<string, unknown>>;
}

/** All settings, in the order in which they are listed; with `parts`, those of a job that is given them. */
export function describeSettings(parts: Parts = {}): SettingDescription[] {
  const defaults: Readonly<Record<string, unknown>> = givenSettings(parseSettings({}, String, parts));
  return [...settingsWith(parts)].map(([name, { kind, sentence, aliases = [], placeholder = "number" }]) => {
    const byOptimizer = optimizerDefaults(name, parts);
    return {
      name,
      word: settingWord(name),
      aliases,
      sentence,
      placeholder,
      shape: kind.shape,
      default: defaults[name],
      ...(byOptimizer && { byOptimizer }),
    };
  });
}

function optimizerDefaults(name: string, { optimizer }: Parts): Readonly<Record<string, unknown>> | undefined {
  const all: Readonly<Record<string, { readonly parameters: Parameters }>> = optimizer
    ? { [optimizer.name]: optimizer }
    : optimizers;
  const owners = Object.entries(all).flatMap(([owner, { parameters }]) =>
    Object.hasOwn(parameters, name) ? [[owner, parameters[name]!.default]] : [],
  );
  return owners.length > 0 ? Object.fromEntries(owners) : undefined;
}
