/** Where a job of the command line writes: the result, and snapshots beside it. */
import { join, parse } from "node:path";
import { invalid, UserError } from "../errors.ts";
import { readNumber } from "../parameters/value.ts";
import { withEnding } from "../platform/node/names.ts";
import { checkWritable } from "../platform/node/write.ts";
import { checkEncoding, type Depth, type OutputFormat, outputFormat } from "../platform/pictures.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import type { Settings } from "../settings/settings.ts";
import type { Sources } from "./inputs.ts";
import { snapshotFlags } from "./recipes.ts";
import { type StylizeFlags, wholeNumber } from "./stylize.ts";

export interface Target {
  readonly path: string;
  readonly format: OutputFormat;
  readonly encoding: { depth: Depth; quality?: number };
}

/** May the file at this path be replaced, if it exists? */
export type MayReplace = (path: string) => boolean | Promise<boolean>;

/** A name of ours, short enough for whatever stands beside it. */
export function defaultName(stem: string, ending: string): string {
  return withEnding(stem, ending, 20);
}

/** Where the result goes; refused now if it could not be written at the end. */
export async function outputTarget(sources: Sources, flags: StylizeFlags, mayReplace: MayReplace): Promise<Target> {
  const { content, style } = sources;
  const named = content ? [content, ...style] : style;
  const stems = [...named.map(({ name }) => parse(name).name), ...(content ? [] : ["texture"])];
  const path =
    flags.output ?? (named.some((source) => source.path === "-") ? "-" : defaultName(stems.join("-"), ".png"));
  if (path === "-" && flags.json)
    throw new UserError("usage", "--json and the picture both want standard output; give -o FILE.");
  const depth = readNumber(flags.depth ?? "8");
  if (depth !== 8 && depth !== 16) throw invalid("usage", "--depth", "8 or 16", depth);
  const quality =
    flags.jpegQuality === undefined ? {} : { quality: wholeNumber("--jpeg-quality", flags.jpegQuality, 1, 100) };
  const format = path === "-" ? "png" : outputFormat(path);
  checkEncoding(format, { depth, ...quality });
  if (path !== "-") await checkWritable(path, { force: await mayReplace(path) });
  return { path, format, encoding: { depth, ...quality } };
}

/** The flags for snapshots: as given, else as the recipe has it where there is a file to put them beside. */
export function wantedSnapshots(flags: StylizeFlags, { recipe }: Settings, { path }: Target): SnapshotFlags {
  if (flags.saveEvery !== undefined || flags.saveAt !== undefined) return flags;
  const { snapshots }: Recipe = recipes[recipe];
  return path === "-" ? {} : snapshotFlags(snapshots);
}

type SnapshotFlags = Pick<StylizeFlags, "saveEvery" | "saveAt">;

/** When snapshots are written, and where. */
export interface Snapshots {
  /** Is one written after this step? */
  has(step: number): boolean;
  path(step: number): string;
}

/**
 * After which steps a snapshot is written, and where: `out.png` has `out-0100.png`. One of `--save-at` whose name is taken
 * is refused now; of `--save-every` that is seen when its time has come.
 */
export async function snapshotPlan(
  { saveEvery, saveAt }: SnapshotFlags,
  { path }: Target,
  mayReplace: MayReplace,
): Promise<Snapshots> {
  const every = saveEvery === undefined ? undefined : wholeNumber("--save-every", saveEvery, 0, 1e9);
  const at = new Set(saveAt?.split(",").map((text) => wholeNumber("--save-at", text.trim(), 1, 1e9)));
  if (path === "-" && (every || at.size > 0)) {
    throw new UserError("usage", "Snapshots are written beside the output; give -o FILE.");
  }
  const { dir, name, ext } = parse(path);
  const pathOf = (step: number) => withEnding(join(dir, name), `-${String(step).padStart(4, "0")}${ext}`);
  for (const snapshot of [...at].map(pathOf)) {
    await checkWritable(snapshot, { force: await mayReplace(snapshot) });
  }
  return {
    has: (step) => (Boolean(every) && step % every! === 0) || at.has(step),
    path: pathOf,
  };
}
