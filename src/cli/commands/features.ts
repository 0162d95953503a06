/** `pastiche features IMAGE`: feature maps and Gram matrices of a picture, as a labelled sheet. */
import { basename, parse } from "node:path";
import { type Command, Option } from "commander";
import { bytesText, cleaned } from "../../errors.ts";
import type { FeatureSheetOptions, Pooling, Settings } from "../../node.ts";
import { checkFeatureSheetMemory } from "../../transfer/inspect/memory.ts";
import { contrasts, sheetParts } from "../../transfer/inspect/sheet.ts";
import {
  MAX_PIXELS,
  type MachineFlags,
  MEMORY,
  machineRequest,
  maxPixelsOf,
  RUNTIME,
  THREADS,
} from "../options/job.ts";
import { choicesOf } from "../options/settings.ts";
import { wholeNumber } from "../options/values.ts";
import type { Context } from "../terminal/context.ts";
import { printPath } from "../terminal/streams.ts";

interface FeaturesFlags extends MachineFlags, Pick<FeatureSheetOptions, "show" | "contrast"> {
  readonly output?: string;
  readonly force?: boolean;
  readonly layer?: string;
  readonly size?: string;
  readonly maps?: string;
  readonly mapSize?: string;
  readonly model: Settings["model"];
  readonly pooling: Pooling;
  readonly maxPixels?: string;
}

const LAYERS = "conv1_1,conv2_1,conv3_1,conv4_1,conv5_1";

export function define(command: Command, context: Context): Command {
  return command
    .argument("<picture>", "JPEG, PNG, WebP, AVIF, TIFF or GIF; - for standard input")
    .option("-o, --output <file>", "PNG, JPEG, WebP or TIFF; - for standard output [PICTURE-features.png]")
    .option("-f, --force", "replace the output if it exists")
    .option("--layer <layers>", `layers by name, as in conv1_1,conv4_2, or all [${LAYERS}]`)
    .option("-s, --size <pixels>", "long side of the picture that the network sees (16 to 2048) [256]")
    .addOption(new Option("--show <part>", "maps, Gram matrices or both").choices(sheetParts).default("both"))
    .addOption(new Option("--contrast <of>", "white is the largest value of each").choices(contrasts).default("map"))
    .option("--maps <count>", "at most so many maps of a layer, the first ones [64]")
    .option("--map-size <pixels>", "long side of a map on the sheet (8 to 2048) [96]")
    .addOption(new Option("--model <name>", "the network").choices(choicesOf("model")).default("auto"))
    .addOption(new Option("--pooling <kind>", "how it halves pictures").choices(choicesOf("pooling")).default("max"))
    .option(...RUNTIME)
    .option(...THREADS)
    .option(...MEMORY)
    .option(...MAX_PIXELS)
    .action((path: string, flags: FeaturesFlags) => features(path, flags, context));
}

async function features(path: string, flags: FeaturesFlags, context: Context): Promise<void> {
  const size = wholeNumber("--size", flags.size ?? "256", 16, 2048);
  const maps = wholeNumber("--maps", flags.maps ?? "64", 1, 4096);
  const mapSize = wholeNumber("--map-size", flags.mapSize ?? "96", 8, 2048);
  const { runtime: runtimeName = "auto", threads, memory } = machineRequest(flags);
  const maxPixels = maxPixelsOf(flags);
  const library = await context.library();
  const { checkRuntimeName, convolutions, featureSheet, grids, jobs, loadNetwork, nodeFiles: files } = library;
  checkRuntimeName(runtimeName, "--runtime");
  const name = path === "-" ? "-" : jobs.defaultName(parse(path).name, "-features.png", files.paths);
  const output = { path: flags.output ?? name, force: flags.force };
  const save = await grids.sheetWriter(output, path, files);
  const { image } = await files.readPicture(path, { longSide: size, maxPixels, memory });
  const { backbone, weights } = await loadNetwork(flags.model, {
    onNote: (note) => context.stderr.write(`${cleaned(note)}\n`),
  });
  const names = convolutions(backbone).map(({ name }) => name);
  const layers =
    flags.layer === "all"
      ? names
      : [...new Set((flags.layer ?? LAYERS).split(",").map((name) => library.spokenLayer(name.trim())))];
  const sized = library.clampImage(library.resize(image, library.withLongSide(image, size)));
  const asked = { backbone, layers, size: sized, maps, mapSize };
  const needed = checkFeatureSheetMemory(asked, memory ?? library.memoryToTake());
  context.stderr.write(`${sized.width}x${sized.height}, about ${bytesText(needed)} of memory\n`);
  const runtime = await library.openRuntime(runtimeName, { ...(threads !== undefined && { threads }) });
  const extracted = await library.extractFeatures(
    runtime,
    { backbone, weights, pooling: flags.pooling },
    sized,
    layers,
  );
  const title = `${path === "-" ? "A picture" : basename(path)} as ${backbone.name} sees it`;
  const sheet = featureSheet(extracted, { title, show: flags.show, contrast: flags.contrast, maps, mapSize });
  const written = await save(sheet, true);
  if (written !== "-") printPath(written, context.stdout);
}
