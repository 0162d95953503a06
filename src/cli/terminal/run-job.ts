/** Runs one job and shows its events on the terminal. */
import { UserError } from "../../errors.ts";
import type { JobEvent, PlannedEvent } from "../../jobs/events.ts";
import { commandLine, pathArgument } from "../../jobs/record/command.ts";
import type { JobRequest } from "../../jobs/request.ts";
import type { RuntimeRequest } from "../../jobs/run.ts";
import type { ReporterFlags } from "../options/job.ts";
import { flagOf } from "../options/settings.ts";
import type { Context } from "./context.ts";
import { interruption } from "./interruption.ts";
import { createReporter, type Reporter, resultRecord, startLines, stoppedLine, summary, timeLine } from "./messages.ts";
import { printJson, printPath } from "./streams.ts";

/** The time left is printed after so many steps, if it is so many seconds or more: a trial before would delay the first step. */
const TIMED = { steps: 10, seconds: 5 };

/** Runs the job. If it is stopped, the current image is written. */
export async function runOnTerminal(request: JobRequest, flags: ReporterFlags, context: Context): Promise<void> {
  const { checkRuntimeName, createStylizer, jobs, nodeFiles } = await context.library();
  if (request.machine?.runtime !== undefined) checkRuntimeName(request.machine.runtime, "--runtime");
  const reporter = createReporter(flags, context.stderr);
  const stop = interruption(reporter.say);
  let stylizer: Awaited<ReturnType<typeof createStylizer>> | undefined;
  const open = async (machine: RuntimeRequest) => {
    stylizer = await createStylizer({ ...machine, onNote: reporter.say });
    stop.listen();
    return stylizer;
  };
  try {
    const options = { signal: stop.signal, label: flagOf };
    const shown = showing(request, flags, reporter, context);
    for await (const event of jobs.runJob(open, request, nodeFiles, options)) {
      shown.show(event);
      if (event.type === "stopped" && event.why === "stopped") context.exitWith(stop.status());
    }
  } finally {
    stop.dispose();
    await stylizer?.dispose();
  }
}

/** Shows a job's events. */
export function showing(
  request: JobRequest,
  { json = false, quiet = false, verbose = false }: Omit<ReporterFlags, "progress">,
  { progress, say }: Reporter,
  { stdout }: Context,
): { show(event: JobEvent): void } {
  let planned: PlannedEvent | undefined;
  let steps = 0;
  return {
    show(event) {
      progress.show(event);
      switch (event.type) {
        case "note":
          return say(event.text);
        case "planned":
          planned = event;
          if (json && event.output === "-")
            throw new UserError("usage", "--json and the picture both want standard output; give -o FILE.");
          if (namedAfterSeveral(request)) {
            const names = event.pictures.style.map(({ name }) => name).join(" and ");
            say(`Painting like ${names} together, to ${event.output} (-o gives another name).`);
          }
          return;
        case "start":
          for (const line of startLines(event, planned!, { resumed: request.resume !== undefined, verbose })) say(line);
          return;
        case "step":
          if (++steps === TIMED.steps && event.secondsLeft! >= TIMED.seconds) say(timeLine(event.secondsLeft!));
          return;
        case "result": {
          const { result, taken } = event;
          const output = result.output!;
          if (taken !== undefined)
            progress.note(`${taken} has appeared meanwhile and was left alone; this is ${output}`);
          if (json) printJson(resultRecord(result, planned?.output), stdout);
          else if (output !== "-" && !quiet) printPath(output, stdout);
          if (verbose) say(summary(result));
          return;
        }
        case "stopped": {
          progress.clear();
          const line = stoppedLine(event);
          if (line !== undefined) say(line);
          if (event.resume) say(`To go on: ${resumeCommand(event.resume)}`);
          if (json && event.why === "stopped")
            printJson({ ...resultRecord(event.result, planned?.output), stopped: true }, stdout);
        }
      }
    },
  };
}

/** Several paintings without a name for the result: perhaps one of them was meant to be that. */
function namedAfterSeveral({ pictures, output, settings, resume, from, replay }: JobRequest): boolean {
  if (resume ?? from ?? replay) return false;
  const path = output ? output.path : undefined;
  return (pictures?.style?.length ?? 0) > 1 && path === undefined && settings?.blend === undefined;
}

function resumeCommand({ resume, force, report }: { resume: string; force: boolean; report?: string | undefined }) {
  const words = ["pastiche", "resume", pathArgument(resume), ...(force ? ["-f"] : [])];
  return commandLine([...words, ...(report === undefined ? [] : ["--report", pathArgument(report)])]);
}
