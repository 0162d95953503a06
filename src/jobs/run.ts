/** Runs one job from request to files, for every entry point. */
import { UserError } from "../errors.ts";
import type { Label } from "../settings/settings.ts";
import type { StartEvent, StepEvent, StylizeEvent } from "../transfer/events.ts";
import type { OwnParts } from "../transfer/parts.ts";
import { mapRoles, roleAt } from "../transfer/pictures/roles.ts";
import type { StylizeOptions } from "../transfer/stylize.ts";
import type { Job } from "../transfer/stylizer.ts";
import { version } from "../version.ts";
import { beginJob } from "./begin/begin.ts";
import { outputOf, type PreparedJob } from "./begin/job.ts";
import type { JobEvent, JobResult } from "./events.ts";
import type { JobFiles } from "./files.ts";
import { type Notices, noticeQueue } from "./notices.ts";
import { type JobCheckpoints, jobCheckpoints } from "./output/checkpoints.ts";
import { outputTarget, type Snapshots, snapshotPlan } from "./output/output.ts";
import { type ResultFiles, resultFiles } from "./output/results.ts";
import { type JobPictures, jobPictures } from "./pictures.ts";
import { followedProgress, type Progress } from "./progress.ts";
import { restOf } from "./record/notes.ts";
import { originOf } from "./record/record.ts";
import { type JobReport, jobReport } from "./report/report.ts";
import type { JobRequest, MachineRequest } from "./request.ts";

/** The part of a stylizer that runs jobs. */
export interface JobStylizer {
  stylize(job: Job, options: StylizeOptions): AsyncIterable<StylizeEvent>;
}

/** The machine that a job requests. */
export interface RuntimeRequest extends MachineRequest {
  /** Whether steps in eight bits are faster; left out, that is measured. */
  readonly eightBits?: boolean | undefined;
}

/**
 * Opens or returns a stylizer. Called after all checks, because a runtime takes time to open, and because the runtime of a
 * resumed job is known only then. The caller disposes of it.
 */
export type StylizerSource = (request: RuntimeRequest) => JobStylizer | Promise<JobStylizer>;

/** Options of `runJob`. */
export interface RunJobOptions {
  /** Stops the job within one step: the current image is written, and the job ends with a `stopped` event. */
  readonly signal?: AbortSignal | undefined;
  /** The name of a part of the request in messages: `(name) => "--size"`. By default its own name. */
  readonly label?: Label | undefined;
  /** Losses, an optimiser, a backbone of the caller's own: a request is plain JSON and cannot have them. */
  readonly parts?: OwnParts | undefined;
}

/** A checked job with its files. */
interface ReadyJob {
  readonly job: PreparedJob;
  readonly pictures: JobPictures;
  readonly output: string | undefined;
  readonly snapshots: Snapshots;
  readonly results: ResultFiles | undefined;
  readonly checkpoints: JobCheckpoints | undefined;
  readonly report: JobReport | undefined;
}

/**
 * Runs the job that `request` describes, and writes its files. All checks precede the call for the stylizer. The events
 * are `planned`, then the stylizer's, then `result` or `stopped`; the result is also the return value. An error is thrown
 * after the current image has been written and the `stopped` event was emitted.
 */
export async function* runJob(
  stylizer: StylizerSource,
  request: JobRequest,
  files: JobFiles,
  { signal, label = String, parts = {} }: RunJobOptions = {},
): AsyncGenerator<JobEvent, JobResult> {
  const notices = noticeQueue();
  const job = await beginJob(request, files, label, parts);
  const target = await outputTarget(job, files);
  const snapshots = await snapshotPlan(job, target, files, label);
  const output = target?.path;
  const checkpoints =
    output === undefined ? undefined : await jobCheckpoints(output, job, files, { label, say: notices.add });
  try {
    const { maxPixels, report: page, machine } = job.request;
    const pictures = await jobPictures(job.pictures, job.settings, files, {
      maxPixels,
      memory: machine?.memory,
      label,
    });
    yield { type: "planned", output, pictures: job.pictures, settings: job.settings };
    const report = page === undefined ? undefined : await jobReport(page, job, pictures, files, label);
    const results = target && (await resultFiles(job, target, snapshots, pictures, files, notices.add));
    if (output !== undefined && output !== "-") await files.removeTemporaries(output);
    const computes = await stylizer({ ...machine, eightBits: job.eightBits });
    const ready: ReadyJob = { job, pictures, output, snapshots, results, checkpoints, report };
    return yield* run(computes, ready, files, { signal, parts, notices });
  } finally {
    await checkpoints?.release();
  }
}

