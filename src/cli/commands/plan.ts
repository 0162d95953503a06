/** `pastiche plan`: sizes, tiles, memory and time of a job. Only a few small steps are run, to time them. */
import type { Command } from "commander";
import { jsonLine } from "../../errors.ts";
import {
  MAX_PIXELS,
  type MachineFlags,
  MEMORY,
  machineRequest,
  maxPixelsOf,
  picturesOf,
  RUNTIME,
  THREADS,
} from "../options/job.ts";
import { flagOf, readSettings, settingOptions } from "../options/settings.ts";
import type { Context } from "../terminal/context.ts";
import { planLine } from "../terminal/messages.ts";

interface PlanFlags extends MachineFlags {
  readonly maxPixels?: string;
  readonly json?: boolean;
}

export function define(command: Command, context: Context): Command {
  command.argument("<content>", "the photo").argument("<style...>", "the painting, or several");
  for (const option of settingOptions()) command.addOption(option);
  return command
    .option(...RUNTIME)
    .option(...THREADS)
    .option(...MEMORY)
    .option(...MAX_PIXELS)
    .option("--json", "as one JSON object")
    .action((content: string, style: string[], flags: PlanFlags) => plan(content, style, flags, context));
}

async function plan(content: string, style: string[], flags: PlanFlags, context: Context): Promise<void> {
  const { settings, start } = readSettings(flags);
  const pictures = picturesOf({ content, style, start });
  const request = { settings, pictures, machine: machineRequest(flags), maxPixels: maxPixelsOf(flags) };
  const { checkRuntimeName, createStylizer, jobs, nodeFiles } = await context.library();
  if (flags.runtime !== undefined) checkRuntimeName(flags.runtime, "--runtime");
  let stylizer: Awaited<ReturnType<typeof createStylizer>> | undefined;
  try {
    const open = async (machine: object) => {
      stylizer = await createStylizer(machine);
      return stylizer;
    };
    const { type: _, ...facts } = await jobs.forecastJob(open, request, nodeFiles, { label: flagOf });
    context.stdout.write(`${flags.json ? jsonLine(facts) : planLine(facts)}\n`);
  } finally {
    await stylizer?.dispose();
  }
}
