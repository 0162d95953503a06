/**
 * One job of the command line: pictures read, the job run with progress shown, snapshots, checkpoints and the result
 * written. What is computed, it refuses to know.
 */
import { UserError } from "../errors.ts";
import type { Image, Size } from "../image/image.ts";
import { createStylizer } from "../node.ts";
import type { CheckpointSlots } from "../platform/node/checkpoint-slots.ts";
import { encodePicture } from "../platform/node/pictures-write.ts";
import { checkRuntimeName } from "../platform/node/runtimes.ts";
import { clearTemporaries, writeAtomically, writeBeside } from "../platform/node/write.ts";
import type { Picture } from "../platform/pictures.ts";
import type { Checkpoint } from "../transfer/checkpoint.ts";
import type { StartEvent } from "../transfer/events.ts";
import type { Pictures } from "../transfer/prepare.ts";
import { parseSettings, type SettingsInput } from "../transfer/settings.ts";
import { checkpointKeeping } from "./checkpoint-keeping.ts";
import { checkpointNotes } from "./checkpoint-notes.ts";
import { alphaFor, readPictures, type Sources } from "./inputs.ts";
import { interruption } from "./interruption.ts";
import { settingsText } from "./metadata.ts";
import { progressFor } from "./progress.ts";
import { writeStandardOutput } from "./streams.ts";
import { type StylizeFlags, wholeNumber } from "./stylize.ts";
import { outputTarget, snapshotPlan } from "./target.ts";

export interface JobRequest extends Sources {
  readonly settings: SettingsInput;
  /** Goes on from there. */
  readonly resume?: { readonly checkpoint: Checkpoint; readonly slots: CheckpointSlots };
  /** May a file that exists be replaced without -f, because this very job made it before it was stopped? */
  readonly replaces?: (path: string) => Promise<boolean>;
  /** Called with the start event, before the first step: what is worth a line. */
  readonly onStart?: (start: StartEvent, say: (line: string) => void) => void;
}

