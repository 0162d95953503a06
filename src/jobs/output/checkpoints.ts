/** When a job's checkpoints are due, and where they go. One that cannot be written costs a line, never the job. */
import { cleaned, UserError } from "../../errors.ts";
import type { Checkpoint } from "../../transfer/checkpoint/checkpoint.ts";
import type { StepEvent } from "../../transfer/events.ts";
import { outputOf, type PreparedJob } from "../begin/job.ts";
import type { Resumable } from "../events.ts";
import type { JobFiles, Lock } from "../files.ts";
import type { Label } from "../pictures.ts";
import { commandLine, pathArgument } from "../record/command.ts";
import type { Say } from "./results.ts";

export interface JobCheckpoints {
  /** Is a checkpoint due after this step? */
  due(event: StepEvent): boolean;
  /** Writes it; says so once if that fails. */
  write(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** What goes on from the last checkpoint, if there is one; with `force` it replaces what is there. */
  resumable(how: { readonly force: boolean }): Resumable | undefined;
  /** The job is done: removes the checkpoints, or all but the last. */
  finish(): Promise<void>;
  /** The job failed, and nothing goes on from here. */
  remove(): Promise<void>;
  /** However the job ended: another may now keep its checkpoints under this name. */
  release(): Promise<void>;
}

/** Seconds between two checkpoints, unless the request says otherwise. */
const EVERY = 30;

/** Two checkpoints within this time, in milliseconds, are one too many, also where a level begins. */
const SHORTEST = 1000;

/**
 * The checkpoints of a job whose result goes to `path`; undefined if none are kept. A `file` error while another job keeps
 * its own there, or where a stopped one did. To be released, once it is given.
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
  // A resumed job has checkpoints to be removed at its end, whether it adds to them or not.
  if (!resume && (off || path === "-")) return undefined;
  const store = resume?.store ?? files.checkpoints(path);
  const { force = false, metadata = true } = outputOf(request);
  const lock = await lockFor(store.path, path, files);
  const taken = !resume && !adopt && (await store.exists());
  if (taken && !force) {
    await lock?.release();
    const command = commandLine(["pastiche", "resume", pathArgument(store.path)]);
    throw new UserError(
      "file",
      `${store.path} holds the state of a job: \`${command}\` goes on with it, and ${label("force")} begins anew.`,
    );
  }
  let old = taken;
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
        // The steps of another job must not be taken for newer ones of this.
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
      // A report that does not lie beside the checkpoint is only found if it is named again.
      const { resolve, dirname } = files.paths;
      const beside = request.report === undefined || dirname(resolve(request.report)) === dirname(resolve(store.path));
      return {
        resume: store.path,
        // A picture without a record in it cannot be told from somebody else's: it is only replaced by force.
        force: how.force || !metadata,
        report: beside ? undefined : request.report,
      };
    },
    async finish() {
      if (last && complete) await store.settle().catch(() => {});
      else await store.remove().catch(() => say(`The job is done; ${store.path} could not be removed.`));
    },
    remove: () => store.remove().catch(() => {}),
    release: async () => lock?.release().catch(() => {}),
  };
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
