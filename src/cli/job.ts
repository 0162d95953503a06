/**
 * One job of the command line: pictures read, the job run with progress shown, snapshots, checkpoints and the result
 * written. What is computed, it refuses to know.
 */
import { jsonLine, type UserError } from "../errors.ts";
import { createStylizer, type MachineOptions, type Stylizer } from "../node.ts";
import type { CheckpointSlots } from "../platform/node/checkpoint-slots.ts";
import { checkRuntimeName } from "../platform/node/runtimes.ts";
import { clearTemporaries } from "../platform/node/write.ts";
import { parseSettings, type SettingsInput } from "../settings/settings.ts";
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import type { StartEvent, StepEvent } from "../transfer/events.ts";
import { checkpointKeeping, type Keeping } from "./checkpoint-keeping.ts";
import { checkpointNotes, type Origin } from "./checkpoint-notes.ts";
import { type JobPictures, jobPictures, type Source, type Sources } from "./inputs.ts";
import { interruption } from "./interruption.ts";
import { checkReport, type Reporting, reporting } from "./report.ts";
import { encoder, type ResultFiles, resultFiles } from "./result-files.ts";
import { listRoles } from "./roles.ts";
import { printPath } from "./streams.ts";
import { bytesOf, readLimits, type StylizeFlags, wholeNumber } from "./stylize.ts";
import { outputTarget, type Snapshots, snapshotPlan, wantedSnapshots } from "./target.ts";
import { announce, type Course, newCourse, resultRecord, stoppedLine, summary, type Voice, voice } from "./telling.ts";

export interface JobRequest extends Sources {
  readonly settings: SettingsInput;
  /** Goes on from there. */
  readonly resume?: { readonly checkpoint: Checkpoint; readonly slots: CheckpointSlots };
  /** Carries that job on to a larger size. */
  readonly from?: Checkpoint;
  /** What it was carried on from, now or before it was stopped: its result says so. */
  readonly origin?: Origin | undefined;
  /** May a file that exists be replaced without -f, because this very job made it before it was stopped? */
  readonly replaces?: (path: string) => Promise<boolean>;
  /** Whether steps in eight bits are taken to gain, where that is left to the machine; left out, it is measured. */
  readonly eightBits?: boolean | undefined;
  /** Called with the start event, before the first step: what is worth a line. */
  readonly onStart?: (start: StartEvent, say: (line: string) => void) => void;
}

/** How much of a job's time may be spent to say how long it will take. */
const TRIAL = 0.01;

/** A job that may run: all that can be refused has been looked at, and its pictures are read. */
interface Ready {
  readonly request: JobRequest;
  readonly flags: StylizeFlags;
  readonly output: string;
  readonly snapshots: Snapshots;
  readonly files: ResultFiles;
  readonly pictures: JobPictures;
  readonly keeping: Keeping | undefined;
  readonly report: Reporting | undefined;
  readonly voice: Voice;
}

/** Runs the job. Everything that can be refused is refused before the first step. */
export async function runJob(request: JobRequest, flags: StylizeFlags): Promise<void> {
  const mayReplace = async (path: string) => Boolean(flags.force || (await request.replaces?.(path)));
  const target = await outputTarget(request, flags, mayReplace);
  const settings = parseSettings(request.settings);
  const snapshots = await snapshotPlan(
    wantedSnapshots(flags, settings, target),
    target,
    request.resume ? () => true : mayReplace,
  );
  const machine = machineOptions(flags);
  const speaks = voice(flags);
  const output = target.path;
  const keeping = await checkpointKeeping(output, flags, speaks.say, request.resume);
  try {
    const pictures = await jobPictures(request, settings, readLimits(flags));
    if (!request.resume && request.style.length > 1 && flags.output === undefined && !("blend" in request.settings)) {
      const names = request.style.map(({ name }) => name).join(" and ");
      speaks.say(`Painting like ${names} together, to ${output} (-o gives another name).`);
    }
    const report = flags.report === undefined ? undefined : await reportFor(flags.report, request, pictures, flags);
    const encode = encoder(target, request, pictures, flags.metadata);
    const inputs = listRoles<Source>(request).map(({ path }) => path);
    const files = await resultFiles({ inputs, target, snapshots, mayReplace }, encode, speaks.say);
    if (output !== "-") await clearTemporaries(output);
    const stylizer = await createStylizer({ ...machine, eightBits: request.eightBits, onNote: speaks.say });
    try {
      await run(stylizer, { request, flags, output, snapshots, files, pictures, keeping, report, voice: speaks });
    } finally {
      await stylizer.dispose();
    }
  } finally {
    await keeping?.release();
  }
}

