/** `pastiche grid CONTENT STYLE --vary NAME=VALUES`: settings against each other. Flags in, a folder of pictures out. */
import { Command, Option } from "commander";
import { invalid, jsonLine } from "../errors.ts";
import { readNumber } from "../parameters/value.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { readSettings, settingOptions } from "./flags.ts";
import { progressStyles } from "./progress.ts";
import { gathered, MEMORY, maskOptions, type StylizeFlags } from "./stylize.ts";

interface GridFlags
  extends Pick<
    StylizeFlags,
    "mask" | "styleMask" | "force" | "depth" | "runtime" | "threads" | "memory" | "json" | "progress"
  > {
  readonly vary?: string[];
  readonly recipe?: string;
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function gridCommand(): Command {
  const command = new Command("grid")
    .description("try settings against each other: a picture for every combination, a labelled sheet, a page")
    .argument("[pictures...]", "the photo and the painting; without those that --vary names")
    .option("--vary <setting=values>", "a setting, or content or style, and its values; once to three times", gathered)
    .option("-o, --output <folder>", "where the pictures, sheet.png and index.html go [CONTENT-STYLE-grid]")
    .option("-f, --force", "replace pictures that are there and were made otherwise")
    .option("--dry-run", "check everything, say what would be run, and end");
  for (const option of settingOptions()) command.addOption(option);
  return maskOptions(command)
    .addOption(new Option("--depth <bits>", "bits a colour value of the single pictures (8, 16) [8]"))
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto")
    .option("--threads <count>", "processor threads [all cores]")
    .option(...MEMORY)
    .option("--json", "one JSON object about the grid on standard output")
    .addOption(new Option("--progress <style>", "on standard error").choices(progressStyles).default("auto"))
    .option("-q, --quiet", "errors only")
    .option("-v, --verbose", "say more")
    .addHelpText("after", HELP)
    .action(grid);
}

const HELP = `
Values:
  0.03,0.1,0.3        these
  1-5                 1 2 3 4 5;  1-5 (+2) is 1 3 5;  5-1 (-2) is 5 3 1
  1-10 [5]            five, evenly spaced (rounded for whole numbers)
  "conv1_1:2,conv2_1; conv3_1"    semicolons, where values hold commas
Settings are called as their flags are, or as in \`pastiche show --json\`, in any case. The last --vary goes along the rows,
the one before it down; the first of three makes a table for each of its values. Settings whose change costs most are
changed least often. All combinations are checked before the first is run. Pictures that are there already, made of the
same pictures with the same settings, are kept: the same command goes on where it was stopped, within a picture too.

Examples:
  pastiche grid photo.jpg painting.jpg --vary alpha=0.03,0.1,0.3 --vary "style-scale=0.5-1.5 [3]" -s 256
  pastiche grid photo.jpg --vary style=waves.jpg,starry.jpg --vary color=style,content
  pastiche grid photo.jpg painting.jpg --vary optimizer=adam,lbfgs --vary "steps=50-150 [3]" --dry-run
  pastiche grid photo.jpg painting.jpg --recipe tensorflow    without --vary: the recipe's own variants
`;

async function grid(given: string[], flags: GridFlags): Promise<void> {
  const { readAxes } = await import("./grid-axes.ts");
  const { gridFolder, gridSources, planGrid } = await import("./grid-plan.ts");
  const { openFolder, standingsIn } = await import("./grid-folder.ts");
  const { writeGridPages } = await import("./grid-pages.ts");
  const { runCells } = await import("./grid-run.ts");
  const { gridRecord, planRecord, planLines, stoppedLines } = await import("./grid-telling.ts");
  const { interruption } = await import("./interruption.ts");
  const { machineOptions } = await import("./job.ts");
  const { voice } = await import("./telling.ts");

  const depth = readNumber(flags.depth ?? "8");
  if (depth !== 8 && depth !== 16) throw invalid("usage", "--depth", "8 or 16", depth);
  if (flags.output === "-") throw invalid("usage", "--output", "a folder", "-");
  const machine = machineOptions(flags);
  const axes = readAxes(flags.vary ?? recipeGrid(flags.recipe));
  const sources = { ...gridSources(axes, given), mask: flags.mask, styleMask: flags.styleMask };
  const plan = await planGrid(axes, sources, readSettings(flags as unknown as Record<string, unknown>), machine);
  const folder = flags.output ?? gridFolder(sources);
  const standings = await standingsIn(folder, plan, flags.force);
  const lines = planLines(plan, folder, standings);
  if (flags.dryRun) return print(flags.json ? jsonLine(planRecord(plan, folder)) : lines.join("\n"));

  const speaks = voice(flags);
  for (const line of lines) speaks.say(line);
  const close = await openFolder(folder);
  const stop = interruption(speaks.say);
  const began = performance.now();
  try {
    const { verbose } = flags;
    await runCells({ plan, folder, standings, machine, depth, verbose, voice: speaks, signal: stop.signal });
    speaks.progress.clear();
    const stopped = stop.signal.aborted;
    const result = { plan, folder, standings, seconds: (performance.now() - began) / 1000, stopped };
    await writeGridPages(result);
    for (const line of stoppedLines(result)) speaks.say(line);
    if (stopped) process.exitCode = stop.status();
    else if (plan.cells.some((cell) => !standings.get(cell)?.done)) process.exitCode = 1;
    if (flags.json) print(jsonLine(gridRecord(result)));
    else if (!flags.quiet) print(gridRecord(result).page);
  } finally {
    stop.dispose();
    await close();
  }
}

/** What a recipe has for a grid, as `--vary` takes it. */
function recipeGrid(name: string | undefined): string[] {
  const recipe = new Map<string, Recipe>(Object.entries(recipes)).get(name ?? "");
  return Object.entries(recipe?.grid ?? {}).map(([setting, values]) => `${setting}=${values}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
