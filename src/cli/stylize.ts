/** `pastiche CONTENT STYLE`: one photo in the style of one painting. Flags in, one job run, its files written. */
import { Command, Option } from "commander";
import { UserError } from "../errors.ts";
import { readNumber } from "../parameters/value.ts";
import type { ReadOptions } from "../platform/node/pictures.ts";
import { starts } from "../settings/schema.ts";
import { flagOf, readSettings, settingOptions } from "./flags.ts";
import { progressStyles } from "./progress.ts";
import { mapRoles, type Roles } from "./roles.ts";

/** Files that are given instead of remembered ones. */
export type GivenPictures = Partial<Roles<string>>;

/** The command's own options, beside the settings of the job. */
export interface StylizeFlags {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly mask?: string | undefined;
  readonly styleMask?: readonly string[] | undefined;
  readonly saveEvery?: string | undefined;
  readonly saveAt?: string | undefined;
  readonly depth?: string | undefined;
  readonly jpegQuality?: string | undefined;
  readonly metadata: boolean;
  readonly checkpoint: boolean;
  readonly checkpointEvery?: string | undefined;
  readonly keepCheckpoint?: boolean | undefined;
  readonly from?: string | undefined;
  readonly runtime: string;
  readonly threads?: string | undefined;
  readonly memory?: string | undefined;
  readonly maxPixels?: string | undefined;
  readonly report?: string | undefined;
  readonly json?: boolean | undefined;
  readonly progress: (typeof progressStyles)[number];
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

export function stylizeCommand(): Command {
  const command = new Command("stylize")
    .description("repaint a photo in the style of a painting, or of several (the default command)")
    .usage("[options] <content> <style...>")
    .argument("[content]", "the photo: JPEG, PNG, WebP, AVIF, TIFF or GIF; - for standard input")
    .argument("[style...]", "the painting, or several; - for standard input");
  return jobOptions(maskOptions(command), "CONTENT-STYLE.png", settingOptions())
    .option("--from <checkpoint>", "carry that job on to a larger --size; all else is as it was, pictures too")
    .addHelpText("after", EXAMPLES)
    .action(async (content: string | undefined, style: string[], flags: StylizeFlags) => {
      if (flags.from !== undefined) {
        const { runCarried } = await import("./carry.ts");
        return runCarried(flags.from, content === undefined ? [] : [content, ...style], flags);
      }
      if (content === undefined || style.length === 0)
        return missing(command, content === undefined ? "content" : "style");
      return runGiven({ content, style, mask: flags.mask, styleMask: flags.styleMask }, flags);
    });
}

/** Complains as commander does: a picture may be missing only where a checkpoint knows it. */
function missing(command: Command, name: string): never {
  return command.error(`error: missing required argument '${name}'`, { code: "commander.missingArgument" });
}

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
    .option("--save-at <steps>", "snapshots after these steps, as in 100,400,1000 [the recipe's]")
    .addOption(new Option("--depth <bits>", "bits a colour value (8, 16; 16 for PNG and TIFF) [8]"))
    .option("--jpeg-quality <percent>", "of JPEG and WebP (1 to 100) [95]")
    .option("--no-metadata", "do not keep the settings inside the picture")
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto");
  return runningOptions(command);
}

/** Runs the job of these files and flags. */
export async function runGiven(files: Omit<Roles<string>, "start">, flags: StylizeFlags): Promise<void> {
  const { parseSettings } = await import("../settings/settings.ts");
  const given = readSettings(flags as unknown as Record<string, unknown>);
  // Anything else than a start's name is a file to start from.
  const start = startFile(given.init);
  if (start !== undefined) delete given.init;
  parseSettings(given, flagOf);
  const { runJob } = await import("./job.ts");
  const { typed } = await import("./inputs.ts");
  await runJob({ ...mapRoles({ ...files, start }, typed), settings: given }, flags);
}

