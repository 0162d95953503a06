/** `pastiche recipes [NAME]`: lists recipes, or explains one, also as a command line. */
import type { Command } from "commander";
import { invalid } from "../../errors.ts";
import type { Recipe } from "../../node.ts";
import type { Context } from "../terminal/context.ts";

export function define(command: Command, context: Context): Command {
  return command
    .argument("[name]", "a recipe's name")
    .option("--json", "as JSON")
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      const library = await context.library();
      const all = new Map<string, Recipe>(Object.entries(library.recipes));
      const recipe = name === undefined ? undefined : all.get(name);
      if (name !== undefined && !recipe)
        throw invalid("usage", "recipes", `one of ${[...all.keys()].join(", ")}`, name);
      const about = recipe ? { name, ...recipe } : [...all].map(([name, { summary }]) => ({ name, summary }));
      const list = [...all].map(([name, { summary }]) => `${name.padEnd(14)} ${summary}\n`).join("");
      const text = recipe ? explained(name!, recipe, library) : list;
      context.stdout.write(json ? `${JSON.stringify(about, null, 2)}\n` : text);
    });
}

/** The recipe in words, then as the flags that do the same. */
function explained(
  name: string,
  { summary, about, snapshots, grid }: Recipe,
  { givenSettings, jobs, parseSettings }: Awaited<ReturnType<Context["library"]>>,
): string {
  const { recipe, ...settings } = givenSettings(parseSettings({ recipe: name as never }));
  const words = ["pastiche", "PHOTO", "PAINTING", ...jobs.settingWords(settings), ...snapshotWords(snapshots)];
  const variants = Object.entries(grid ?? {}).flatMap(([setting, values]) => ["--vary", `${setting}=${values}`]);
  const gridWords = ["pastiche", "grid", "PHOTO", "PAINTING", "--recipe", name, ...variants];
  return [
    summary,
    ...about.map(wrapped),
    `In short:\n  pastiche PHOTO PAINTING --recipe ${name}`,
    `In full:\n  ${jobs.commandLine(words)}`,
    ...(grid ? [`Variants:\n  ${jobs.commandLine(gridWords)}`] : []),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

/** A recipe's snapshots as the flags that ask for them. */
function snapshotWords({ every, at }: Recipe["snapshots"] = {}): string[] {
  return [...(every ? ["--save-every", String(every)] : []), ...(at ? ["--save-at", at.join(",")] : [])];
}

/** Lines of at most 100 characters. */
function wrapped(paragraph: string): string {
  const lines = [""];
  for (const word of paragraph.split(" ")) {
    const line = lines.at(-1)!;
    if (line.length + word.length >= 100) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}
