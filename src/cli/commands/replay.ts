/** `pastiche replay OUT.png`: repeats the job of a result, with some settings changed. */
import type { Command } from "commander";
import {
  encodingOptions,
  type OutputFlags,
  outputRequest,
  type PictureFlags,
  pictureOptions,
  picturesOf,
  RUNTIME,
  type RunningFlags,
  runningOptions,
  runningRequest,
} from "../options/job.ts";
import { readChanges } from "../options/settings.ts";
import { gathered } from "../options/values.ts";
import type { Context } from "../terminal/context.ts";
import { runOnTerminal } from "../terminal/run-job.ts";

interface ReplayFlags extends RunningFlags, OutputFlags, PictureFlags {
  readonly with?: readonly string[];
}

export function define(command: Command, context: Context): Command {
  command
    .argument("<picture>", "a result of pastiche")
    .option("-o, --output <file>", "where the new one goes [OUT-replay.png]")
    .option("-f, --force", "replace the output if it exists")
    .option("--with <changes>", "settings that change, as in size=1024,alpha=0.1; may be repeated", gathered);
  pictureOptions(command, "if it is not beside the result or here; or another");
  return runningOptions(encodingOptions(command, "as before").option(...RUNTIME)).action(
    (path: string, flags: ReplayFlags) => {
      const changes = (flags.with ?? []).map(readChanges);
      const settings = Object.assign({}, ...changes.map((one) => one.settings));
      const start = flags.start ?? changes.findLast((one) => one.start !== undefined)?.start;
      const pictures = picturesOf({ ...flags, ...(start !== undefined && { start }) });
      const request = { ...runningRequest(flags), replay: path, settings, pictures, output: outputRequest(flags) };
      return runOnTerminal(request, flags, context);
    },
  );
}
