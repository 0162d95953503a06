/** `pastiche show OUT.png`: how a result was made, as a command line that makes it again. */
import { Command } from "commander";
import { jsonLine } from "../errors.ts";
import { chosenSettings, givenSettings } from "../settings/changes.ts";
import type { SettingsInput } from "../settings/settings.ts";
import { settingWords } from "./flags.ts";
import type { Made } from "./metadata.ts";
import { commandLine, pathArgument } from "./shell.ts";

export function showCommand(): Command {
  return new Command("show")
    .description("how a result was made, as a command line")
    .argument("<picture>", "a result of pastiche")
    .option("--all", "every setting, not only those that differ from the defaults")
    .option("--json", "all that the picture says, as JSON")
    .action(async (path: string, { all, json }: { all?: boolean; json?: boolean }) => {
      const { readMade } = await import("./metadata.ts");
      const made = await readMade(path);
      process.stdout.write(json ? `${jsonLine(made, 2)}\n` : `${commandLine(madeWords(made, all))}\n`);
    });
}

/** What a command line needs to know of a result. */
export interface Makings extends Pick<Made, "settings" | "model"> {
  readonly content?: { readonly name: string } | undefined;
  readonly style: readonly { readonly name: string }[];
  readonly start?: { readonly name: string } | undefined;
  readonly mask?: { readonly name: string } | undefined;
  readonly styleMask?: readonly { readonly name: string }[] | undefined;
  /** What it was carried on from. */
  readonly from?: { readonly name: string } | undefined;
}

/** The words of the command that makes a result again; with `all`, whatever the defaults are. */
export function madeWords(made: Makings, all = false): string[] {
  const { from } = made;
  // What is left out of a job that is carried on is the checkpoint's, not the recipe's.
  const settings = all || from ? madeSettings(made) : { ...chosenSettings(made.settings), ...foundSettings(made) };
  return [
    "pastiche",
    ...(made.content || from ? [] : ["texture"]),
    ...[...(made.content ? [made.content] : []), ...made.style].map(({ name }) => pathArgument(name)),
    ...(made.mask ? ["--mask", pathArgument(made.mask.name)] : []),
    ...(made.styleMask ?? []).flatMap(({ name }) => ["--style-mask", pathArgument(name)]),
    ...(from ? ["--from", pathArgument(from.name)] : []),
    ...settingWords({ ...settings, ...(from && { init: undefined, initNoise: undefined }) }),
  ];
}

/** The settings of a result as they can be given again, with the network that was used and the file it started from. */
export function madeSettings(made: Makings): SettingsInput {
  return { ...givenSettings(made.settings), ...foundSettings(made) };
}

function foundSettings({ model, start }: Makings): SettingsInput {
  return { model, ...(start && { init: startArgument(start.name) }) } as SettingsInput;
}

/** The name of a start's file so that it cannot be taken for a kind of start. */
function startArgument(name: string): string {
  return name === "-" || /[./\\]/.test(name) ? pathArgument(name) : `./${name}`;
}
