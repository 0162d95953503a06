/** Settings that may change while a job runs. */
import { invalid } from "../errors.ts";
import * as optimizers from "../optimizers/index.ts";
import { checkSome, type Parameters } from "../parameters/parameter.ts";
import { isRecord } from "../records.ts";
import { namedLayers } from "./layers.ts";
import { type FilterLoss, filterLosses } from "./schema.ts";
import { jobSettings, type Settings } from "./settings.ts";

/**
 * Changes while a job runs, in effect from the next step. The strength of a filtered image's loss takes effect only if
 * the job began with one above 0.
 */
export type Adjustments = Partial<
  Pick<Settings, "alpha" | "beta" | "tv" | "contentLayers" | "styleLayers" | "average" | "parameters" | FilterLoss>
>;

const names = ["alpha", "beta", "tv", "contentLayers", "styleLayers", "average", ...filterLosses] as const;
const adjustable: Parameters = Object.fromEntries(names.map((name) => [name, jobSettings[name]]));

/** `settings` with the changes. Errors as of `parseSettings`. */
export function adjustedSettings(settings: Settings, changes: Adjustments = {}): Settings {
  if (!isRecord(changes) || changes instanceof Promise)
    throw invalid("usage", "adjust", "changes of settings as a record, or nothing", changes);
  const { parameters, ...own } = changes;
  const label = (name: string) => `adjust: ${name}`;
  checkSome(adjustable, own, label);
  if (parameters !== undefined) checkSome(optimizers[settings.optimizer].parameters, parameters, label);
  const { contentLayers, styleLayers } = { ...settings, ...changes };
  return {
    ...settings,
    ...changes,
    contentLayers: namedLayers(contentLayers),
    styleLayers: namedLayers(styleLayers),
    parameters: { ...settings.parameters, ...parameters },
  };
}
