/** `pastiche replay OUT.png`: a result is made again from what it says of itself, or with some settings changed. */
import { dirname, format, parse } from "node:path";
import { Command } from "commander";
import type { Picture } from "../platform/pictures.ts";
import { chosenSettings, givenSettings, parseSettings, type SettingsInput } from "../transfer/settings.ts";
import { readChanges } from "./flags.ts";
import { type Source, type Sources, typed } from "./inputs.ts";
import type { Made } from "./metadata.ts";
import { runningOptions, type StylizeFlags, startFile } from "./stylize.ts";

interface ReplayFlags extends StylizeFlags {
  readonly content?: string;
  readonly style?: string;
  readonly start?: string;
  readonly with?: string[];
}

export function replayCommand(): Command {
  const command = new Command("replay")
    .description("make a result again from the settings inside it")
    .argument("<picture>", "a result of pastiche")
    .option("-o, --output <file>", "where the new one goes [OUT-replay.png]")
    .option("-f, --force", "replace the output if it exists")
    .option("--with <changes>", "settings that change, as in size=1024,alpha=0.1; may be repeated", gathered)
    .option("--content <file>", "the photo, if it is not beside the result or here; or another")
    .option("--style <file>", "the painting, likewise")
    .option("--start <file>", "the picture it started from, likewise")
    .option("--depth <bits>", "bits a colour value (8, 16; 16 for PNG and TIFF) [as before]")
    .option("--quality <percent>", "of JPEG and WebP (1 to 100) [95]")
    .option("--no-metadata", "do not keep the settings inside the picture")
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto");
  return runningOptions(command).action(replay);
}

function gathered(text: string, before: string[] = []): string[] {
  return [...before, text];
}

async function replay(path: string, given: ReplayFlags): Promise<void> {
  const { readMade } = await import("./metadata.ts");
  const { readPicture } = await import("../platform/node/pictures.ts");
  const { runJob } = await import("./job.ts");
  const { version } = await import("./version.ts");

  const made = await readMade(path);
  const changes = Object.assign({}, ...(given.with ?? []).map(readChanges));
  const { settings, start } = changed(made, changes, given.start);
  const { sources, others } = await pictures(made, given, start, dirname(path));
  const { dir, name, ext } = parse(path);
  const output = given.output ?? format({ dir, name: `${name}-replay`, ext });
  const flags: StylizeFlags = {
    ...given,
    output,
    depth: given.depth ?? depthFor(output, await readPicture(path, { longSide: 1 })),
  };
  await runJob(
    {
      ...sources,
      settings,
      onStart({ runtime, weights, model }, say) {
        for (const other of others) say(`Note: ${other} is not the picture that it was made of.`);
        if (runtime !== made.runtime)
          say(`Note: it was made on ${made.runtime}, this is ${runtime}; the last bits may differ.`);
        if (model === made.model && weights !== made.weights)
          say(`Note: it was made with other weights of ${model} (${made.weights.slice(0, 16)}).`);
        if (made.version !== version)
          say(`Note: it was made with pastiche ${made.version}, this is ${version}; the result may differ.`);
        if (made.step < made.steps) say(`Note: it shows step ${made.step} of ${made.steps}; now all are done.`);
      },
    },
    flags,
  );
}

/** The settings to run with, and the file to start from where `changes` or a flag name one; false for none at all. */
function changed(made: Made, changes: Record<string, unknown>, start: string | undefined) {
  const file = startFile(changes.init);
  const none = changes.init !== undefined && file === undefined;
  if (file !== undefined) delete changes.init;
  const { parameters, optimizer } = made.settings;
  const own = changes.recipe === undefined ? givenSettings(made.settings) : chosenSettings(made.settings);
  // Another recipe or optimiser has other parameters: only its own defaults fit.
  const others = changes.recipe !== undefined || (changes.optimizer ?? optimizer) !== optimizer;
  const kept = Object.entries(own).filter(([name]) => !(others && name in parameters));
  const settings = { ...Object.fromEntries(kept), model: made.model, ...changes } as SettingsInput;
  return { settings: givenSettings(parseSettings(settings, (name) => name)), start: start ?? file ?? !none };
}

/** The pictures, found again or as given; `others` are those given that are not the same. */
async function pictures(made: Made, given: ReplayFlags, start: string | boolean, folder: string) {
  const { digestOf, findPicture } = await import("./recorded.ts");
  const others: string[] = [];
  const one = async (role: "content" | "style" | "start", file: string | undefined): Promise<Source | undefined> => {
    const recorded = made[role];
    if (file === undefined) return recorded && findPicture(role, recorded, folder);
    if (recorded && file !== "-" && (await digestOf(file)) !== recorded.sha256) others.push(file);
    return typed(file);
  };
  const sources: Sources = {
    content: (await one("content", given.content))!,
    style: (await one("style", given.style))!,
    start: start === false ? undefined : await one("start", start === true ? undefined : start),
  };
  return { sources, others };
}

/** The depth of the result, where the output's format has it. */
function depthFor(output: string, { depth }: Picture): string {
  return depth === 16 && /\.(png|tiff?)$/i.test(output) ? "16" : "8";
}
