/** `pastiche resume FILE`: resumes a stopped job from its checkpoint. */
import type { Command } from "commander";
import {
  type OutputFlags,
  outputRequest,
  type PictureFlags,
  pictureOptions,
  picturesOf,
  type RunningFlags,
  runningOptions,
  runningRequest,
} from "../options/job.ts";
import type { Context } from "../terminal/context.ts";
import { runOnTerminal } from "../terminal/run-job.ts";

interface ResumeFlags extends RunningFlags, PictureFlags, Pick<OutputFlags, "output" | "force"> {}

export function define(command: Command, context: Context): Command {
  command
    .argument("<checkpoint>", "OUT.ckpt, as the stopped job called it")
    .option("-o, --output <file>", "where the result goes [OUT, beside the checkpoint]")
    .option("-f, --force", "replace the output, whatever it is");
  pictureOptions(command, "if it is not where it was").option(
    "--runtime <name>",
    "what computes (auto, cpu, webgpu, cuda) [as before]",
  );
  return runningOptions(command).action((path: string, flags: ResumeFlags) =>
    runOnTerminal(
      { ...runningRequest(flags), resume: path, pictures: picturesOf(flags), output: outputRequest(flags) },
      flags,
      context,
    ),
  );
}
