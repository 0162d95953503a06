/** What a job of the command line says of itself in words and as JSON. What it does, it refuses to know. */
import { basename } from "node:path";
import type { Image } from "../image/image.ts";
import type { SettingsInput } from "../settings/settings.ts";
import type { StartEvent, StylizeEvent } from "../transfer/events.ts";
import type { Region } from "../transfer/pictures/regions.ts";
import { planLine } from "./plan.ts";
import { type Progress, progressFor } from "./progress.ts";
import type { Shown } from "./result-files.ts";
import type { StylizeFlags } from "./stylize.ts";

/** Says a line, unless nothing is to be said. */
export type Say = (line: string) => void;

/** Where a job's progress is shown and its lines are said. */
export interface Voice {
  readonly progress: Progress;
  readonly say: Say;
}

export function voice({ quiet, progress: style }: Pick<StylizeFlags, "quiet" | "progress">): Voice {
  const progress = progressFor(quiet && style === "auto" ? "none" : style, process.stderr);
  const say: Say = (line) => {
    if (!quiet) progress.note(line);
  };
  return { progress, say };
}

/** What a job has come to so far. */
export interface Course {
  readonly start: StartEvent | undefined;
  /** The last image that it told. */
  readonly last: Shown | undefined;
  /** After the last step. */
  readonly loss: number;
  /** Since the course was begun. */
  readonly seconds: number;
  /** Takes note of an event. */
  follow(event: StylizeEvent): void;
}

/** The course of a job that begins now. */
export function newCourse(): Course {
  const began = performance.now();
  let start: StartEvent | undefined;
  let last: Shown | undefined;
  let loss = Number.NaN;
  return {
    get start() {
      return start;
    },
    get last() {
      return last;
    },
    get loss() {
      return loss;
    },
    get seconds() {
      return (performance.now() - began) / 1000;
    },
    follow(event) {
      if (event.type === "start") start = event;
      if (event.type === "step") loss = event.loss;
      if (event.type === "image" || event.type === "done") last = { image: event.image, step: event.step };
    },
  };
}

interface Announced {
  readonly settings: SettingsInput;
  readonly resume?: unknown;
  readonly style: readonly { readonly name: string }[];
}

/** Says what is worth a line before the first step. */
export function announce(
  start: StartEvent,
  { settings, resume, style }: Announced,
  verbose: boolean | undefined,
  say: Say,
): void {
  if (!resume && (settings.model ?? "auto") === "auto" && start.model === "pocket") {
    say("Using pocket, the small network of the package. For VGG19's full quality: pastiche models pull vgg19");
  }
  if (start.regions) say(`Regions: ${start.regions.map((region) => regionWords(region, style)).join("; ")}.`);
  say(`${planLine(start)}.`);
  if (!verbose) return;
  const sizes = start.levels.map(({ width, height, steps }) => `${width}x${height}*${steps}`).join(" ");
  say(`network ${start.model} (${start.weights.slice(0, 16)}), runtime ${start.runtime}, levels ${sizes}`);
}

/** What becomes of a region: a colour that was mistaken is seen here. */
function regionWords({ name, share, paintings }: Region, style: Announced["style"]): string {
  const part = share < 0.01 ? "less than 1%" : `${Math.round(share * 100)}%`;
  const like = paintings.map((i) => basename(style[i]!.name)).join(" and ");
  return `${name} (${part}) ${like === "" ? "stays as it is" : `like ${like}`}`;
}

/** One object about the result, for standard output; `null` for the picture's facts where none was saved. */
export function resultRecord({ start, last, loss, seconds }: Course, output: string) {
  const { image, step } = last ?? {};
  const picture = { output: image ? output : null, width: image?.width ?? null, height: image?.height ?? null };
  const origin = start && { model: start.model, weights: start.weights, runtime: start.runtime };
  return { ...picture, steps: step ?? 0, loss, seconds, ...origin };
}

/** The result in a line. */
export function summary({ last, loss, seconds }: Course): string {
  const { image, step } = last!;
  return `${image.width}x${image.height}, ${step} steps, ${seconds.toFixed(1)} s, loss ${loss.toPrecision(4)}`;
}

/** What a stopped job has saved; of an earlier level, how large it is. */
export function stoppedLine({ last, start }: Course, output: string): string {
  const { image, step } = last!;
  const final = start!.levels.at(-1)!;
  const size = ({ width, height }: Pick<Image, "width" | "height">) => `${width}x${height}`;
  const earlier = size(image) === size(final) ? "" : ` (${size(image)}, not yet ${size(final)})`;
  return `Stopped after step ${step}; what there is was saved as ${output}${earlier}`;
}