/** What jobs run on, as flags name it. */
export function machineOptions(flags: Pick<StylizeFlags, "runtime" | "threads" | "memory">): MachineOptions {
  const { runtime, threads, memory } = flags;
  const count = threads === undefined ? undefined : wholeNumber("--threads", threads, 1, 256);
  checkRuntimeName(runtime, "--runtime");
  return { runtime, ...(count && { threads: count }), ...(memory !== undefined && { memory: bytesOf(memory) }) };
}

/** The job's report, if it can be written. */
async function reportFor(path: string, request: JobRequest, pictures: JobPictures, { force = false }: StylizeFlags) {
  await checkReport(path, { force, mine: request.resume && pictures.facts });
  return reporting(path, request, pictures);
}

/** Runs it to its end, or until it is stopped: then what there is, is kept. */
async function run(stylizer: Stylizer, job: Ready): Promise<void> {
  const { flags, files, keeping, report } = job;
  const { progress, say } = job.voice;
  const stop = interruption(say);
  const course = newCourse();
  let { output } = job;
  let done = false;
  try {
    await follow(stylizer, job, course, stop.signal);
    done = true;
    output = await files.save(course.last!, course.start, { done, signal: stop.signal });
    if (output !== job.output)
      progress.note(`${job.output} has appeared meanwhile and was left alone; this is ${output}`);
    await keeping?.finish();
  } catch (error) {
    progress.clear();
    try {
      if (course.last && !done) {
        output = await files.save(course.last, course.start, { done, signal: stop.signal });
        say(stoppedLine(course, output));
        await report?.write(course, output, stop.signal.aborted ? "Stopped" : "Failed");
      } else if (!done && stop.signal.aborted) say("Stopped before the first step; there is nothing to save.");
    } finally {
      // Refused before it began, there is nothing new to say.
      const command = course.start && keeping?.command({ force: flags.force === true && output !== job.output });
      if (command && (error as UserError).code !== "diverged") say(`To go on: ${command}`);
    }
    if (!stop.signal.aborted || done) throw error;
    process.exitCode = stop.status();
    if (flags.json) print({ ...resultRecord(course, output), stopped: true });
    return;
  } finally {
    stop.dispose();
  }
  await report?.write(course, output);
  if (flags.json) print(resultRecord(course, output));
  else if (output !== "-" && !flags.quiet) printPath(output);
  if (flags.verbose) say(summary(course));
}

/** The job's events, shown and kept as they come. */
async function follow(stylizer: Stylizer, job: Ready, course: Course, signal: AbortSignal): Promise<void> {
  const { request, flags, output, snapshots, files, pictures, keeping, report } = job;
  const { progress, say } = job.voice;
  const notes = checkpointNotes(request, pictures.facts, flags, output);
  const options = {
    signal,
    ...(!flags.quiet && { trial: TRIAL }),
    wantsImage: (event: StepEvent) => snapshots.has(event.step) || Boolean(report?.wants(event)),
    ...(keeping && { wantsCheckpoint: keeping.due }),
  };
  const given = { settings: request.settings, resume: request.resume?.checkpoint, from: request.from };
  for await (const event of stylizer.stylize({ ...pictures.take(), ...given }, options)) {
    progress.show(event);
    if (event.type === "note") say(event.text);
    if (event.type === "start") {
      announce(event, request, flags.verbose, say);
      request.onStart?.(event, say);
    }
    // What a job stopped before its first step shows is what it started from: nothing to keep.
    if (signal.aborted && "step" in event && event.step === 0) continue;
    course.follow(event);
    await report?.follow(event);
    if (event.type === "image" && snapshots.has(event.step) && !signal.aborted) {
      await files.snapshot(event, course.start);
    }
    if (event.type === "checkpoint") await keeping!.keep(event.checkpoint, notes);
  }
}

function print(record: object): void {
  process.stdout.write(`${jsonLine(record)}\n`);
}
