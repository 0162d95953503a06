/** `pastiche reconstruct IMAGE`: a picture from the features of one layer, or a labelled sheet of all layers. */
import { parse } from "node:path";
import { type Command, Option } from "commander";
import { invalid, UserError } from "../../errors.ts";
import type { JobRequest } from "../../jobs/request.ts";
import { type Reconstruction, reconstruction, reconstructions } from "../../transfer/inspect/reconstruct.ts";
import { type JobFlags, jobOptions, jobRequest, picturesOf } from "../options/job.ts";
import { flagOf, readSettings, settingOptions } from "../options/settings.ts";
import type { Context } from "../terminal/context.ts";
import { interruption } from "../terminal/interruption.ts";
import { createReporter } from "../terminal/messages.ts";
import { runOnTerminal } from "../terminal/run-job.ts";
import { printPath } from "../terminal/streams.ts";

interface ReconstructFlags extends JobFlags {
  readonly layer?: string;
  readonly kind?: Reconstruction;
}

/** Settings that are given by what is reconstructed. */
const settled = new Set([
  ...["--alpha", "--content-weight", "--beta", "--style-weight", "--content-layers", "--style-layers"],
  ...["--blend", "--color", "--color-map", "--seamless"],
]);

export function define(command: Command, context: Context): Command {
  command
    .argument("<picture>", "JPEG, PNG, WebP, AVIF, TIFF or GIF")
    .option("--layer <layers>", "layers by name, as in conv4_2; several are kept together; all: a sheet [all]")
    .addOption(
      new Option("--kind <kind>", "where things are, or what they are made of [content; of a sheet both]").choices(
        reconstructions,
      ),
    );
  const free = settingOptions().filter(({ long }) => !settled.has(long!));
  return jobOptions(command, "PICTURE-LAYERS.png", free).action((path: string, flags: ReconstructFlags) =>
    reconstruct(path, flags, context),
  );
}

async function reconstruct(path: string, flags: ReconstructFlags, context: Context): Promise<void> {
  if (path === "-") throw invalid("usage", "The picture", "a file: it is read twice", path);
  const { layer = "all", kind } = flags;
  const { settings: given, start } = readSettings(flags);
  const request: JobRequest = { ...jobRequest(flags), pictures: picturesOf({ content: path, style: [path], start }) };
  const { jobs, nodeFiles, parseSettings, spokenLayer } = await context.library();
  if (layer === "all") {
    parseSettings({ ...reconstruction("content", ["conv1_1"]), ...given }, flagOf);
    return figure(path, request, { ...flags, kinds: kind ? [kind] : reconstructions }, given, context);
  }
  const layers = layer.split(",").map((name) => spokenLayer(name.trim()));
  const of = kind ?? "content";
  const name = `-${layers.join("-")}${of === "style" ? "-style" : ""}.png`;
  const output = { path: jobs.defaultName(parse(path).name, name, nodeFiles.paths), ...defined(request.output) };
  const settings = { ...reconstruction(of, layers), ...given };
  return runOnTerminal({ ...request, settings, output }, flags, context);
}

function defined(output: JobRequest["output"]): object {
  return Object.fromEntries(Object.entries(output || {}).filter(([, value]) => value !== undefined));
}

interface FigureFlags extends JobFlags {
  readonly kinds: readonly Reconstruction[];
}

/** The picture from every layer of the paper's figure; what there is when it is stopped, is kept. */
async function figure(
  path: string,
  request: JobRequest,
  flags: FigureFlags,
  settings: ReturnType<typeof readSettings>["settings"],
  context: Context,
): Promise<void> {
  if (flags.report !== undefined || flags.saveEvery !== undefined || flags.saveAt !== undefined)
    throw new UserError("usage", "A sheet of all layers has no snapshots and no report; name one with --layer.");
  const library = await context.library();
  const { checkRuntimeName, createStylizer, grids, jobs, loadNetwork, nodeFiles: files } = library;
  const name = jobs.defaultName(parse(path).name, "-layers.png", files.paths);
  const { path: output = name, depth, quality, force } = request.output || {};
  if (output === "-" && flags.json)
    throw new UserError("usage", "--json and the picture both want standard output; give -o FILE.");
  const save = await grids.sheetWriter({ path: output, depth, quality, force }, path, files);
  if (flags.runtime !== undefined) checkRuntimeName(flags.runtime, "--runtime");
  const { progress, say } = createReporter(flags, context.stderr);
  const { model } = library.parseSettings(settings);
  const { backbone } = await loadNetwork(model, { onNote: say });
  const stylizer = await createStylizer({ ...request.machine, onNote: say });
  const stop = interruption(say);
  stop.listen();
  const about = {
    picture: path,
    kinds: flags.kinds,
    settings,
    backbone,
    output,
    maxPixels: request.maxPixels,
    machine: request.machine,
  };
  const course = grids.runFigure(() => stylizer, about, files, { signal: stop.signal, label: flagOf });
  try {
    let next = await course.next();
    for (; !next.done; next = await course.next()) progress.show(next.value);
    const stopped = stop.signal.aborted;
    if (stopped) {
      progress.clear();
      context.exitWith(stop.status());
    }
    const written = await save(next.value, !stopped);
    if (written !== "-" && !flags.quiet) printPath(written, context.stdout);
  } catch (error) {
    progress.clear();
    throw error;
  } finally {
    stop.dispose();
    await stylizer.dispose();
  }
}
