/** The paths of a result and its snapshots, checked before the first step. */
import { UserError } from "../../errors.ts";
import { checkEncoding, type Depth, type OutputFormat, outputFormat } from "../../platform/pictures.ts";
import * as recipes from "../../recipes/index.ts";
import type { Recipe } from "../../recipes/recipe.ts";
import type { Label } from "../../settings/settings.ts";
import { outputOf, type PreparedJob } from "../begin/job.ts";
import type { JobFiles } from "../files.ts";
import type { Paths } from "../paths.ts";
import type { SnapshotRequest, Sources } from "../request.ts";

export interface Target {
  readonly path: string;
  readonly format: OutputFormat;
  readonly encoding: { depth: Depth; quality?: number };
}

/** Whether the file at this path may be replaced if it exists. */
export type MayReplace = (path: string) => Promise<boolean>;

/** Which files a job may replace. */
export function replacing(job: PreparedJob): MayReplace {
  return async (path) => Boolean(outputOf(job.request).force || (await job.replaces?.(path)));
}

/** A generated name, short enough for the names of files beside it. */
export function defaultName(stem: string, ending: string, paths: Paths): string {
  return paths.withEnding(stem, ending, 20);
}

/** The default name of the result, from its pictures; standard output if one came from standard input. */
function nameFor({ content, style }: Sources, paths: Paths): string {
  const named = content ? [content, ...style] : style;
  if (named.some(({ path }) => path === "-")) return "-";
  const stems = [...named.map(({ name }) => paths.parse(name).name), ...(content ? [] : ["texture"])];
  return defaultName(stems.join("-"), ".png", paths);
}

/** Where the result goes; undefined if it is not written. Errors: `usage`, `file`. */
export async function outputTarget(job: PreparedJob, files: JobFiles): Promise<Target | undefined> {
  if (job.request.output === false) return undefined;
  const { path = nameFor(job.pictures, files.paths), depth = 8, quality } = outputOf(job.request);
  const format = path === "-" ? "png" : outputFormat(path);
  const encoding = { depth, ...(quality !== undefined && { quality }) };
  checkEncoding(format, encoding);
  if (path !== "-") await files.checkWritable(path, { force: await replacing(job)(path) });
  return { path, format, encoding };
}

/** When snapshots are written, and where. */
export interface Snapshots {
  /** Whether one is written after this step. */
  has(step: number): boolean;
  path(step: number): string;
}

/**
 * After which steps snapshots are written, and their paths: `out.png` has `out-0100.png`. If a name of `at` exists, that is
 * an error now; names of `every` are checked when they are written.
 */
export async function snapshotPlan(
  job: PreparedJob,
  target: Target | undefined,
  files: JobFiles,
  label: Label,
): Promise<Snapshots> {
  const path = target?.path ?? "-";
  const { every = 0, at = [] } = job.request.snapshots ?? (path === "-" ? {} : recipeSnapshots(job));
  const steps = new Set(at);
  if (path === "-" && (every > 0 || steps.size > 0))
    throw new UserError("usage", `Snapshots are written beside the output; give ${label("output")} FILE.`);
  const { dir, name, ext } = files.paths.parse(path);
  const pathOf = (step: number) =>
    files.paths.withEnding(files.paths.join(dir, name), `-${String(step).padStart(4, "0")}${ext}`);
  const mayReplace = job.resume ? async () => true : replacing(job);
  for (const step of steps) await files.checkWritable(pathOf(step), { force: await mayReplace(pathOf(step)) });
  return { has: (step) => (every > 0 && step % every === 0) || steps.has(step), path: pathOf };
}

function recipeSnapshots({ settings: { recipe } }: PreparedJob): SnapshotRequest {
  const { snapshots = {} }: Recipe = recipes[recipe];
  return snapshots;
}
