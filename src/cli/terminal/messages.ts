/** Messages about jobs, as text and as JSON. */
import { basename } from "node:path";
import { bytesText } from "../../errors.ts";
import type { JobResult, PlannedEvent, StoppedEvent } from "../../jobs/events.ts";
import type { Size, StartEvent } from "../../node.ts";
import type { TextStream } from "./context.ts";
import { type Progress, type ProgressStyle, progressFor } from "./progress.ts";

/** Prints a line, unless the command is to be quiet. */
export type Say = (line: string) => void;

/** Shows the progress of a job, and prints lines. */
export interface Reporter {
  readonly progress: Progress;
  readonly say: Say;
}

export function createReporter(
  { quiet = false, progress: style }: { readonly quiet?: boolean | undefined; readonly progress: ProgressStyle },
  stream: TextStream,
): Reporter {
  const progress = progressFor(quiet && style === "auto" ? "none" : style, stream);
  return {
    progress,
    say(line) {
      if (!quiet) progress.note(line);
    },
  };
}

/** What is worth a line when a job starts. `resumed`: it goes on from its own checkpoint. */
export function startLines(
  start: StartEvent,
  { settings, pictures: { style } }: Pick<PlannedEvent, "settings" | "pictures">,
  { resumed, verbose = false }: { readonly resumed: boolean; readonly verbose?: boolean | undefined },
): string[] {
  const lines: string[] = [];
  if (!resumed && settings.model === "auto" && start.model !== "vgg19")
    lines.push(`Using ${start.model}, from the package. Faster: --model pocket. Best: pastiche models pull vgg19`);
  if (start.regions) lines.push(`Regions: ${start.regions.map((region) => regionText(region, style)).join("; ")}.`);
  lines.push(`${planLine(start)}.`);
  if (verbose) {
    const sizes = start.levels.map(({ width, height, steps }) => `${width}x${height}*${steps}`).join(" ");
    lines.push(`network ${start.model} (${start.weights.slice(0, 16)}), runtime ${start.runtime}, levels ${sizes}`);
  }
  return lines;
}

/** What becomes of a region: a mistaken colour is seen here. */
function regionText(
  { name, share, paintings }: NonNullable<StartEvent["regions"]>[number],
  style: PlannedEvent["pictures"]["style"],
): string {
  const part = share < 0.01 ? "less than 1%" : `${Math.round(share * 100)}%`;
  const like = paintings.map((i) => basename(style[i]!.name)).join(" and ");
  return `${name} (${part}) ${like === "" ? "stays as it is" : `like ${like}`}`;
}

/** A job in a line: `2048x1365 in 9 levels, 300 steps, in 6 tiles of 768, about 1.2 GB of memory, about 25 min`. */
export function planLine({ levels, steps, work, tile, peak, seconds }: Omit<StartEvent, "type">): string {
  const { width, height } = levels.at(-1)!;
  const { tiles } = work.at(-1)!;
  const how = tiles === 1 ? "whole" : `in ${tiles} tiles of ${tile}`;
  const sizes = levels.length === 1 ? "one level" : `${levels.length} levels`;
  const time = seconds === undefined ? "" : `, about ${duration(seconds)}`;
  return `${width}x${height} in ${sizes}, ${steps} steps, ${how}, about ${bytesText(peak)} of memory${time}`;
}

/** The time that a job still takes, in a line. */
export function timeLine(seconds: number): string {
  return `About ${duration(seconds)} left.`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** One object about the result, for standard output; `null` for the picture's facts where none was written. */
export function resultRecord({ output, size, step, loss, seconds, start }: JobResult, planned: string | undefined) {
  const picture = {
    output: size ? (output ?? planned ?? null) : null,
    width: size?.width ?? null,
    height: size?.height ?? null,
  };
  const origin = start && { model: start.model, weights: start.weights, runtime: start.runtime };
  return { ...picture, steps: step, loss, seconds, ...origin };
}

/** The result in a line. */
export function summary({ size, step, loss, seconds }: JobResult): string {
  return `${size!.width}x${size!.height}, ${step} steps, ${seconds.toFixed(1)} s, loss ${loss.toPrecision(4)}`;
}

/** What a stopped job has written; of an earlier level, how large it is. */
export function stoppedLine({ why, result: { output, size, step, start } }: StoppedEvent): string | undefined {
  if (size === undefined)
    return why === "stopped" ? "Stopped before the first step; there is nothing to save." : undefined;
  if (output === undefined) return undefined;
  const final = start!.levels.at(-1)!;
  const text = ({ width, height }: Size) => `${width}x${height}`;
  const earlier = text(size) === text(final) ? "" : ` (${text(size)}, not yet ${text(final)})`;
  return `Stopped after step ${step}; what there is was saved as ${output}${earlier}`;
}
