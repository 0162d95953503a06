/** `pastiche show OUT.png`: how a result was made, as a command line that makes it again. */
import { Command } from "commander";
import { givenSettings, parseSettings, type SettingsInput } from "../transfer/settings.ts";
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
      process.stdout.write(json ? `${JSON.stringify(made, null, 2)}\n` : `${commandLine(madeWords(made, all))}\n`);
    });
}

/** The words of the command that makes a result again; with `all`, whatever the defaults are. */
export function madeWords(made: Made, all = false): string[] {
  const settings = madeSettings(made);
  // An optimiser's parameters have its own defaults.
  const usual = {
    ...givenSettings(parseSettings({ optimizer: settings.optimizer })),
    optimizer: parseSettings().optimizer,
  };
  const worth = Object.entries(settings).filter(
    ([name, value]) => all || JSON.stringify(value) !== JSON.stringify(usualOf(usual, name)),
  );
  return [
    "pastiche",
    ...[made.content, made.style].map(({ name }) => pathArgument(name)),
    ...settingWords(Object.fromEntries(worth)),
  ];
}

function usualOf(usual: SettingsInput, name: string): unknown {
  return (usual as Readonly<Record<string, unknown>>)[name];
}

/** The settings of a result as they can be given again, with the network that was used and the file it started from. */
export function madeSettings({ settings, model, start }: Made): SettingsInput {
  const given = { ...givenSettings(settings), model };
  return (start ? { ...given, init: startArgument(start.name) } : given) as SettingsInput;
}

/** The name of a start's file so that it cannot be taken for a kind of start. */
function startArgument(name: string): string {
  return name === "-" || /[./\\]/.test(name) ? pathArgument(name) : `./${name}`;
}
