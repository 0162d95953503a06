/**
 * What a recipe is: a named, complete set of settings that says of itself what it does. Data alone: it refuses to know
 * how settings are checked, shown or run.
 */
import type { MachineSetting, Settings } from "../settings/settings.ts";

export interface Recipe {
  /** One sentence for lists. */
  readonly summary: string;
  /** What it is, exactly; for another program's, what differs from that and why. One string a paragraph. */
  readonly about: readonly string[];
  /** Every setting of what is computed; how, is the machine's business. Whoever selects the recipe may override any. */
  readonly settings: Omit<Settings, "recipe" | "quality" | MachineSetting>;
  /** What `quality` changes of them; without it, the recipe has one quality, `standard`. */
  readonly qualities?: Readonly<Record<"draft" | "fine", Partial<Recipe["settings"]>>>;
  /** After which steps of the job a picture is kept, unless the user says otherwise. */
  readonly snapshots?: { readonly every?: number; readonly at?: readonly number[] };
  /** Variants that are worth a table: values by setting, as `pastiche grid --vary` takes them. */
  readonly grid?: Readonly<Record<string, string>>;
}
