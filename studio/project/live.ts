/** Which settings a running job takes, and what of changed settings it is to be given. */
import { type Adjustments, givenSettings, losses, type Settings } from "pastiche/web";

/** The losses that look at a filtered image: each has a strength that is called as the loss is, and scales. */
const filters = Object.keys(losses).filter((name) => "filter" in losses[name as keyof typeof losses]);

/** What changes where the picture is drawn to, not where it came from; whatever the optimiser. */
export const live: ReadonlySet<string> = new Set([
  ...["alpha", "beta", "tv", "contentLayers", "styleLayers", "average", "styleScale", "strokes", "blend"],
  ...filters.flatMap((name) => [name, `${name}Scales`]),
]);

/**
 * What a job that has the settings `now` is to be told so that it goes on with `wanted`; undefined where it cannot: it has
 * to begin anew.
 */
export function adjustmentsFor(now: Settings, wanted: Settings): Adjustments | undefined {
  const [before, after] = [given(now), given(wanted)];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const takes = (name: string) => live.has(name) || (name in now.parameters && name in wanted.parameters);
  if (!differing.every(takes)) return undefined;
  return Object.fromEntries(differing.map((name) => [name, after[name]])) as Adjustments;
}

function given(settings: Settings): Record<string, unknown> {
  return givenSettings(settings) as Record<string, unknown>;
}
