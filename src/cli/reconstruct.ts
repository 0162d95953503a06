/**
 * `pastiche reconstruct IMAGE`: what a layer keeps of a picture, as one job; or what all keep, as one labelled sheet. How
 * that is computed, it refuses to know.
 */
import { basename, parse } from "node:path";
import { Command, Option } from "commander";
import { invalid, UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import type { Cell } from "../image/sheet.ts";
import { spokenLayer } from "../models/backbone.ts";
import type { SettingsInput } from "../settings/settings.ts";
import { figureLayers, type Reconstruction, reconstruction, reconstructions } from "../transfer/inspect/reconstruct.ts";
import { flagOf, readSettings, settingOptions } from "./flags.ts";
import { jobOptions, readLimits, type StylizeFlags } from "./stylize.ts";

interface ReconstructFlags extends StylizeFlags {
  readonly layer?: string;
  readonly kind?: Reconstruction;
}

/** Settings that are given by what is reconstructed. */
const settled = ["--alpha", "--content-weight", "--beta", "--style-weight", "--content-layers", "--style-layers"];
const settledToo = ["--blend", "--color", "--color-map", "--seamless"];

export function reconstructCommand(): Command {
  const command = new Command("reconstruct")
    .description("what a layer of the network keeps of a picture, or a sheet of what all keep")
    .argument("<picture>", "JPEG, PNG, WebP, AVIF, TIFF or GIF")
    .option("--layer <layers>", "layers by name, as in conv4_2; several are kept together; all: a sheet [all]")
    .addOption(
      new Option("--kind <kind>", "where things are, or what they are made of [content; of a sheet both]").choices(
        reconstructions,
      ),
    );
  const free = settingOptions().filter(({ long }) => ![...settled, ...settledToo].includes(long!));
  return jobOptions(command, "PICTURE-LAYERS.png", free).action(run);
}

async function run(path: string, { layer = "all", kind, ...flags }: ReconstructFlags): Promise<void> {
  const { parseSettings } = await import("../settings/settings.ts");
  if (path === "-") throw invalid("usage", "The picture", "a file: it is read twice", path);
  const given = readSettings(flags as unknown as Record<string, unknown>);
  const settings = (of: Reconstruction, layers: readonly string[]): SettingsInput => ({
    ...reconstruction(of, layers),
    ...given,
  });
  if (layer !== "all") {
    const layers = layer.split(",").map((name) => spokenLayer(name.trim()));
    const of = kind ?? "content";
    const { defaultName } = await import("./target.ts");
    const name = defaultName(parse(path).name, `-${layers.join("-")}${of === "style" ? "-style" : ""}.png`);
    parseSettings(settings(of, layers), flagOf);
    const { runJob } = await import("./job.ts");
    const { typed } = await import("./inputs.ts");
    const picture = typed(path);
    const request = { content: picture, style: [picture], settings: settings(of, layers) };
    return runJob(request, { ...flags, output: flags.output ?? name });
  }
  parseSettings(settings("content", ["conv1_1"]), flagOf);
  await figure(path, kind ? [kind] : reconstructions, settings, flags);
}

/** Reconstructs the picture from every layer of the paper's figure; what there is when it is stopped, is kept. */
async function figure(
  path: string,
  kinds: readonly Reconstruction[],
  settings: (kind: Reconstruction, layers: readonly string[]) => SettingsInput,
  flags: StylizeFlags,
): Promise<void> {
  const { openRuntime, loadNetwork, encodePicture } = await import("../node.ts");
  const { createStylizer } = await import("../transfer/stylizer.ts");
  const { parseSettings } = await import("../settings/settings.ts");
  const { clampImage } = await import("../image/image.ts");
  const { resize } = await import("../image/resize.ts");
  const { sheet } = await import("../image/sheet.ts");
  const { writeAtomically, writeBeside } = await import("../platform/node/write.ts");
  const { printPath, writeStandardOutput } = await import("./streams.ts");
  const { interruption } = await import("./interruption.ts");
  const { readSource, typed } = await import("./inputs.ts");
  const { memoryToTake } = await import("../platform/node/memory.ts");
  const { machineOptions } = await import("./job.ts");
  const { defaultName, outputTarget } = await import("./target.ts");
  const { voice } = await import("./telling.ts");

  if (flags.report !== undefined || flags.saveEvery !== undefined || flags.saveAt !== undefined)
    throw new UserError("usage", "A sheet of all layers has no snapshots and no report; name one with --layer.");
  const output = flags.output ?? defaultName(parse(path).name, "-layers.png");
  const source = typed(path);
  const target = await outputTarget({ style: [source] }, { ...flags, output }, () => Boolean(flags.force));
  const { runtime, ...machine } = machineOptions(flags);
  const { size, model } = parseSettings(settings("content", ["conv1_1"]));
  const { image } = await readSource(source, {
    longSide: typeof size === "number" ? size : undefined,
    ...readLimits(flags),
  });
  const { progress, say } = voice(flags);
  const network = await loadNetwork(model, { onNote: say });
  const stylizer = createStylizer({
    runtime: await openRuntime(runtime, machine),
    loadNetwork: async () => network,
    memory: () => machine.memory ?? memoryToTake(),
  });
  const parts = kinds.flatMap((kind) =>
    figureLayers(network.backbone, kind).map((layers) => {
      const label = layers.length === 1 ? layers[0]! : `${layers[0]} to ${layers.at(-1)}`;
      return { kind, layers, label };
    }),
  );
  const stop = interruption(say);
  const cells = new Map(parts.map((part): [typeof part, Cell] => [part, { label: `${part.label} (not done)` }]));
  try {
    for (const [i, part] of parts.entries()) {
      const { kind, layers, label } = part;
      progress.show({ type: "cell", cell: i + 1, cells: parts.length, name: `${kind} ${label}`, output });
      const job = { content: image, style: image, settings: settings(kind, layers) };
      for await (const event of stylizer.stylize(job, { signal: stop.signal })) {
        progress.show(event);
        if (event.type === "done") cells.set(part, { image: event.image, label });
      }
    }
  } catch (error) {
    progress.clear();
    if (!stop.signal.aborted) throw error;
    process.exitCode = stop.status();
  } finally {
    stop.dispose();
    await stylizer.dispose();
  }
  const words = { content: "content: where things are", style: "style: what they are made of" };
  const { steps } = parseSettings(settings("content", ["conv1_1"]));
  const made = [...cells.values()].find((cell) => cell.image)?.image ?? image;
  const shown: Image = clampImage(resize(image, made));
  const result = sheet({
    title: `What ${network.backbone.name} keeps of ${basename(path)}: ${made.width}x${made.height} pixels, ${steps} steps from noise\n${kinds.map((kind) => words[kind]).join("\n")}`,
    rows: kinds.map((kind) => {
      const own = parts.filter((part) => part.kind === kind);
      return { cells: [{ image: shown, label: "the picture" }, ...own.map((part) => cells.get(part)!)] };
    }),
  });
  const bytes = await encodePicture(target.format, { image: result }, target.encoding);
  if (target.path === "-") {
    return writeStandardOutput(bytes);
  }
  const { leadsToOneOf } = await import("../platform/node/same-file.ts");
  // An unfinished sheet replaces no picture that it is about.
  const aside = stop.signal.aborted && (await leadsToOneOf(target.path, [path]));
  const written = aside ? await writeBeside(target.path, bytes) : target.path;
  if (!aside) await writeAtomically(target.path, bytes, { force: flags.force });
  if (!flags.quiet) printPath(written);
}
