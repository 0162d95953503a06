/** Settings that are valid each but not together. */
import { UserError } from "../errors.ts";
import type { Label, ValuesOf } from "../parameters/parameter.ts";
import type { LossValues } from "./parts.ts";
import type { schema } from "./schema.ts";

type Values = ValuesOf<typeof schema>;

/** Throws a `usage` error for settings that cannot be combined; `losses` are those of the job's own. */
export function refuseConflicts(settings: Values, losses: readonly LossValues[], label: Label): void {
  const tiles = typeof settings.tile === "number";
  if (settings.seamless && tiles)
    refuse(`${label("tile")}: a picture that repeats without end is worked on as a whole`, label("seamless"));
  if (settings.normalizeGradients && tiles)
    refuse(`${label("tile")}: a gradient is normalised as a whole`, label("normalizeGradients"));
  if (settings.styleLoss === "neighbors") refuseWithNeighbors(settings, label);
  const own = losses.some(({ layers, scales }) => scales ?? Object.keys(layers ?? {}).length > 0);
  if (!own && Object.keys({ ...settings.contentLayers, ...settings.styleLayers }).length === 0) {
    const lists = `${label("contentLayers")} and ${label("styleLayers")}`;
    throw new UserError("usage", `${lists}: expected at least one layer, got none.`);
  }
}

function refuse(why: string, other: string): never {
  throw new UserError("usage", `${why}; leave it out, or ${other}.`);
}

/** The loss `neighbors` stores positions of a painting: it works neither in tiles nor with unequal weights. */
function refuseWithNeighbors({ styleLoss, tile, blend }: Values, label: Label): void {
  const wrong = (name: string, why: string) =>
    new UserError("usage", `${label(name)}: with ${label("styleLoss")} ${styleLoss} ${why}.`);
  if (typeof tile === "number") throw wrong("tile", "a picture is worked on as a whole; leave it out, or choose gram");
  if (new Set(blend.filter((weight) => weight > 0)).size > 1) {
    const why = "the most similar place counts, of whichever painting";
    throw wrong("blend", `${why}; give one weight to all, or 0 to leave one out`);
  }
}
