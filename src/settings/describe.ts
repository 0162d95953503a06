/** Every setting as data, for flags, help texts and panels. */
import * as optimizers from "../optimizers/index.ts";
import type { Parameters } from "../parameters/parameter.ts";
import type { Shape } from "../parameters/value.ts";
import { givenSettings } from "./changes.ts";
import { allSettings, parseSettings } from "./settings.ts";
import { settingWord } from "./text.ts";

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

/** All settings, in the order in which they are listed. */
export function describeSettings(): SettingDescription[] {
  const defaults: Readonly<Record<string, unknown>> = givenSettings(parseSettings());
  return [...allSettings].map(([name, { kind, sentence, aliases = [], placeholder = "number" }]) => {
    const byOptimizer = optimizerDefaults(name);
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

function optimizerDefaults(name: string): Readonly<Record<string, unknown>> | undefined {
  const owners = Object.entries(optimizers).flatMap(([optimizer, { parameters }]) => {
    const own: Parameters = parameters;
    return Object.hasOwn(own, name) ? [[optimizer, own[name]!.default]] : [];
  });
  return owners.length > 0 ? Object.fromEntries(owners) : undefined;
}
