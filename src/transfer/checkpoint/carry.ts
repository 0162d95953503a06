/** Continues a job with other settings or at a larger size: its settings, its checks, and the image it starts from. */
import { UserError } from "../../errors.ts";
import { cropClamped, type Image, longSideOf, type Size } from "../../image/image.ts";
import { type Level, pyramid } from "../../schedule/pyramid.ts";
import { changedSettings } from "../../settings/changes.ts";
import type { Parts } from "../../settings/parts.ts";
import type { Label, Settings, SettingsInput } from "../../settings/settings.ts";
import { sidesOf } from "../../settings/size.ts";
import { edgesOf, GRAIN } from "../pictures/edges.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkNetwork } from "./resume.ts";

/**
 * The settings of a job that continues `from` with `changes`. Where they include a larger size, its levels are those of the
 * new pyramid that are larger than the checkpoint's; `minSize` is set accordingly, so that the job can be resumed like
 * any other and its settings can be given again. These levels take `steps` steps unless `firstSteps` is given, too.
 * Throws `usage` errors, in which `label` names a setting. `parts` are those that the job is given.
 */
export function carriedSettings(
  from: Checkpoint,
  changes: SettingsInput = {},
  label: Label = String,
  parts: Parts = {},
): Settings {
  const before = from.settings;
  if (changes.model !== undefined && changes.model !== "auto" && changes.model !== from.model) {
    throw refused(label("model"), `the checkpoint is of a job with ${from.model}, not ${changes.model}`);
  }
  const { init, initFlat, initNoise } = before;
  for (const [name, value] of Object.entries({ init, initFlat, initNoise })) {
    const given = changes[name as "init" | "initFlat" | "initNoise"];
    if (given !== undefined && given !== value)
      throw refused(label(name), "it starts with the image of the checkpoint");
  }
  // Another recipe may start elsewhere; this job does not.
  const wanted = changedSettings(before, { ...changes, init, initFlat, initNoise }, label, parts);
  if (wanted.size === before.size) return wanted;
  const [size, long] = [numericSize(wanted, label("size")), longSideOf(from.size)];
  if (size < long) throw smaller(from, String(size), label("size"));
  // Tiles are decided anew for the larger picture.
  const larger: Settings = { ...wanted, tile: changes.tile ?? "auto" };
  const levels = pyramid({ ...larger, width: size, height: size, grain: grainOf(larger) });
  const first = levels.findIndex(({ width }) => width > long);
  if (first < 0) return wanted;
  // Rounded down, so that rounding does not drop the level itself.
  const exact = size / Math.SQRT2 ** (levels.length - 1 - first);
  const { firstSteps = larger.steps } = changes;
  return { ...larger, minSize: Math.max(GRAIN, Math.floor(exact)), firstSteps };
}

/** Throws a `UserError` unless a job with this network can continue `from` at its level `first`. */
export function checkCarries(
  from: Checkpoint,
  job: Pick<Checkpoint, "settings" | "model" | "weights"> & { readonly first: Level },
): void {
  checkNetwork(from, job);
  const { size, settings, tensors } = from;
  const { first } = job;
  // Both sizes are rounded, and so was the photo's when it was read.
  const apart = Math.abs(size.width * first.height - size.height * first.width);
  if (apart > ((grainOf(job.settings) + 1) / 2) * (size.width + size.height + first.width + first.height)) {
    throw refused("size", `${text(first)} has not the proportions of the checkpoint's ${text(size)}`);
  }
  const { width, height } = edgesOf(settings).workSize(size);
  if (String(tensors.get("shown")?.shape) !== String([1, 3, height, width]))
    throw new UserError("file", `The checkpoint does not fit itself: its picture is not of ${width}x${height} pixels.`);
}

/** The image last shown. */
export function carriedImage({ tensors, size }: Pick<Checkpoint, "tensors" | "size">): Image {
  const { data, shape } = tensors.get("shown")!;
  return cropClamped({ width: shape[3]!, height: shape[2]!, data }, size);
}

function numericSize({ size }: Settings, name: string): number {
  const sides = sidesOf(size);
  if (sides) return longSideOf(sides);
  if (typeof size === "number") return size;
  throw new UserError("usage", `${name}: to carry a job on, expected the long side in pixels, got ${size}.`);
}

function grainOf({ seamless }: Settings): number {
  return seamless ? GRAIN : 1;
}

/** The error for a job whose levels are all smaller than the checkpoint. */
export function smaller(from: Checkpoint, size: string, name = "size"): UserError {
  const expected = "expected its size or a larger one";
  return new UserError("usage", `${name}: the checkpoint is ${text(from.size)} already; ${expected}, got ${size}.`);
}

function refused(name: string, why: string): UserError {
  return new UserError("usage", `${name}: a job cannot be carried on like that: ${why}.`);
}

function text({ width, height }: Size): string {
  return `${width}x${height}`;
}
