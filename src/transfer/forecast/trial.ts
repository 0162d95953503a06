/**
 * Predicts the time of a job: times a few of its steps on a small noise image and counts the pixels of all its steps.
 * Regions are omitted, because they cost little.
 */
import { greyed } from "../../image/color.ts";
import { noiseImage } from "../../image/noise.ts";
import type { Level } from "../../schedule/pyramid.ts";
import { givenSettings } from "../../settings/changes.ts";
import type { Settings, SettingsInput } from "../../settings/settings.ts";
import type { LevelWork, StylizeEvent } from "../events.ts";
import { PASSES } from "../level/work.ts";
import type { OwnParts } from "../parts.ts";
import { edgesOf } from "../pictures/edges.ts";
import type { GivenPictures } from "../pictures/texture.ts";
import { FINAL, type Precision, stepsInFloats } from "../precision/precision.ts";

/** A job reduced to sizes. */
export interface Timed {
  readonly settings: Settings;
  readonly parts?: OwnParts;
  readonly precision: Precision;
  readonly levels: readonly Level[];
  readonly work: readonly LevelWork[];
  /** Steps done already. */
  readonly done: number;
  readonly paintings: number;
  /** Whether there is a photo. */
  readonly photo: boolean;
  /** Whether it is painted in grey: the trial then uses the same programs. */
  readonly grey?: boolean;
}

const SIDES = [256, 192, 128, 96, 64];
/** The first step of a program is slower; in eight bits the first step of a level is in float32. */
const EIGHT = 3;
const FLOATS = 3;

/** The job to time, with sides of `side`, and the number of steps that suffices. */
export interface Trial {
  readonly side: number;
  readonly steps: number;
  readonly job: GivenPictures & OwnParts & { readonly settings: SettingsInput };
}

/**
 * The largest trial whose steps process at most `share` of the remaining job's pixels and that is no larger than the
 * job (or than 64 pixels); undefined if there is none.
 */
export function trialOf(timed: Timed, share: number): Trial | undefined {
  const { settings, parts, precision, levels, work, paintings, photo, grey } = timed;
  const steps = 1 + (precision === "int8" ? EIGHT : 0) + FLOATS;
  const begun = stepsDone(timed);
  const most = share * levels.reduce((sum, level, i) => sum + (level.steps - begun[i]!) * work[i]!.pixels, 0);
  const { width, height } = levels.at(-1)!;
  const fits = (side: number) =>
    side <= Math.max(64, Math.min(width, height)) && steps * pixelsOf(side, settings) <= most;
  const side = SIDES.find(fits);
  if (!side) return undefined;
  // All different from each other and from the job's own noise: a loss of zero has no gradient.
  const picture = (i: number) => {
    const noise = noiseImage({ width: side, height: side }, settings.seed + 1 + i);
    return grey ? greyed(noise) : noise;
  };
  const whole = { size: side, levels: 1, minSize: side, tile: "off", init: "noise", precision } as const;
  // So that as many steps are in eight bits as are to be timed.
  const all = precision === "int8" ? 1 + EIGHT + FINAL : steps;
  const given = { ...givenSettings(settings), ...whole, steps: all, firstSteps: all };
  const style = Array.from({ length: paintings }, (_, i) => picture(1 + i));
  return { side, steps, job: { ...(photo && { content: picture(0) }), style, settings: given, ...parts } };
}

/** Runs the trial's `events` as far as necessary; resolves to the remaining seconds of the job. */
export async function secondsOf(
  timed: Timed,
  { side, steps }: Trial,
  events: AsyncIterable<StylizeEvent>,
): Promise<number> {
  const { settings, precision, levels, work } = timed;
  const times: number[] = [];
  for await (const event of events) {
    if (event.type === "step") times.push(performance.now());
    if (times.length === steps) break;
  }
  const each = pixelsOf(side, settings);
  // On a busy machine the mean is more informative than the minimum.
  const paceOf = (from: number, count: number) => (times[from + count]! - times[from]!) / (1000 * count * each);
  const floats = paceOf(steps - 1 - FLOATS, FLOATS);
  const eight = precision === "int8" ? paceOf(0, EIGHT) : floats;
  const begun = stepsDone(timed);
  return levels.reduce((sum, level, i) => {
    const first = begun[i]!;
    const slow = stepsInFloats(level.steps, i === levels.length - 1, first);
    const quick = level.steps - first - slow;
    // Describing photo and painting takes about as long as a step.
    return sum + work[i]!.pixels * ((slow + (quick + slow > 0 ? 1 : 0)) * floats + quick * eight);
  }, 0);
}

/** The steps of each level that are done already. */
function stepsDone({ levels, done }: Timed): number[] {
  let before = 0;
  return levels.map(({ steps }) => {
    const first = Math.min(steps, Math.max(0, done - before));
    before += steps;
    return first;
  });
}

/** The pixels that a step of the trial processes. */
function pixelsOf(side: number, { margin, seamless }: Settings): number {
  const work = edgesOf({ margin, seamless }).workSize({ width: side, height: side });
  return PASSES.whole * work.width * work.height;
}
