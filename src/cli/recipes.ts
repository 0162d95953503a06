/** `pastiche recipes [NAME]`: what recipes there are, and what one of them does, as a command line too. */
import { Command } from "commander";
import { invalid } from "../errors.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { givenSettings } from "../settings/changes.ts";
import { parseSettings } from "../settings/settings.ts";
import { settingWords } from "./flags.ts";
import { commandLine } from "./shell.ts";

const all = new Map<string, Recipe>(Object.entries(recipes));

export function recipesCommand(): Command {
  return new Command("recipes")
    .description("named sets of settings: what there are, or what one of them does")
    .argument("[name]", "a recipe's name")
    .option("--json", "as JSON")
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const recipe = name === undefined ? undefined : all.get(name);
      if (name !== undefined && !recipe)
        throw invalid("usage", "recipes", `one of ${[...all.keys()].join(", ")}`, name);
      const about = recipe ? { name, ...recipe } : [...all].map(([name, { summary }]) => ({ name, summary }));
      const text = recipe ? explained(name!, recipe) : listed();
      process.stdout.write(json ? `${JSON.stringify(about, null, 2)}\n` : text);
    });
}

function listed(): string {
  return [...all].map(([name, { summary }]) => `${name.padEnd(14)} ${summary}\n`).join("");
}

/** The recipe in words, then as the flags that do the same. */
function explained(name: string, { summary, about, snapshots, grid }: Recipe): string {
  const { recipe, ...settings } = givenSettings(parseSettings({ recipe: name as keyof typeof recipes }));
  const words = ["pastiche", "PHOTO", "PAINTING", ...settingWords(settings), ...snapshotWords(snapshots)];
  const variants = Object.entries(grid ?? {}).flatMap(([setting, values]) => ["--vary", `${setting}=${values}`]);
  return [
    summary,
    ...about.map((paragraph) => wrapped(paragraph)),
    `In short:\n  pastiche PHOTO PAINTING --recipe ${name}`,
    `In full:\n  ${commandLine(words)}`,
    ...(grid
      ? [`Variants:\n  ${commandLine(["pastiche", "grid", "PHOTO", "PAINTING", "--recipe", name, ...variants])}`]
      : []),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

/** A recipe's snapshots as flags, with dashes. */
function snapshotWords(snapshots: Recipe["snapshots"]): string[] {
  const { saveEvery, saveAt } = snapshotFlags(snapshots);
  return [...(saveEvery ? ["--save-every", saveEvery] : []), ...(saveAt ? ["--save-at", saveAt] : [])];
}

/** A recipe's snapshots as the flags that ask for them. */
export function snapshotFlags({ every, at }: Recipe["snapshots"] = {}): { saveEvery?: string; saveAt?: string } {
  return { ...(every && { saveEvery: String(every) }), ...(at && { saveAt: at.join(",") }) };
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
