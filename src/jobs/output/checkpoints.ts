/** Writes a job's checkpoints when they are due. A failed write gives a note; the job continues. */
import { cleaned, UserError } from "../../errors.ts";
import type { Label } from "../../settings/settings.ts";
import type { Checkpoint } from "../../transfer/checkpoint/checkpoint.ts";
import type { StepEvent } from "../../transfer/events.ts";
import { outputOf, type PreparedJob } from "../begin/job.ts";
import type { Resumable } from "../events.ts";
import type { JobFiles, Lock } from "../files.ts";
import { commandLine, pathArgument } from "../record/command.ts";
import type { Say } from "./results.ts";

export interface JobCheckpoints {
  /** Whether a checkpoint is due after this step. */
  due(event: StepEvent): boolean;
  /** Writes a checkpoint; the first failure gives a note. */
  write(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** How to resume from the last checkpoint, if there is one; with `force` the output will be replaced. */
  resumable(how: { readonly force: boolean }): Resumable | undefined;
  /** The job is done: removes the checkpoints, or all but the last. */
  finish(): Promise<void>;
  /** Releases the lock, so that another job may use this name. */
  release(): Promise<void>;
}

/** Seconds between two checkpoints, unless the request says otherwise. */
const EVERY = 30;

/** The shortest time between two checkpoints, in milliseconds, also at the beginning of a level. */
const SHORTEST = 1000;

/**
 * The checkpoints of a job whose result goes to `path`; undefined if none are written. A `file` error if another job is
 * running with this name, or if a stopped one left a checkpoint. The caller calls `release`.
 */
export async function jobCheckpoints(
  path: string,
  { request, resume }: PreparedJob,
  files: JobFiles,
  { label, say }: { readonly label: Label; readonly say: Say },
): Promise<JobCheckpoints | undefined> {
  const wanted = request.checkpoint === false ? undefined : (request.checkpoint ?? {});
  const { every: seconds = EVERY, keep: last = false, adopt } = wanted ?? {};
  const every = seconds * 1000;
  if (last && path === "-")
    throw new UserError("usage", `${label("keepCheckpoint")} keeps beside the output; give ${label("output")} FILE.`);
  const off = !wanted || (every === 0 && !last);
  // A resumed job removes its checkpoints at the end, even if it writes none.
  if (!resume && (off || path === "-")) return undefined;
  const store = resume?.store ?? files.checkpoints(path);
  const { force = false, metadata = true } = outputOf(request);
  const lock = await lockFor(store.path, path, files);
  let old = !resume && !adopt && (await store.exists());
  if (old && !force) {
    await lock?.release();
    throw leftByAnother(store.path, label);
  }
  let there = resume !== undefined;
  let warned = false;
  let level = resume?.checkpoint.level ?? -1;
  let latest = performance.now();
  const isLast = ({ step, steps }: Pick<Checkpoint, "step" | "steps">) => step === steps;
  let complete = resume !== undefined && isLast(resume.checkpoint);
  return {
    due(event) {
      if (off) return false;
      if (last && isLast(event)) return true;
      if (every === 0) return false;
      const elapsed = performance.now() - latest;
      const due = elapsed >= every || (event.level !== level && elapsed >= SHORTEST);
      if (due) level = event.level;
      return due;
    },
    async write(checkpoint, notes) {
      if (off) return;
      try {
        // Checkpoints of another job could be taken for newer ones of this job.
        if (old) await store.remove();
        old = false;
        await store.write(checkpoint, notes);
        there = true;
        complete = isLast(checkpoint);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!warned) say(`No checkpoint could be written, and the job goes on without: ${why}`);
        warned = true;
      }
      latest = performance.now();
    },
    resumable(how) {
      if (!there) return undefined;
      // A report that is not beside the checkpoint has to be named again.
      const { resolve, dirname } = files.paths;
      const beside = request.report === undefined || dirname(resolve(request.report)) === dirname(resolve(store.path));
      return {
        resume: store.path,
        // A picture without a record cannot be recognised as this job's: it is only replaced by force.
        force: how.force || !metadata,
        report: beside ? undefined : request.report,
      };
    },
    async finish() {
      if (last && complete) await store.settle().catch(() => {});
      else await store.remove().catch(() => say(`The job is done; ${store.path} could not be removed.`));
    },
    release: async () => lock?.release().catch(() => {}),
  };
}

/** The error for a checkpoint of another job, which a new one would replace. */
function leftByAnother(path: string, label: Label): UserError {
  const command = commandLine(["pastiche", "resume", pathArgument(path)]);
  const choices = `\`${command}\` goes on with it, and ${label("force")} begins anew`;
  return new UserError("file", `${path} holds the state of a job: ${choices}.`);
}

/** The lock of the checkpoints called `store`; undefined where none can be made: then no checkpoint can be, either. */
async function lockFor(store: string, output: string, files: JobFiles): Promise<Lock | undefined> {
  const path = `${store}.lock`;
  const lock = await files.lock(path).catch(() => null);
  if (lock === undefined) {
    throw new UserError(
      "file",
      `${cleaned(output)} is being made by another pastiche (${cleaned(path)}): wait for it, or give another name.`,
    );
  }
  return lock ?? undefined;
}