interface Running {
  readonly signal: AbortSignal | undefined;
  readonly parts: OwnParts;
  readonly notices: Notices;
}

/** Runs the job; if it is stopped or fails, writes the current image. */
async function* run(
  stylizer: JobStylizer,
  ready: ReadyJob,
  files: JobFiles,
  running: Running,
): AsyncGenerator<JobEvent, JobResult> {
  const { job, output, results, checkpoints, report } = ready;
  const { signal, notices } = running;
  const progress = followedProgress(job);
  let written: string | undefined;
  let done = false;
  const save = async function* (): AsyncGenerator<JobEvent, string | undefined> {
    if (!results || !progress.last) return undefined;
    return yield* notices.during(results.save(progress.last, progress.start, { done, signal }));
  };
  try {
    yield* follow(stylizer, ready, files, progress, running);
    done = true;
    written = yield* save();
    if (checkpoints) yield* notices.during(checkpoints.finish());
    await report?.write(progress, written ?? "");
    const taken = written !== output ? output : undefined;
    const result = progress.result(written);
    yield { type: "result", result, ...(taken !== undefined && { taken }) };
    return result;
  } catch (error) {
    const why = signal?.aborted && !done ? "stopped" : "failed";
    let failure: unknown = why === "failed" ? error : undefined;
    try {
      if (progress.last && !done && outputOf(job.request).partial !== false) {
        written = yield* save();
        await report?.write(progress, written ?? "", why === "stopped" ? "Stopped" : "Failed");
      }
    } catch (another) {
      failure = another;
    }
    const result = progress.result(written);
    // A job that was refused before its start, or that diverged, has no new checkpoint.
    const goesOn = progress.start && !(error instanceof UserError && error.code === "diverged");
    const force = outputOf(job.request).force === true && (written ?? output) !== output;
    const resume = goesOn ? checkpoints?.resumable({ force }) : undefined;
    yield { type: "stopped", why, result, ...(resume && { resume }) };
    if (failure !== undefined) throw failure;
    return result;
  }
}

/** The job's events; writes snapshots and checkpoints. */
async function* follow(
  stylizer: JobStylizer,
  { job, pictures, output, snapshots, results, checkpoints, report }: ReadyJob,
  files: JobFiles,
  progress: Progress,
  { signal, parts, notices }: Running,
): AsyncGenerator<JobEvent, void> {
  const options: StylizeOptions = {
    signal,
    wantsImage: (event: StepEvent) => snapshots.has(event.step) || Boolean(report?.wants(event)),
    ...(checkpoints && { wantsCheckpoint: checkpoints.due }),
  };
  const goesOn = { resume: job.resume?.checkpoint, from: job.from, ...parts };
  for await (const event of stylizer.stylize({ ...pictures.take(), settings: job.given, ...goesOn }, options)) {
    yield event;
    if (event.type === "start") for (const text of job.remarks?.(event) ?? []) yield { type: "note", text };
    // A job that is stopped before its first step emits its start image, which is not a result.
    if (signal?.aborted && "step" in event && event.step === 0) continue;
    progress.follow(event);
    await report?.follow(event);
    if (event.type === "image" && snapshots.has(event.step) && !signal?.aborted)
      yield* notices.during(results!.snapshot(event, progress.start));
    if (event.type === "checkpoint") {
      const notes = checkpointNotes(job, pictures, output!, files, progress.start);
      yield* notices.during(checkpoints!.write(event.checkpoint, { ...notes, ...progress.forCheckpoint() }));
    }
  }
}

/** The notes in every checkpoint of a job. */
function checkpointNotes(
  job: PreparedJob,
  { facts }: JobPictures,
  output: string,
  { paths }: JobFiles,
  start: StartEvent | undefined,
): object {
  const { request, settings, origin } = job;
  return {
    version,
    pictures: mapRoles(job.pictures, ({ name, path }, role, index) => ({
      name,
      ...(path !== "-" && { path: paths.resolve(path) }),
      sha256: roleAt(facts, role, index)!.digest,
    })),
    tile: settings.tile,
    origin: originOf(origin, start),
    rest: restOf(request, output, paths),
  };
}