/** Runs the job. Everything that can be refused is refused before the first step. */
export async function runJob(request: JobRequest, flags: StylizeFlags): Promise<void> {
  const mayReplace = async (path: string) => Boolean(flags.force || (await request.replaces?.(path)));
  const target = await outputTarget(request, flags, mayReplace);
  const force = await mayReplace(target.path);
  const snapshots = await snapshotPlan(flags, target, request.resume ? () => true : mayReplace);
  const threads = flags.threads === undefined ? undefined : wholeNumber("--threads", flags.threads, 1, 256);
  checkRuntimeName(flags.runtime);
  const progress = progressFor(flags.quiet && flags.progress === "auto" ? "none" : flags.progress, process.stderr);
  const say = (line: string) => {
    if (!flags.quiet) progress.note(line);
  };
  const keeping = await checkpointKeeping(target.path, flags, say, request.resume);
  const { job, facts, alphaAt } = await read(request);
  const notes = checkpointNotes(request, facts, flags, target.path);
  if (target.path !== "-") await clearTemporaries(target.path);
  const stylizer = await createStylizer({ runtime: flags.runtime, onNote: say, ...(threads && { threads }) });
  const stop = interruption(say);
  const began = performance.now();
  let about: StartEvent | undefined;
  const encoded = (image: Image, step: number) => {
    const text = flags.metadata && about ? settingsText(about, request, facts, step) : {};
    const drawing = { image, alpha: alphaAt(image) };
    return encodePicture(target.format, drawing, { ...target.encoding, text });
  };
  /** Returns the path that the result got: not the wished one where a file of that name has appeared by now. */
  const saveResult = async ({ image, step }: { image: Image; step: number }) => {
    const bytes = await encoded(image, step);
    if (target.path === "-") await writeStandardOutput(bytes);
    else if (force) await writeAtomically(target.path, bytes, { force });
    else return writeBeside(target.path, bytes);
    return target.path;
  };
  let warned = false;
  const saveSnapshot = async ({ image, step }: { image: Image; step: number }) => {
    const path = snapshots.path(step);
    try {
      await writeAtomically(path, await encoded(image, step), { force: await mayReplace(path) });
    } catch (error) {
      // A snapshot is not worth the job.
      if (!(error instanceof UserError) || error.code !== "file") throw error;
      if (!warned) say(`A snapshot could not be written, and the job goes on without: ${error.message}`);
      warned = true;
    }
  };
  let last: { image: Image; step: number } | undefined;
  let done = false;
  let output = target.path;
  let loss = Number.NaN;
  /** One object about the result on standard output; `null` for the picture's facts where none was saved. */
  const tell = (more: object) => {
    const { image, step } = last ?? {};
    const picture = { output: image ? output : null, width: image?.width ?? null, height: image?.height ?? null };
    const seconds = (performance.now() - began) / 1000;
    const result = { ...picture, steps: step ?? 0, loss, seconds, ...(about && origin(about)), ...more };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  };
  try {
    const options = {
      signal: stop.signal,
      wantsImage: ({ step }: { step: number }) => snapshots.has(step),
      ...(keeping && { wantsCheckpoint: keeping.due }),
    };
    for await (const event of stylizer.stylize(job(), options)) {
      progress.show(event);
      if (event.type === "start") {
        about = event;
        announce(event, request, flags, say);
      }
      if (event.type === "step") loss = event.loss;
      // What a job stopped before its first step shows is what it started from: nothing to keep.
      if (stop.signal.aborted && "step" in event && event.step === 0) continue;
      if (event.type === "image" || event.type === "done") last = { image: event.image, step: event.step };
      if (event.type === "image" && snapshots.has(event.step) && !stop.signal.aborted) {
        await saveSnapshot(event);
      }
      if (event.type === "checkpoint") await keeping!.keep(event.checkpoint, notes);
    }
    done = true;
    output = await saveResult(last!);
    if (output !== target.path)
      progress.note(`${target.path} has appeared meanwhile and was left alone; this is ${output}`);
    await keeping?.finish();
  } catch (error) {
    // Whatever stopped the job: what there is, is kept.
    progress.clear();
    try {
      if (last && !done) {
        output = await saveResult(last);
        say(`Stopped after step ${last.step}; what there is was saved as ${output}${earlier(last.image, about!)}`);
      } else if (!done && stop.signal.aborted) say("Stopped before the first step; there is nothing to save.");
    } finally {
      // Refused before it began, there is nothing new to say.
      const command = about && keeping?.command();
      if (command && (error as UserError).code !== "diverged") say(`To go on: ${command}`);
    }
    if (!stop.signal.aborted || done) throw error;
    process.exitCode = stop.status();
    if (flags.json) tell({ stopped: true });
    return;
  } finally {
    stop.dispose();
    await stylizer.dispose();
  }
  const { width, height } = last!.image;
  const seconds = (performance.now() - began) / 1000;
  if (flags.json) tell({});
  else if (target.path !== "-" && !flags.quiet) process.stdout.write(`${output}\n`);
  if (flags.verbose)
    say(`${width}x${height}, ${last!.step} steps, ${seconds.toFixed(1)} s, loss ${loss.toPrecision(4)}`);
}

/**
 * The pictures, read: as a job that is handed out once, so that nobody holds its images longer than the job does, and as
 * what the result needs of them.
 */
async function read(request: JobRequest) {
  const { content, style, start } = await readPictures(request, parseSettings(request.settings));
  const digest = (picture: Picture) => ({ digest: picture.digest });
  const { alpha, image } = content;
  const size: Size = { width: image.width, height: image.height };
  let images: Pictures | undefined = { content: content.image, style: style.image, start: start?.image };
  return {
    facts: { content: digest(content), style: digest(style), start: start && digest(start) },
    alphaAt: (result: Size) => alphaFor(alpha, size, result),
    job() {
      const { settings, resume } = request;
      const job = { ...images!, settings, resume: resume?.checkpoint };
      images = undefined;
      return job;
    },
  };
}

/** What to say of an image of an earlier level. */
function earlier({ width, height }: Image, { levels }: StartEvent): string {
  const final = levels.at(-1)!;
  if (width === final.width && height === final.height) return "";
  return ` (${width}x${height}, not yet ${final.width}x${final.height})`;
}

function origin({ model, weights, runtime }: StartEvent) {
  return { model, weights, runtime };
}

/** What is worth a line before the first step. */
function announce(start: StartEvent, request: JobRequest, { verbose }: StylizeFlags, say: (line: string) => void) {
  if (!request.resume && (request.settings.model ?? "auto") === "auto" && start.model === "pocket") {
    say("Using pocket, the small network of the package. For VGG19's full quality: pastiche models pull vgg19");
  }
  request.onStart?.(start, say);
  if (!verbose) return;
  const sizes = start.levels.map(({ width, height, steps }) => `${width}x${height}*${steps}`).join(" ");
  say(`network ${start.model} (${start.weights.slice(0, 16)}), runtime ${start.runtime}, levels ${sizes}`);
}