/** The options of every command that runs a job: how, not what. */
export function runningOptions(command: Command): Command {
  return command
    .option("--checkpoint-every <seconds>", "how often the job's state is kept beside the output; 0 for never [30]")
    .option("--keep-checkpoint", "keep the last state of a job that is done, for --from: OUT.ckpt")
    .option("--no-checkpoint", "keep no state: a stopped job cannot be resumed")
    .option("--report <page>", "a page about the job, in one HTML file: result, snapshots, loss curves, settings")
    .option("--threads <count>", "processor threads [all cores, or a container's quota]")
    .option(...MEMORY)
    .option(...MAX_PIXELS)
    .option("--json", "one JSON object about the result on standard output")
    .addOption(new Option("--progress <style>", "on standard error").choices(progressStyles).default("auto"))
    .option("-q, --quiet", "errors only")
    .option("-v, --verbose", "say more");
}

/** The flag for what a job may take of the memory. */
export const MEMORY = [
  "--memory <limit>",
  "at most so much, as in 2GB or 800MB; in tiles if need be [what is free]",
] as const;

/** The flag for how large a picture may be. */
export const MAX_PIXELS = [
  "--max-pixels <millions>",
  "read pictures of at most so many megapixels (1 to 268) [67]",
] as const;

/** What reading a picture may take, as flags say it. */
export function readLimits({ maxPixels, memory }: Pick<StylizeFlags, "maxPixels" | "memory">): ReadLimits {
  return { maxPixels: maxPixelsOf({ maxPixels }), memory: memory === undefined ? undefined : bytesOf(memory) };
}

export type ReadLimits = Pick<ReadOptions, "maxPixels" | "memory">;

/** What `--max-pixels` says, in pixels. */
function maxPixelsOf({ maxPixels }: Pick<StylizeFlags, "maxPixels">): number | undefined {
  return maxPixels === undefined ? undefined : wholeNumber("--max-pixels", maxPixels, 1, 268) * 1e6;
}

/** Bytes as people write them: 2GB, 1.5G, 800MB, 3GiB or a plain number; or a `usage` error. */
export function bytesOf(text: string): number {
  const [, amount, unit = "", binary] = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?)b?|b)?$/i.exec(text.trim()) ?? [];
  const bytes = Number(amount) * (binary ? 1024 : 1000) ** " kmgt".indexOf(unit.toLowerCase() || " ");
  if (bytes > 0 && Number.isFinite(bytes)) return bytes;
  throw new UserError("usage", `--memory: expected an amount as in 2GB or 800MB, got ${JSON.stringify(text)}.`);
}

/** Options for pictures that are not where they were. */
export function pictureOptions(command: Command, why: string): Command {
  return command
    .option("--content <file>", `the photo, ${why}`)
    .option("--style <file>", `the painting, ${why}; of several, once for each, in their order`, gathered)
    .option("--start <file>", `the picture it started from, ${why}`)
    .option("--mask <file>", `the mask, ${why}`)
    .option("--style-mask <file>", `the mask of the painting, ${why}; of several, once for each`, gathered);
}

/** A flag that may be given several times, as a list. */
export function gathered(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** The picture to start from, if `--init` names a file: something with a dot or a slash in it, or `-`. */
export function startFile(init: unknown): string | undefined {
  if (typeof init !== "string" || (starts as readonly string[]).includes(init)) return undefined;
  if (init === "-" || /[./\\]/.test(init)) return init;
  throw new UserError("usage", `--init: expected one of ${starts.join(", ")} or a picture's file, got "${init}".`);
}

/** A whole number from `low` up to `high`, or a `usage` error that names the flag. */
export function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const value = readNumber(text);
  if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UserError("usage", `${flag}: expected a whole number from ${low} to ${high}, got ${JSON.stringify(text)}.`);
}

/** What the help ends with. */
export const EXAMPLES = `
Examples:
  pastiche photo.jpg painting.jpg -o pastiche.png
  pastiche photo.jpg painting.jpg -s 1024 --alpha 0.3         larger, and closer to the photo
  pastiche photo.jpg painting.jpg --style-scale 0.5           finer strokes
  pastiche photo.jpg painting.jpg -o small.png --keep-checkpoint
  pastiche --from small.png.ckpt -s 2048 -o large.png         carried on to a larger size
  curl -s https://example.org/photo.jpg | pastiche - painting.jpg -o - > pastiche.png

Exit status: 0 done, 1 failed, 2 usage, 3 bad picture, 4 no network, 5 out of memory or device, 130 stopped by Ctrl-C.
`;
