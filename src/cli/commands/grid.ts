/** `pastiche grid CONTENT STYLE --vary NAME=VALUES`: settings against each other, as a folder of pictures. */
import { type Command, Option } from "commander";
import { invalid } from "../../errors.ts";
import type { GridPlan } from "../../grid/plan.ts";
import type { CellState } from "../../grid/record.ts";
import type { Recipe } from "../../node.ts";
import {
  depthOf,
  type MachineFlags,
  type MaskFlags,
  MEMORY,
  machineRequest,
  maskOptions,
  type ReporterFlags,
  RUNTIME,
  reporterOptions,
  THREADS,
} from "../options/job.ts";
import { flagOf, readSettings, settingOptions } from "../options/settings.ts";
import { gathered } from "../options/values.ts";
import type { Context } from "../terminal/context.ts";
import { gridRecord, planLines, planRecord, stoppedLines } from "../terminal/grid-messages.ts";
import { interruption } from "../terminal/interruption.ts";
import { createReporter, type Reporter, startLines } from "../terminal/messages.ts";
import { printJson } from "../terminal/streams.ts";

interface GridFlags extends MaskFlags, MachineFlags, ReporterFlags {
  readonly vary?: string[];
  readonly recipe?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly depth?: string;
  readonly dryRun?: boolean;
}

export function define(command: Command, context: Context): Command {
  command
    .argument("[pictures...]", "the photo and the painting; without those that --vary names")
    .option("--vary <setting=values>", "a setting, or content or style, and its values; once to three times", gathered)
    .option("-o, --output <folder>", "where the pictures, sheet.png and index.html go [CONTENT-STYLE-grid]")
    .option("-f, --force", "replace pictures that are there and were made otherwise")
    .option("--dry-run", "check everything, say what would be run, and end");
  for (const option of settingOptions()) command.addOption(option);
  maskOptions(command)
    .addOption(new Option("--depth <bits>", "bits a colour value of the single pictures (8, 16) [8]"))
    .option(...RUNTIME)
    .option(...THREADS)
    .option(...MEMORY);
  return reporterOptions(command, "the grid")
    .addHelpText("after", HELP)
    .action((given: string[], flags: GridFlags) => grid(given, flags, context));
}

const HELP = `
Values:
  0.2,0.6,2           these
  1-5                 1 2 3 4 5;  1-5 (+2) is 1 3 5;  5-1 (-2) is 5 3 1
  1-10 [5]            five, evenly spaced (rounded for whole numbers)
  "conv1_1:2,conv2_1; conv3_1"    semicolons, where values hold commas
Settings are called as their flags are, or as in \`pastiche show --json\`, in any case. The last --vary goes along the rows,
the one before it down; the first of three makes a table for each of its values. Settings whose change costs most are
changed least often. All combinations are checked before the first is run. Pictures that are there already, made of the
same pictures with the same settings, are kept: the same command goes on where it was stopped, within a picture too.

Examples:
  pastiche grid photo.jpg painting.jpg --vary alpha=0.2,0.6,2 --vary "style-scale=0.5-1.5 [3]" -s 256
  pastiche grid photo.jpg --vary style=waves.jpg,starry.jpg --vary color=style,content
  pastiche grid photo.jpg painting.jpg --vary optimizer=adam,lbfgs --vary "steps=30-90 [3]" --dry-run
  pastiche grid photo.jpg painting.jpg --recipe tensorflow    without --vary: the recipe's own variants
`;

async function grid(given: string[], flags: GridFlags, context: Context): Promise<void> {
  const depth = flags.depth === undefined ? 8 : depthOf(flags.depth);
  if (flags.output === "-") throw invalid("usage", "--output", "a folder", "-");
  const machine = machineRequest(flags);
  const { settings, start } = readSettings(flags);
  const library = await context.library();
  const { checkRuntimeName, findWeights, grids, models, nodeFiles: files, recipes } = library;
  if (flags.runtime !== undefined) checkRuntimeName(flags.runtime, "--runtime");
  const axes = grids.readAxes(flags.vary ?? variantsOf(flags.recipe, recipes), files.paths);
  const { mask, styleMask } = flags;
  const sources = { ...grids.gridSources(axes, given), mask, styleMask, start };
  const plan = await grids.planGrid(axes, sources, settings, {
    files,
    memory: machine.memory,
    isInstalled: async (name) => (await findWeights(models[name])) !== undefined,
    label: flagOf,
  });
  const folder = flags.output ?? grids.gridFolder(sources, files.paths);
  const states = await grids.cellStates(folder, plan, files, flags.force);
  const lines = planLines(plan, folder, states);
  if (!flags.dryRun) return paint({ plan, folder, states, machine, depth }, lines, flags, context);
  if (flags.json) printJson(planRecord(plan, folder), context.stdout);
  else context.stdout.write(`${lines.join("\n")}\n`);
}

interface Planned {
  readonly plan: GridPlan;
  readonly folder: string;
  readonly states: Map<GridPlan["cells"][number], CellState>;
  readonly machine: ReturnType<typeof machineRequest>;
  readonly depth: 8 | 16;
}

async function paint(planned: Planned, lines: readonly string[], flags: GridFlags, context: Context): Promise<void> {
  const { createStylizer, grids, nodeFiles: files } = await context.library();
  const { plan, folder, states } = planned;
  const reporter = createReporter(flags, context.stderr);
  for (const line of lines) reporter.say(line);
  const close = await grids.openFolder(folder, files);
  const stop = interruption(reporter.say);
  stop.listen();
  const began = performance.now();
  try {
    const open = (machine: Planned["machine"]) => createStylizer({ ...machine, onNote: reporter.say });
    const show = gridShowing(reporter, flags.verbose);
    for await (const event of grids.runGrid(open, { ...planned, signal: stop.signal }, files)) show(event);
    reporter.progress.clear();
    const stopped = stop.signal.aborted;
    const result = { plan, folder, states, seconds: (performance.now() - began) / 1000, stopped };
    await grids.writeGridPages(result, files);
    for (const line of stoppedLines(result)) reporter.say(line);
    if (stopped) context.exitWith(stop.status());
    else if (plan.cells.some((cell) => !states.get(cell)?.done)) context.exitWith(1);
    const record = gridRecord(result, files.paths);
    if (flags.json) printJson(record, context.stdout);
    else if (!flags.quiet) context.stdout.write(`${record.page}\n`);
  } finally {
    stop.dispose();
    await close();
  }
}

type GridEvent = Parameters<Reporter["progress"]["show"]>[0];

/** Shows a grid's events; the lines of a job's start are printed for the first one only. */
function gridShowing({ progress, say }: Reporter, verbose: boolean | undefined): (event: GridEvent) => void {
  let first = true;
  let planned: Extract<GridEvent, { type: "planned" }> | undefined;
  return (event) => {
    if (event.type === "planned") planned = event;
    if (event.type === "start" && first) {
      first = false;
      for (const line of startLines(event, planned!, { resumed: false, verbose })) say(line);
    }
    progress.show(event);
    if (event.type === "note") say(event.text);
  };
}

/** What a recipe has for a grid, as `--vary` takes it. */
function variantsOf(name: string | undefined, recipes: object): string[] {
  const recipe = new Map<string, Recipe>(Object.entries(recipes)).get(name ?? "");
  return Object.entries(recipe?.grid ?? {}).map(([setting, values]) => `${setting}=${values}`);
}
