/** Which settings may change while a job runs, and which of them need new targets. */
import { invalid, UserError } from "../../errors.ts";
import { isRecord } from "../../records.ts";
import { givenSettings } from "../../settings/changes.ts";
import { filterLosses } from "../../settings/schema.ts";
import { type PartSettings, parseSettings, type Settings, type SettingsInput } from "../../settings/settings.ts";
import type { OwnParts } from "../parts.ts";

/** Settings that cannot change while a job runs: sizes, network, optimiser and start. */
const fixed = [
  ...([
    "size",
    "levels",
    "minSize",
    "margin",
    "seamless",
    "model",
    "optimizer",
    "history",
    "recipe",
    "quality",
  ] as const),
  ...(["init", "initNoise", "initFlat", "seed", "tile", "precision"] as const),
];

/** Settings that may change while a job runs; all others are a `usage` error. */
export type Adjustments = Omit<SettingsInput, (typeof fixed)[number]> & PartSettings;

/** Settings that are inputs of the step: they need no new targets and no new program. */
const inputs: ReadonlySet<string> = new Set([
  ...["alpha", "beta", "tv", "average", "contentLayers", "styleLayers"],
  ...filterLosses,
]);

/** `settings` with the changes. Errors as of `parseSettings`. */
export function adjustedSettings(settings: Settings, changes: Adjustments, parts: OwnParts = {}): Settings {
  if (!isRecord(changes) || changes instanceof Promise)
    throw invalid("usage", "adjust", "changes of settings as a record", changes);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const kept = fixed.find((name) => name in given);
  if (kept) {
    const why = `a job keeps its ${kept} while it runs; go on from a checkpoint with another (branch)`;
    throw new UserError("usage", `adjust: ${kept}: ${why}.`);
  }
  return parseSettings({ ...givenSettings(settings), ...given }, (name) => `adjust: ${name}`, parts);
}

/**
 * The settings `to`, if the step program of `from` can run with them; layers that they leave out get the weight 0.
 * Otherwise undefined.
 */
export function asInputs(from: Settings, to: Settings): Settings | undefined {
  const before: Readonly<Record<string, unknown>> = givenSettings(from);
  const changed = Object.entries(givenSettings(to)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  const own = Object.entries(from.losses ?? {}).flatMap(([name]) => [name, `${name}Layers`]);
  if (!changed.every(([name]) => inputs.has(name) || name in from.parameters || own.includes(name))) return undefined;
  // The step has no term for a filtered image whose strength is 0.
  if (filterLosses.some((name) => from[name] > 0 !== to[name] > 0)) return undefined;
  const contentLayers = sameLayers(from.contentLayers, to.contentLayers);
  const styleLayers = sameLayers(from.styleLayers, to.styleLayers);
  if (!contentLayers || !styleLayers) return undefined;
  const losses = from.losses && to.losses && sameLosses(from.losses, to.losses);
  if (from.losses && !losses) return undefined;
  return { ...to, contentLayers, styleLayers, ...(losses && { losses }) };
}

type Losses = NonNullable<Settings["losses"]>;

/** `to` with the layers of `from`; undefined if it names others. */
function sameLosses(from: Losses, to: Losses): Losses | undefined {
  const all: Record<string, Losses[string]> = {};
  for (const [name, values] of Object.entries(to)) {
    const before = from[name]?.layers;
    const layers = before && values.layers && sameLayers(before, values.layers);
    if (before && !layers) return undefined;
    all[name] = { ...values, ...(layers && { layers }) };
  }
  return all;
}

type Weights = Readonly<Record<string, number>>;

/** The weights `to` of the layers of `from`; undefined if it names others. */
function sameLayers(from: Weights, to: Weights): Record<string, number> | undefined {
  if (Object.keys(to).some((layer) => !(layer in from))) return undefined;
  return Object.fromEntries(Object.keys(from).map((layer) => [layer, to[layer] ?? 0]));
}
