/** Settings compared and changed: what differs from a recipe or from other settings, and settings from older records. */
import type { Label } from "../parameters/parameter.ts";
import { parseSettings, type Settings, type SettingsInput } from "./settings.ts";

/** Complete settings as they can be given again: to change some, or to write them down. */
export function givenSettings({ parameters, ...own }: Settings): SettingsInput {
  return { ...own, ...parameters };
}

/** What in `settings` differs from `base`, as it can be given: `base` with these changes is `settings`. */
export function changesFrom(base: Settings, settings: Settings): SettingsInput {
  const before: Readonly<Record<string, unknown>> = givenSettings(base);
  return Object.fromEntries(
    Object.entries(givenSettings(settings)).filter(([name, value]) => !same(value, before[name])),
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What in complete settings differs from their recipe, as it can be given again. */
export function chosenSettings(settings: Settings): SettingsInput {
  const { recipe, quality, optimizer } = settings;
  const standard = parseSettings();
  const base = parseSettings({ recipe, quality, optimizer });
  return changesFrom(
    {
      ...base,
      recipe: standard.recipe,
      quality: standard.quality,
      optimizer: parseSettings({ recipe, quality }).optimizer,
    },
    settings,
  );
}

/**
 * Complete settings, some of them changed. Another recipe or quality keeps only what was chosen against the former one;
 * another recipe or optimiser has other parameters, which start from their defaults. Errors as of `parseSettings`.
 */
export function changedSettings(settings: Settings, changes: SettingsInput, label?: Label): Settings {
  const { recipe, quality, optimizer = settings.optimizer } = changes;
  const own = recipe !== undefined || quality !== undefined ? chosenSettings(settings) : givenSettings(settings);
  const others = recipe !== undefined || optimizer !== settings.optimizer;
  const kept = Object.entries(own).filter(([name]) => !(others && name in settings.parameters));
  return parseSettings({ ...Object.fromEntries(kept), ...changes }, label);
}

/** What settings meant before they existed. */
const before: SettingsInput = { contentTarget: "mapped", roughness: 0 };

/**
 * Settings from a checkpoint or a result, complete. A setting that did not exist when they were written has the value
 * that was in effect then, not today's default. Errors as of `parseSettings`.
 */
export function recordedSettings(recorded: Settings): Settings {
  return parseSettings({ ...before, ...givenSettings(recorded) });
}
