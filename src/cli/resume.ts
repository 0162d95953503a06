/** `pastiche resume FILE`: a job that was stopped goes on from its checkpoint, and ends as if it had never stopped. */
import { basename, dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { type GivenPictures, pictureOptions, runningOptions, type StylizeFlags } from "./stylize.ts";

interface ResumeFlags extends Omit<StylizeFlags, "runtime">, GivenPictures {
  readonly runtime?: string;
}

export function resumeCommand(): Command {
  const command = new Command("resume")
    .description("go on with a job that was stopped, from its checkpoint")
    .argument("<checkpoint>", "OUT.ckpt, as the stopped job called it")
    .option("-o, --output <file>", "where the result goes [OUT, beside the checkpoint]")
    .option("-f, --force", "replace the output, whatever it is");
  pictureOptions(command, "if it is not where it was").option(
    "--runtime <name>",
    "what computes (auto, cpu, webgpu, cuda) [as before]",
  );
  return runningOptions(command).action(async (path: string, given: ResumeFlags) => {
    const { readCheckpoint } = await import("../platform/node/checkpoint-slots.ts");
    const { checkWritable } = await import("../platform/node/write.ts");
    const { readNotes } = await import("./checkpoint-notes.ts");
    const { findPictures } = await import("./recorded.ts");
    const { runJob } = await import("./job.ts");
    const { madeOf } = await import("./metadata.ts");
    const { givenSettings } = await import("../settings/changes.ts");
    const { version } = await import("./version.ts");

    const { checkpoint, notes, slots, problem } = await readCheckpoint(path);
    const { output, tile, origin, flags: before, ...recorded } = readNotes(slots.path, notes);
    const folder = dirname(slots.path);
    const sources = await findPictures(recorded, given, folder);
    // What a file names lies beside it: its report, too, wherever that was.
    const beside = before.report && join(folder, basename(before.report));
    const elsewhere = beside !== undefined && given.report === undefined && resolve(beside) !== before.report;
    const target = given.output ?? (output === "-" ? "-" : join(folder, basename(output)));
    const named = [given.output === undefined && target, given.report === undefined && beside];
    for (const path of named) if (path && path !== "-") await checkWritable(path, { force: true, streams: false });
    const flags: StylizeFlags = {
      ...before,
      ...given,
      runtime: given.runtime ?? before.runtime,
      output: target,
      report: given.report ?? beside,
    };
    const resume = { checkpoint, slots };
    await runJob(
      {
        ...sources,
        settings: { ...givenSettings(checkpoint.settings), tile },
        resume,
        origin,
        replaces: (path) => madeOf(path, recorded),
        onStart({ runtime }, say) {
          if (problem) say(problem);
          if (elsewhere) say(`The report goes to ${beside}; to go on with another: --report PAGE.`);
          say(`Going on after step ${checkpoint.step} of ${checkpoint.steps}.`);
          if (runtime !== checkpoint.runtime)
            say(`Note: it began on ${checkpoint.runtime} and goes on on ${runtime}; the last bits may differ.`);
          if (recorded.version !== version)
            say(`Note: it began with pastiche ${recorded.version}, this is ${version}; the result may differ.`);
        },
      },
      flags,
    );
  });
}
