/** One job from request to files: the one way in which every front door runs a job. */
import { UserError } from "../errors.ts";
import type { StartEvent, StepEvent, StylizeEvent } from "../transfer/events.ts";
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
import { type JobPictures, jobPictures, type Label } from "./pictures.ts";
import { followedProgress, type Progress } from "./progress.ts";
import { restOf } from "./record/notes.ts";
import { originOf } from "./record/record.ts";
import { type JobReport, jobReport } from "./report/report.ts";
import type { JobRequest, MachineRequest } from "./request.ts";
import { mapRoles, roleAt } from "./roles.ts";

/** Who computes: a stylizer of any door. */
export interface JobStylizer {
  stylize(job: Job, options: StylizeOptions): AsyncIterable<StylizeEvent>;
}

/** What a job wants to run on. */
export interface MachineWishes extends MachineRequest {
  /** Whether steps in eight bits are taken to gain; left out, that is measured. */
  readonly eightBits?: boolean | undefined;
}

/**
 * Opens a stylizer, or hands one out. Asked once everything that can be refused is checked, because a runtime takes time to
 * open, and because only then it is known what a resumed job ran on. It stays its owner's.
 */
export type StylizerSource = (wishes: MachineWishes) => JobStylizer | Promise<JobStylizer>;

export interface RunJobOptions {
  /** Stops the job within one step: what there is is written, and the job ends with a `stopped` event. */
  readonly signal?: AbortSignal | undefined;
  /** What messages call a part of the request: `(name) => "--size"`. By default its own name. */
  readonly label?: Label | undefined;
  /** The share of its time that a job may spend to say in its start event how long it will take; left out, none. */
  readonly forecast?: number | undefined;
}

/** A job that is checked, with its files at hand. */
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
 * Runs the job that `request` describes, and writes its files. Everything that can be refused is refused before the
 * stylizer is asked for. Its events are the stylizer's, `planned` before them, and `result` or `stopped` at the end; the
 * result is the return value, too. What fails is thrown, after what there was has been written and told.
 */
export async function* runJob(
  stylizer: StylizerSource,
  request: JobRequest,
  files: JobFiles,
  { signal, label = String, forecast }: RunJobOptions = {},
): AsyncGenerator<JobEvent, JobResult> {
  const notices = noticeQueue();
  const job = await beginJob(request, files, label);
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
    return yield* run(computes, ready, files, { signal, forecast, notices });
  } finally {
    await checkpoints?.release();
  }
}

interface Running {
  readonly signal: AbortSignal | undefined;
  readonly forecast: number | undefined;
  readonly notices: Notices;
}

/** Runs it to its end, or until it is stopped or fails: then what there is, is kept. */
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
    // Refused before it began, there is nothing new to go on with; nor has a job that diverged.
    const goesOn = progress.start && !(error instanceof UserError && error.code === "diverged");
    const force = outputOf(job.request).force === true && (written ?? output) !== output;
    const resume = goesOn ? checkpoints?.resumable({ force }) : undefined;
    yield { type: "stopped", why, result, ...(resume && { resume }) };
    if (failure !== undefined) throw failure;
    return result;
  }
}

/** The job's events, with what is written as they come. */
async function* follow(
  stylizer: JobStylizer,
  { job, pictures, output, snapshots, results, checkpoints, report }: ReadyJob,
  files: JobFiles,
  progress: Progress,
  { signal, forecast, notices }: Running,
): AsyncGenerator<JobEvent, void> {
  const options: StylizeOptions = {
    signal,
    ...(forecast !== undefined && { trial: forecast }),
    wantsImage: (event: StepEvent) => snapshots.has(event.step) || Boolean(report?.wants(event)),
    ...(checkpoints && { wantsCheckpoint: checkpoints.due }),
  };
  const goesOn = { resume: job.resume?.checkpoint, from: job.from };
  for await (const event of stylizer.stylize({ ...pictures.take(), settings: job.given, ...goesOn }, options)) {
    yield event;
    if (event.type === "start") for (const text of job.remarks?.(event) ?? []) yield { type: "note", text };
    // What a job stopped before its first step shows is what it started from: nothing to keep.
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

/** What every checkpoint of a job holds beside its state. */
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
