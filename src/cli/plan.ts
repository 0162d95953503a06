/** `pastiche plan`: what a job would be: sizes, tiles, memory, time. It paints nothing but a few small steps to time them. */
import { Command } from "commander";
import { bytesText, jsonLine, UserError } from "../errors.ts";
import type { StartEvent } from "../transfer/events.ts";
import type { Job, Stylizer } from "../transfer/stylizer.ts";
import { flagOf, readSettings, settingOptions } from "./flags.ts";
import { MAX_PIXELS, MEMORY, readLimits, type StylizeFlags, startFile } from "./stylize.ts";

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
    .option(...MAX_PIXELS)
    .option("--json", "as one JSON object")
    .action(plan);
}

async function plan(content: string, style: string[], flags: StylizeFlags): Promise<void> {
  const { parseSettings } = await import("../settings/settings.ts");
  const given = readSettings(flags as unknown as Record<string, unknown>);
  const start = startFile(given.init);
  if (start !== undefined) delete given.init;
  const settings = parseSettings(given, flagOf);
  const { machineOptions } = await import("./job.ts");
  const { jobPictures, typed } = await import("./inputs.ts");
  const { createStylizer } = await import("../node.ts");
  const pictures = await jobPictures({ content: typed(content), style: style.map(typed) }, settings, readLimits(flags));
  const stylizer = await createStylizer(machineOptions(flags));
  try {
    const { type: _, ...facts } = await startOf(stylizer, { ...pictures.take(), settings: given });
    process.stdout.write(`${flags.json ? jsonLine(facts) : planLine(facts)}\n`);
  } finally {
    await stylizer.dispose();
  }
}

/** A job in a line: `2048x1365 in 9 levels, 300 steps, in 6 tiles of 768, about 1.2 GB of memory, about 25 min`. */
export function planLine({ levels, steps, work, tile, peak, seconds }: Omit<StartEvent, "type">): string {
  const { width, height } = levels.at(-1)!;
  const { tiles } = work.at(-1)!;
  const how = tiles === 1 ? "whole" : `in ${tiles} tiles of ${tile}`;
  const sizes = levels.length === 1 ? "one level" : `${levels.length} levels`;
  const time = seconds === undefined ? "" : `, about ${duration(seconds)}`;
  return `${width}x${height} in ${sizes}, ${steps} steps, ${how}, about ${bytesText(peak)} of memory${time}`;
}

/** What the job says of itself before it begins. */
async function startOf(stylizer: Stylizer, job: Job): Promise<StartEvent> {
  for await (const event of stylizer.stylize(job, { trial: Number.POSITIVE_INFINITY })) {
    if (event.type === "start") return event;
  }
  throw new UserError("usage", "The job has nothing to say of itself.");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
