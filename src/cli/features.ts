/** `pastiche features IMAGE`: what the network sees in a picture, as a labelled sheet of feature maps and Gram matrices. */
import { basename, parse } from "node:path";
import { Command, Option } from "commander";
import { cleaned } from "../errors.ts";
import { type Pooling, poolings } from "../models/features.ts";
import * as models from "../models/index.ts";
import { contrasts, type FeatureSheetOptions, featureSheet, sheetParts } from "../transfer/inspect/sheet.ts";
import { MAX_PIXELS, MEMORY, readLimits, wholeNumber } from "./stylize.ts";

interface FeaturesFlags extends Pick<FeatureSheetOptions, "show" | "contrast"> {
  readonly output?: string;
  readonly force?: boolean;
  readonly layer?: string;
  readonly size?: string;
  readonly maps?: string;
  readonly mapSize?: string;
  readonly model: keyof typeof models | "auto";
  readonly pooling: Pooling;
  readonly runtime: string;
  readonly threads?: string;
  readonly memory?: string;
  readonly maxPixels?: string;
}

const LAYERS = "conv1_1,conv2_1,conv3_1,conv4_1,conv5_1";

export function featuresCommand(): Command {
  return new Command("features")
    .description("what the network sees in a picture: a sheet of feature maps and Gram matrices")
    .argument("<picture>", "JPEG, PNG, WebP, AVIF, TIFF or GIF; - for standard input")
    .option("-o, --output <file>", "PNG, JPEG, WebP or TIFF; - for standard output [PICTURE-features.png]")
    .option("-f, --force", "replace the output if it exists")
    .option("--layer <layers>", `layers by name, as in conv1_1,conv4_2, or all [${LAYERS}]`)
    .option("-s, --size <pixels>", "long side of the picture that the network sees (16 to 2048) [256]")
    .addOption(new Option("--show <part>", "maps, Gram matrices or both").choices(sheetParts).default("both"))
    .addOption(new Option("--contrast <of>", "white is the largest value of each").choices(contrasts).default("map"))
    .option("--maps <count>", "at most so many maps of a layer, the first ones [64]")
    .option("--map-size <pixels>", "long side of a map on the sheet (8 to 2048) [96]")
    .addOption(new Option("--model <name>", "the network").choices(["auto", ...Object.keys(models)]).default("auto"))
    .addOption(new Option("--pooling <kind>", "how it halves pictures").choices(Object.keys(poolings)).default("max"))
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto")
    .option("--threads <count>", "processor threads [all cores]")
    .option(...MEMORY)
    .option(...MAX_PIXELS)
    .action(run);
}

async function run(path: string, flags: FeaturesFlags): Promise<void> {
  const { openRuntime, loadNetwork, encodePicture } = await import("../node.ts");
  const { convolutions, spokenLayer } = await import("../models/backbone.ts");
  const { resize } = await import("../image/resize.ts");
  const { clampImage, withLongSide } = await import("../image/image.ts");
  const { see } = await import("../transfer/inspect/features.ts");
  const { checkLookMemory } = await import("../transfer/inspect/memory.ts");
  const { memoryToTake } = await import("../platform/node/memory.ts");
  const { checkWritable, writeAtomically } = await import("../platform/node/write.ts");
  const { outputFormat } = await import("../platform/pictures.ts");
  const { machineOptions } = await import("./job.ts");
  const { readSource, typed } = await import("./inputs.ts");
  const { defaultName } = await import("./target.ts");
  const { printPath, writeStandardOutput } = await import("./streams.ts");

  const size = wholeNumber("--size", flags.size ?? "256", 16, 2048);
  const maps = wholeNumber("--maps", flags.maps ?? "64", 1, 4096);
  const mapSize = wholeNumber("--map-size", flags.mapSize ?? "96", 8, 2048);
  const { runtime: runtimeName, ...machine } = machineOptions(flags);
  const output = flags.output ?? (path === "-" ? "-" : defaultName(parse(path).name, "-features.png"));
  const format = output === "-" ? "png" : outputFormat(output);
  const force = { force: flags.force };
  if (output !== "-") await checkWritable(output, force);

  const { image } = await readSource(typed(path), { longSide: size, ...readLimits(flags) });
  const { backbone, weights } = await loadNetwork(flags.model, {
    onNote: (note) => process.stderr.write(`${cleaned(note)}\n`),
  });
  const names = convolutions(backbone).map(({ name }) => name);
  const layers =
    flags.layer === "all"
      ? names
      : [...new Set((flags.layer ?? LAYERS).split(",").map((name) => spokenLayer(name.trim())))];
  const sized = clampImage(resize(image, withLongSide(image, size)));
  checkLookMemory({ backbone, layers, size: sized, maps, mapSize }, machine.memory ?? memoryToTake());
  const runtime = await openRuntime(runtimeName, machine);
  const seen = await see(runtime, { backbone, weights, pooling: flags.pooling }, sized, layers);
  const title = `${path === "-" ? "A picture" : basename(path)} as ${backbone.name} sees it`;
  const result = featureSheet(seen, { title, show: flags.show, contrast: flags.contrast, maps, mapSize });
  const bytes = await encodePicture(format, { image: result });
  if (output === "-") return writeStandardOutput(bytes);
  await writeAtomically(output, bytes, force);
  printPath(output);
}
