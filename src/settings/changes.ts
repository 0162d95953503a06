/** Settings compared and changed: what differs from a recipe or from other settings, and settings from records. */
import type { Label } from "../parameters/parameter.ts";
import { givenLosses, type Parts, placeholderParts } from "./parts.ts";
import { parseSettings, type Settings, type SettingsInput } from "./settings.ts";

/** Complete settings as they can be given again: to change some, or to write them down. */
export function givenSettings({ parameters, losses, ...own }: Settings): SettingsInput {
  return { ...own, ...givenLosses(losses), ...parameters } as SettingsInput;
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

/** What in complete settings differs from their recipe, as it can be given again; and all that parts of a job's own have. */
export function chosenSettings(settings: Settings): SettingsInput {
  const { recipe, quality, optimizer } = settings;
  const standard = parseSettings();
  const usual = parseSettings({ recipe, quality });
  const parts = placeholderParts(settings);
  const base = parseSettings({ recipe, quality, optimizer } as SettingsInput, String, parts);
  return {
    ...changesFrom(
      {
        ...base,
        recipe: standard.recipe,
        quality: standard.quality,
        optimizer: usual.optimizer,
        model: usual.model,
      },
      settings,
    ),
    ...givenLosses(settings.losses),
    ...(parts.optimizer && settings.parameters),
  };
}

/**
 * Complete settings, some of them changed. Another recipe or quality keeps only what was chosen against the former one;
 * another recipe or optimiser has other parameters, which start from their defaults. `parts` are the job's own, and take
 * the place of those before. Errors as of `parseSettings`.
 */
export function changedSettings(
  settings: Settings,
  changes: SettingsInput,
  label?: Label,
  parts: Parts = {},
): Settings {
  const names = {
    ...(parts.model && { model: parts.model.name }),
    ...(parts.optimizer && { optimizer: parts.optimizer.name }),
  };
  const { recipe, quality, optimizer = settings.optimizer } = { ...names, ...changes };
  const own = recipe !== undefined || quality !== undefined ? chosenSettings(settings) : givenSettings(settings);
  const others = recipe !== undefined || optimizer !== settings.optimizer;
  const kept = Object.entries(own).filter(([name]) => !(others && name in settings.parameters));
  return parseSettings({ ...Object.fromEntries(kept), ...names, ...changes } as SettingsInput, label, parts);
}

/**
 * Settings from a checkpoint or a result, checked. Parts of a job's own are as they are recorded: see `checkPresent`.
 * Errors as of `parseSettings`.
 */
export function recordedSettings(recorded: Settings): Settings {
  return parseSettings(givenSettings(recorded), String, placeholderParts(recorded));
}
