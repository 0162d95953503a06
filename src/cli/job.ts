/**
 * One job of the command line: pictures read, the job run with progress shown, snapshots and the result written. What is
 * computed, it refuses to know.
 */
import { join, parse } from "node:path";
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { resizePlanes } from "../image/resize.ts";
import { createStylizer } from "../node.ts";
import { readPicture } from "../platform/node/pictures.ts";
import { encodePicture } from "../platform/node/pictures-write.ts";
import { checkWritable, writeAtomically } from "../platform/node/write.ts";
import { checkEncoding, type Depth, type OutputFormat, outputFormat, type Picture } from "../platform/pictures.ts";
import type { StartEvent } from "../transfer/events.ts";
import type { SettingsInput } from "../transfer/settings.ts";
import { interruption } from "./interruption.ts";
import { settingsText } from "./metadata.ts";
import { progressFor } from "./progress.ts";
import { readStandardInput, writeStandardOutput } from "./streams.ts";
import { type StylizeFlags, wholeNumber } from "./stylize.ts";

export interface JobRequest {
  readonly content: string;
  readonly style: string;
  readonly start: string | undefined;
  readonly settings: SettingsInput;
}

/** Runs the job. Everything that can be refused is refused before the first step. */
export async function runJob(request: JobRequest, flags: StylizeFlags): Promise<void> {
  const target = await outputTarget(request, flags);
  const snapshots = snapshotPlan(flags, target);
  const pictures = await readPictures(request);
  const { content, style, start } = pictures;
  const threads = flags.threads === undefined ? undefined : wholeNumber("--threads", flags.threads, 1, 256);
  const progress = progressFor(flags.quiet && flags.progress === "auto" ? "none" : flags.progress, process.stderr);
  const say = (line: string) => {
    progress.clear();
    if (!flags.quiet) process.stderr.write(`${line}\n`);
  };
  const stylizer = await createStylizer({ runtime: flags.runtime, ...(threads && { threads }) });
  const stop = interruption(say);
  const began = performance.now();
  let about: StartEvent | undefined;
  const save = async (image: Image, path: string, step: number, force: boolean) => {
    const text = flags.metadata && about ? settingsText(about, request, pictures, step) : {};
    const drawing = { image, alpha: alphaFor(content, image) };
    const bytes = await encodePicture(target.format, drawing, { ...target.encoding, text });
    if (path === "-") await writeStandardOutput(bytes);
    else await writeAtomically(path, bytes, { force });
  };
  let last: { image: Image; step: number } | undefined;
  let loss = Number.NaN;
  try {
    const job = { content: content.image, style: style.image, start: start?.image, settings: request.settings };
    const wantsImage = ({ step }: { step: number }) => snapshots.has(step);
    for await (const event of stylizer.stylize(job, { signal: stop.signal, wantsImage })) {
      progress.show(event);
      if (event.type === "start") {
        about = event;
        announce(event, request, flags, say);
      }
      if (event.type === "step") loss = event.loss;
      if (event.type === "image" || event.type === "done") last = { image: event.image, step: event.step };
      if (event.type === "image" && snapshots.has(event.step) && !stop.signal.aborted) {
        await save(event.image, snapshots.path(event.step), event.step, true);
      }
    }
    await save(last!.image, target.path, last!.step, flags.force ?? false);
  } catch (error) {
    // Whatever stopped the job: what there is, is kept.
    progress.clear();
    if (!last) throw error;
    await save(last.image, target.path, last.step, flags.force ?? false);
    say(`Stopped after step ${last.step}; what there is was saved as ${target.path}`);
    if (!stop.signal.aborted) throw error;
    process.exitCode = stop.status();
    return;
  } finally {
    stop.dispose();
    await stylizer.dispose();
  }
  const seconds = (performance.now() - began) / 1000;
  const { width, height } = last!.image;
  if (flags.json) {
    const result = { output: target.path, width, height, steps: last!.step, loss, seconds, ...origin(about!) };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else if (target.path !== "-" && !flags.quiet) process.stdout.write(`${target.path}\n`);
  if (flags.verbose)
    say(`${width}x${height}, ${last!.step} steps, ${seconds.toFixed(1)} s, loss ${loss.toPrecision(4)}`);
}

function origin({ model, weights, runtime }: StartEvent) {
  return { model, weights, runtime };
}

interface Target {
  readonly path: string;
  readonly format: OutputFormat;
  readonly encoding: { depth: Depth; quality?: number };
}

/** Where the result goes; refused now if it could not be written at the end. */
async function outputTarget({ content, style }: JobRequest, flags: StylizeFlags): Promise<Target> {
  const stem = (path: string) => parse(path).name;
  const usual = content === "-" || style === "-" ? "-" : `${stem(content)}-${stem(style)}.png`;
  const path = flags.output ?? usual;
  if (path === "-" && flags.json)
    throw new UserError("usage", "--json and the picture both want standard output; give -o FILE.");
  const depth = wholeNumber("--depth", flags.depth ?? "8", 8, 16);
  if (depth !== 8 && depth !== 16) throw new UserError("usage", `--depth: expected 8 or 16, got ${depth}.`);
  const quality = flags.quality === undefined ? {} : { quality: wholeNumber("--quality", flags.quality, 1, 100) };
  const format = path === "-" ? "png" : outputFormat(path);
  checkEncoding(format, { depth, ...quality });
  if (path !== "-") await checkWritable(path, { force: flags.force });
  return { path, format, encoding: { depth, ...quality } };
}

/** After which steps a snapshot is written, and where: `out.png` has `out-0100.png`. */
function snapshotPlan({ saveEvery, saveAt }: StylizeFlags, { path }: Target) {
  const every = saveEvery === undefined ? undefined : wholeNumber("--save-every", saveEvery, 1, 1e9);
  const at = new Set(saveAt?.split(",").map((text) => wholeNumber("--save-at", text.trim(), 1, 1e9)));
  if (path === "-" && (every || at.size > 0)) {
    throw new UserError("usage", "Snapshots are written beside the output; give -o FILE.");
  }
  const { dir, name, ext } = parse(path);
  return {
    has: (step: number) => (every !== undefined && step % every === 0) || at.has(step),
    path: (step: number) => join(dir, `${name}-${String(step).padStart(4, "0")}${ext}`),
  };
}

interface Read {
  readonly content: Picture;
  readonly style: Picture;
  readonly start: Picture | undefined;
}

async function readPictures({ content, style, start }: JobRequest): Promise<Read> {
  if ([content, style, start].filter((path) => path === "-").length > 1) {
    throw new UserError("usage", "Only one picture can come from standard input.");
  }
  const read = async (path: string) =>
    path === "-" ? readPicture(await readStandardInput(), { name: "standard input" }) : readPicture(path);
  return {
    content: await read(content),
    style: await read(style),
    start: start === undefined ? undefined : await read(start),
  };
}

/** The photo's transparency at the size of the result. */
function alphaFor({ image, alpha }: Picture, result: Image): Float32Array | undefined {
  return alpha && resizePlanes(alpha, image, result, "bilinear");
}

/** What is worth a line before the first step. */
function announce(start: StartEvent, { settings }: JobRequest, { verbose }: StylizeFlags, say: (line: string) => void) {
  if ((settings.model ?? "auto") === "auto" && start.model === "pocket") {
    say("Using pocket, the small network of the package. For VGG19's full quality: pastiche models pull vgg19");
  }
  if (!verbose) return;
  const sizes = start.levels.map(({ width, height, steps }) => `${width}x${height}*${steps}`).join(" ");
  say(`network ${start.model} (${start.weights.slice(0, 16)}), runtime ${start.runtime}, levels ${sizes}`);
}
