/** `pastiche replay OUT.png`: a result is made again from what it says of itself, or with some settings changed. */
import { dirname, join, parse } from "node:path";
import { Command } from "commander";
import { UserError } from "../errors.ts";
import { inMessage } from "../platform/node/paths.ts";
import type { Picture } from "../platform/pictures.ts";
import { changedSettings, givenSettings } from "../settings/changes.ts";
import type { SettingsInput } from "../settings/settings.ts";
import type { Recorded } from "./checkpoint-notes.ts";
import { readChanges } from "./flags.ts";
import { type Sources, typed } from "./inputs.ts";
import type { Made } from "./metadata.ts";
import { mapRolesInTurn, type Roles, roleAt } from "./roles.ts";
import {
  type GivenPictures,
  gathered,
  pictureOptions,
  runningOptions,
  type StylizeFlags,
  startFile,
} from "./stylize.ts";

interface ReplayFlags extends StylizeFlags, GivenPictures {
  readonly with?: string[];
}

export function replayCommand(): Command {
  const command = new Command("replay")
    .description("make a result again from the settings inside it")
    .argument("<picture>", "a result of pastiche")
    .option("-o, --output <file>", "where the new one goes [OUT-replay.png]")
    .option("-f, --force", "replace the output if it exists")
    .option("--with <changes>", "settings that change, as in size=1024,alpha=0.1; may be repeated", gathered);
  pictureOptions(command, "if it is not beside the result or here; or another")
    .option("--depth <bits>", "bits a colour value (8, 16; 16 for PNG and TIFF) [as before]")
    .option("--jpeg-quality <percent>", "of JPEG and WebP (1 to 100) [95]")
    .option("--no-metadata", "do not keep the settings inside the picture")
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto");
  return runningOptions(command).action(replay);
}

async function replay(path: string, given: ReplayFlags): Promise<void> {
  const { readMade } = await import("./metadata.ts");
  const { readPicture } = await import("../platform/node/pictures.ts");
  const { runJob } = await import("./job.ts");
  const { defaultName } = await import("./target.ts");
  const { version } = await import("./version.ts");

  const made = await readMade(path);
  if (made.from) {
    const { name } = made.from;
    const why = `was carried on from a state (${name}), which its pictures do not give back`;
    throw new UserError(
      "usage",
      `${inMessage(path)} ${why}: \`pastiche show\` prints the command that makes it from that file.`,
    );
  }
  const changes = Object.assign({}, ...(given.with ?? []).map(readChanges));
  const { settings, start } = changed(made, changes, given.start);
  const { sources, others } = await pictures(made, given, start, dirname(path));
  const { dir, name, ext } = parse(path);
  const output = given.output ?? defaultName(join(dir, name), `-replay${ext}`);
  const flags: StylizeFlags = {
    ...given,
    output,
    depth: given.depth ?? depthFor(output, await readPicture(path, { longSide: 1 })),
  };
  await runJob(
    {
      ...sources,
      settings,
      ...(made.precision && { eightBits: made.precision === "int8" }),
      onStart({ runtime, weights, model, precision }, say) {
        for (const other of others) say(`Note: ${other} is not the picture that it was made of.`);
        if (runtime !== made.runtime)
          say(`Note: it was made on ${made.runtime}, this is ${runtime}; the last bits may differ.`);
        if (settings.precision === "auto" && made.precision && precision !== made.precision)
          say(`Note: most of its steps were in ${made.precision}, which cannot be here; now they are in ${precision}.`);
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
  const settings = changedSettings(made.settings, { model: made.model, ...changes } as SettingsInput);
  return { settings: givenSettings(settings), start: start ?? file ?? !none };
}

/** The pictures, found again or as given; `others` are those given that are not the same. */
async function pictures(made: Made, given: GivenPictures, start: string | boolean, folder: string) {
  const { digestOf, findPicture } = await import("./recorded.ts");
  const others: string[] = [];
  const wanted: Roles<string | Recorded> = {
    content: given.content ?? made.content,
    style: given.style ?? made.style,
    start: typeof start === "string" ? start : start ? made.start : undefined,
    mask: given.mask ?? made.mask,
    styleMask: given.styleMask ?? made.styleMask,
  };
  const sources: Sources = await mapRolesInTurn(wanted, async (one, role, index) => {
    if (typeof one !== "string") return findPicture(role, one, folder);
    const recorded = roleAt(made, role, index);
    const digest = recorded && one !== "-" ? await digestOf(one) : undefined;
    if (digest !== undefined && digest !== recorded!.sha256) others.push(one);
    return typed(one);
  });
  return { sources, others };
}

/** The depth of the result, where the output's format has it. */
function depthFor(output: string, { depth }: Picture): string {
  return depth === 16 && /\.(png|tiff?)$/i.test(output) ? "16" : "8";
}
