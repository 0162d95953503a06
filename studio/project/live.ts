/** Which settings a running job takes, and what of changed settings it is to be given. */
import { type Adjustments, givenSettings, losses, type Settings } from "pastiche/web";

/** The losses that look at a filtered image: each has a strength that is called as the loss is. */
const filters = Object.keys(losses).filter((name) => "filter" in losses[name as keyof typeof losses]);

/** What acts on the next step, whatever the optimiser. */
export const live: ReadonlySet<string> = new Set([
  ...["alpha", "beta", "tv", "contentLayers", "styleLayers", "average"],
  ...filters,
]);

/**
 * What a job that began with `began` is to be told so that it goes on with `wanted`; undefined where it cannot: it has to
 * begin anew.
 */
export function adjustmentsFor(began: Settings, wanted: Settings): Adjustments | undefined {
  const [before, after] = [given(began), given(wanted)];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const changes: Record<string, unknown> = {};
  for (const name of differing) {
    const isParameter = name in began.parameters && name in wanted.parameters;
    if (isParameter || takes(began, wanted, name)) changes[name] = after[name];
    else return undefined;
  }
  return changes as Adjustments;
}

function takes(began: Settings, wanted: Settings, name: string): boolean {
  if (!live.has(name)) return false;
  // What looks at nothing was left out of the step.
  if (filters.includes(name)) return (began as unknown as Record<string, number>)[name]! > 0;
  if (name !== "contentLayers" && name !== "styleLayers") return true;
  const layers = (settings: Settings) => Object.keys(settings[name]).sort().join();
  return layers(began) === layers(wanted);
}

function given(settings: Settings): Record<string, unknown> {
  return givenSettings(settings) as Record<string, unknown>;
}
