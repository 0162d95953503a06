/** The options of commands that run jobs, and the parts of a job's request that are read from them. */
import { type Command, Option } from "commander";
import { invalid, UserError } from "../../errors.ts";
import type { CheckpointRequest, JobRequest, MachineRequest, OutputRequest, Sources } from "../../jobs/request.ts";
import { source } from "../../jobs/request.ts";
import { readNumber } from "../../parameters/value.ts";
import { type ProgressStyle, progressStyles } from "../terminal/progress.ts";
import { bytesOf, gathered, given, secondsOf, wholeNumber } from "./values.ts";

/** How a command reports progress and results. */
export interface ReporterFlags {
  readonly json?: boolean | undefined;
  readonly progress: ProgressStyle;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

export interface MachineFlags {
  readonly runtime?: string | undefined;
  readonly threads?: string | undefined;
  readonly memory?: string | undefined;
}

/** Of every command that runs a job. */
export interface RunningFlags extends ReporterFlags, MachineFlags {
  readonly checkpoint: boolean;
  readonly checkpointEvery?: string | undefined;
  readonly keepCheckpoint?: boolean | undefined;
  readonly report?: string | undefined;
  readonly maxPixels?: string | undefined;
}

/** Of a job's files. */
export interface OutputFlags {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly depth?: string | undefined;
  readonly jpegQuality?: string | undefined;
  readonly metadata?: boolean | undefined;
}

/** Of a job that begins. */
export interface JobFlags extends RunningFlags, OutputFlags {
  readonly saveEvery?: string | undefined;
  readonly saveAt?: string | undefined;
}

export interface MaskFlags {
  readonly mask?: string | undefined;
  readonly styleMask?: readonly string[] | undefined;
}

/** Of pictures that are given instead of remembered ones. */
export interface PictureFlags extends MaskFlags {
  readonly content?: string | undefined;
  readonly style?: readonly string[] | undefined;
  readonly start?: string | undefined;
}

export const THREADS = ["--threads <count>", "processor threads [all cores, or a container's quota]"] as const;
export const RUNTIME = ["--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto"] as const;
export const MEMORY = [
  "--memory <limit>",
  "at most so much, as in 2GB or 800MB; in tiles if need be [what is free]",
] as const;
export const MAX_PIXELS = [
  "--max-pixels <millions>",
  "read pictures of at most so many megapixels (1 to 268) [67]",
] as const;

/** The options that divide a photo into regions. */
export function maskOptions(command: Command): Command {
  return command
    .option(
      "--mask <file>",
      "flat colours, each a region of the photo: from light to dark, painted like one painting each",
    )
    .option(
      "--style-mask <file>",
      "its parts of the same colours are for these regions; once for each painting",
      gathered,
    );
}

/** The options of a job that begins: what is computed (`settings`), and what is written where. */
export function jobOptions(command: Command, output: string, settings: readonly Option[]): Command {
  command
    .option("-o, --output <file>", `PNG, JPEG, WebP or TIFF; - for standard output [${output}]`)
    .option("-f, --force", "replace the output if it exists");
  for (const option of settings) command.addOption(option);
  command
    .option("--save-every <steps>", "a snapshot beside the output every so many steps; 0 for none [the recipe's]")
    .option("--save-at <steps>", "snapshots after these steps, as in 100,400,1000 [the recipe's]");
  return runningOptions(encodingOptions(command, "8").option(...RUNTIME));
}

/** The options of how a result is written. */
export function encodingOptions(command: Command, depth: string): Command {
  return command
    .addOption(new Option("--depth <bits>", `bits a colour value (8, 16; 16 for PNG and TIFF) [${depth}]`))
    .option("--jpeg-quality <percent>", "of JPEG and WebP (1 to 100) [95]")
    .option("--no-metadata", "do not keep the settings inside the picture");
}

/** The options of every command that runs a job: how, not what. */
export function runningOptions(command: Command): Command {
  command
    .option("--checkpoint-every <seconds>", "how often the job's state is kept beside the output; 0 for never [30]")
    .option("--keep-checkpoint", "keep the last state of a job that is done, for --from: OUT.ckpt")
    .option("--no-checkpoint", "keep no state: a stopped job cannot be resumed")
    .option("--report <page>", "a page about the job, in one HTML file: result, snapshots, loss curves, settings")
    .option(...THREADS)
    .option(...MEMORY)
    .option(...MAX_PIXELS);
  return reporterOptions(command, "the result");
}

/** The options of how a command reports. */
export function reporterOptions(command: Command, about: string): Command {
  return command
    .option("--json", `one JSON object about ${about} on standard output`)
    .addOption(new Option("--progress <style>", "on standard error").choices(progressStyles).default("auto"))
    .option("-q, --quiet", "errors only")
    .option("-v, --verbose", "say more");
}

/** The options for pictures that are not where they were. */
export function pictureOptions(command: Command, why: string): Command {
  return command
    .option("--content <file>", `the photo, ${why}`)
    .option("--style <file>", `the painting, ${why}; of several, once for each, in their order`, gathered)
    .option("--start <file>", `the picture it started from, ${why}`)
    .option("--mask <file>", `the mask, ${why}`)
    .option("--style-mask <file>", `the mask of the painting, ${why}; of several, once for each`, gathered);
}

/** The files of pictures by role; roles without one are absent. */
export function picturesOf({ content, style, start, mask, styleMask }: PictureFlags): Partial<Sources> {
  return {
    ...(content !== undefined && { content: source(content) }),
    ...(style && { style: style.map(source) }),
    ...(start !== undefined && { start: source(start) }),
    ...(mask !== undefined && { mask: source(mask) }),
    ...(styleMask && { styleMask: styleMask.map(source) }),
  };
}

/** What is read from the flags of a job that begins, beside its settings and its pictures. */
export function jobRequest(flags: JobFlags): JobRequest {
  return { ...runningRequest(flags), output: outputRequest(flags), snapshots: snapshotRequest(flags) };
}

/** What is read from the flags of every command that runs a job. Errors: `usage`. */
export function runningRequest(flags: RunningFlags): JobRequest {
  return {
    report: flags.report,
    checkpoint: checkpointRequest(flags),
    machine: machineRequest(flags),
    maxPixels: maxPixelsOf(flags),
  };
}

export function outputRequest({ output, force, depth, jpegQuality, metadata }: OutputFlags): OutputRequest {
  return {
    path: output,
    depth: given(depth, depthOf),
    quality: given(jpegQuality, (text) => wholeNumber("--jpeg-quality", text, 1, 100)),
    metadata,
    force,
  };
}

function snapshotRequest({ saveEvery, saveAt }: JobFlags): JobRequest["snapshots"] {
  if (saveEvery === undefined && saveAt === undefined) return undefined;
  return {
    every: given(saveEvery, (text) => wholeNumber("--save-every", text, 0, 1e9)),
    at: saveAt?.split(",").map((text) => wholeNumber("--save-at", text.trim(), 1, 1e9)),
  };
}

function checkpointRequest({ checkpoint, checkpointEvery, keepCheckpoint }: RunningFlags): CheckpointRequest | false {
  const every = given(checkpointEvery, (text) => secondsOf("--checkpoint-every", text));
  if (checkpoint) return { every, keep: keepCheckpoint };
  if (keepCheckpoint) throw new UserError("usage", "--keep-checkpoint keeps a checkpoint; leave --no-checkpoint out.");
  return false;
}

/** The machine that flags name. Whether there is such a runtime is checked when it is opened. */
export function machineRequest({ runtime, threads, memory }: MachineFlags): MachineRequest {
  return {
    runtime,
    threads: given(threads, (text) => wholeNumber("--threads", text, 1, 256)),
    memory: given(memory, (text) => bytesOf("--memory", text)),
  };
}

/** The value of `--max-pixels`, in pixels. */
export function maxPixelsOf({ maxPixels }: { readonly maxPixels?: string | undefined }): number | undefined {
  return given(maxPixels, (text) => wholeNumber("--max-pixels", text, 1, 268) * 1e6);
}

/** 8 or 16, or a `usage` error. */
export function depthOf(text: string): 8 | 16 {
  if (text === "8" || text === "16") return Number(text) as 8 | 16;
  throw invalid("usage", "--depth", "8 or 16", readNumber(text));
}
