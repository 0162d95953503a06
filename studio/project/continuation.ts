/** How a picture that is there is gone on from with other settings, instead of beginning anew. Settings in, settings out. */
import { givenSettings, type Settings, type SettingsInput, type Size } from "pastiche/web";
import { live } from "./live.ts";

/** What may be others: that changes what the picture is drawn to, not where it came from. */
const continuable: ReadonlySet<string> = new Set([...live, "size", "quality"]);

/** The next level is at least so many times as large. */
const GROWTH = 1.2;

/**
 * What is to be set besides `wanted` for a job that goes on from a picture of `size` that `before` made: the levels from there
 * up to the size that is wanted. Undefined where it has to begin anew.
 */
export function continuation(before: Settings, wanted: Settings, photo: Size, size: Size): SettingsInput | undefined {
  const names = changed(before, wanted);
  if (!names.every((name) => continuable.has(name) || name in wanted.parameters)) return undefined;
  const [now, then] = [longest(size), longestWanted(wanted, photo)];
  if (then < now) return undefined;
  if (then < now * GROWTH) return { levels: 1 };
  return { minSize: Math.ceil(now * GROWTH), firstSteps: wanted.steps };
}

/** The names of settings that differ. */
export function changed(before: Settings, wanted: Settings): string[] {
  const [one, other] = [before, wanted].map((settings) => givenSettings(settings) as Record<string, unknown>);
  const names = new Set([...Object.keys(one!), ...Object.keys(other!)]);
  // What a quality brings is not chosen by itself.
  const brought = before.quality === wanted.quality ? [] : ["steps", "firstSteps", "average"];
  return [...names].filter(
    (name) => !brought.includes(name) && JSON.stringify(one![name]) !== JSON.stringify(other![name]),
  );
}

function longestWanted({ size }: Settings, photo: Size): number {
  return typeof size === "number" ? size : longest(photo);
}

function longest({ width, height }: Size): number {
  return Math.max(width, height);
}
