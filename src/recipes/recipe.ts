/** The contract of a recipe: a named, complete set of settings with its description. Data only. */
import type { RecipeSettings } from "../settings/schema.ts";

/** A named set of settings. */
export interface Recipe {
  /** One sentence for lists. */
  readonly summary: string;
  /** What it is, exactly; for another program's, what differs from that and why. One string a paragraph. */
  readonly about: readonly string[];
  /** Every setting of what is computed; those of how it is computed belong to the machine. Users may override any. */
  readonly settings: RecipeSettings;
  /** What `quality` changes of them; without it, the recipe has one quality, `standard`. */
  readonly qualities?: Readonly<Record<"draft" | "fine", Partial<RecipeSettings>>>;
  /** After which steps of the job a picture is kept, unless the user says otherwise. */
  readonly snapshots?: { readonly every?: number; readonly at?: readonly number[] };
  /** Variants that are worth a table: values by setting, as `pastiche grid --vary` takes them. */
  readonly grid?: Readonly<Record<string, string>>;
}
