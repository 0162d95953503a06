/** `pastiche plan`: what a job would be: sizes, tiles, memory, time. It paints nothing but a few small steps to time them. */
import { Command } from "commander";
import { bytesText, UserError } from "../errors.ts";
import type { Size } from "../image/image.ts";
import type { StartEvent } from "../transfer/events.ts";
import type { SettingsInput } from "../transfer/settings.ts";
import type { Job, Stylizer } from "../transfer/stylizer.ts";
import { flagOf, readSettings, settingOptions } from "./flags.ts";
import { MEMORY, type StylizeFlags, startFile } from "./stylize.ts";

export function planCommand(): Command {
  const command = new Command("plan")
    .description("what a job would take (sizes, tiles, memory, time), without running it")
    .argument("<content>", "the photo")
    .argument("<style...>", "the painting, or several");
  for (const option of settingOptions()) command.addOption(option);
  return command
    .option("--runtime <name>", "what computes (auto, cpu, webgpu, cuda)", "auto")
    .option("--threads <count>", "processor threads [all cores]")
    .option(...MEMORY)
    .option("--json", "as one JSON object")
    .action(plan);
}

async function plan(content: string, style: string[], flags: StylizeFlags): Promise<void> {
  const { parseSettings } = await import("../transfer/settings.ts");
  const given = readSettings(flags as unknown as Record<string, unknown>);
  const start = startFile(given.init);
  if (start !== undefined) delete given.init;
  const settings = parseSettings(given, flagOf);
  const { machineOptions } = await import("./job.ts");
  const { jobPictures, typed } = await import("./inputs.ts");
  const { createStylizer } = await import("../node.ts");
  const pictures = await jobPictures({ content: typed(content), style: style.map(typed) }, settings);
  const stylizer = await createStylizer(machineOptions(flags));
  try {
    const started = await startOf(stylizer, { ...pictures.take(), settings: given });
    const seconds = await secondsFor(stylizer, started, given);
    if (flags.json) {
      const { type: _, ...facts } = started;
      process.stdout.write(`${JSON.stringify({ ...facts, seconds })}\n`);
    } else process.stdout.write(`${planLine(started)}, about ${duration(seconds)}\n`);
  } finally {
    await stylizer.dispose();
  }
}

/** A job in a line: `1024x683 in 7 levels, 680 steps, in tiles of 512, about 1.2 GB`. */
export function planLine({ levels, steps, tile, peak }: StartEvent): string {
  const { width, height } = levels.at(-1)!;
  const how = typeof tile === "number" && Math.max(width, height) > tile ? `in tiles of ${tile}` : "whole";
  const sizes = levels.length === 1 ? "one level" : `${levels.length} levels`;
  return `${width}x${height} in ${sizes}, ${steps} steps, ${how}, about ${bytesText(peak)} of memory`;
}

/** What the job says of itself before it begins. */
async function startOf(stylizer: Stylizer, job: Job): Promise<StartEvent> {
  for await (const event of stylizer.stylize(job)) if (event.type === "start") return event;
  throw new UserError("usage", "The job has nothing to say of itself.");
}

/** The side of the picture that is painted to see how long a step takes, and how many steps. */
const TRIAL = { side: 192, steps: 4 };
/** A tile is run forward twice and overlaps its neighbours: what that costs in tiles of 1024; in small ones it is more. */
const TILED = 1.8;

/** How long the job's steps will take: a few of them are done on a small picture, and their pixels counted. */
async function secondsFor(stylizer: Stylizer, { levels, tile }: StartEvent, given: SettingsInput): Promise<number> {
  const picture = { width: TRIAL.side, height: TRIAL.side, data: new Float32Array(3 * TRIAL.side ** 2).fill(0.5) };
  const one: SettingsInput = { ...given, size: TRIAL.side, levels: 1, steps: TRIAL.steps, init: "noise", tile: "off" };
  const times: number[] = [];
  for await (const event of stylizer.stylize({ content: picture, style: picture, settings: one })) {
    if (event.type === "step") times.push(performance.now());
  }
  const step = Math.min(...times.slice(1).map((time, i) => time - times[i]!)) / 1000;
  const pixels = ({ width, height }: Size) => (width + 16) * (height + 16);
  const each = step / pixels({ width: TRIAL.side, height: TRIAL.side });
  return levels.reduce((sum, level) => {
    const tiled = typeof tile === "number" && pixels(level) > pixels({ width: tile + 160, height: tile + 160 });
    return sum + each * level.steps * pixels(level) * (tiled ? TILED : 1);
  }, 0);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
