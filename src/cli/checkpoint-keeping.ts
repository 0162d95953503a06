/**
 * When a job of the command line keeps a checkpoint, and where. One that cannot be written costs a line, never the job.
 * What is in a checkpoint, it refuses to know.
 */
import { dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { readNumber } from "../parameters/value.ts";
import { type CheckpointSlots, checkpointPath, checkpointSlots } from "../platform/node/checkpoint-slots.ts";
import { type Lock, takeLock } from "../platform/node/lock.ts";
import { inMessage } from "../platform/node/paths.ts";
import type { Checkpoint } from "../transfer/checkpoint/checkpoint.ts";
import type { StepEvent } from "../transfer/events.ts";
import { commandLine, pathArgument } from "./shell.ts";
import type { StylizeFlags } from "./stylize.ts";

export interface Keeping {
  /** Is a checkpoint due after this step? */
  due(event: StepEvent): boolean;
  /** Writes it; says so once if that fails. */
  keep(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** The command that goes on from the last checkpoint, if there is one; with `force` it replaces what is there. */
  command(how: { readonly force: boolean }): string | undefined;
  /** The job is done: removes the checkpoints, or all but the last. */
  finish(): Promise<void>;
  /** However the job ended: another may now keep its checkpoints under this name. */
  release(): Promise<void>;
}

/** Two checkpoints within this time, in milliseconds, are one too many, also where a level begins. */
const SHORTEST = 1000;

/**
 * What is kept for a job whose result goes to `path`; undefined if nothing is to be. `resumed` is where it comes from. A
 * `file` error while another job keeps its own there, or where a stopped one did. To be released, once it is given.
 */
export async function checkpointKeeping(
  path: string,
  flags: Pick<StylizeFlags, "checkpoint" | "checkpointEvery" | "keepCheckpoint" | "force" | "metadata" | "report">,
  say: (line: string) => void,
  resumed?: { readonly slots: CheckpointSlots; readonly checkpoint: Checkpoint },
): Promise<Keeping | undefined> {
  const every = interval(flags.checkpointEvery ?? "30");
  const last = flags.keepCheckpoint ?? false;
  if (last && (!flags.checkpoint || path === "-")) {
    const why = path === "-" ? "beside the output; give -o FILE" : "a checkpoint; leave --no-checkpoint out";
    throw new UserError("usage", `--keep-checkpoint keeps ${why}.`);
  }
  const off = !flags.checkpoint || (every === 0 && !last);
  // A resumed job has checkpoints to be removed at its end, whether it adds to them or not.
  if (!resumed && (off || path === "-")) return undefined;
  const slots = resumed?.slots ?? checkpointSlots(checkpointPath(path));
  const resume = (...more: string[]) => commandLine(["pastiche", "resume", pathArgument(slots.path), ...more]);
  const lock = await lockFor(slots.path, path);
  const taken = !resumed && (await slots.exists());
  if (taken && !flags.force) {
    await lock?.release();
    throw new UserError(
      "file",
      `${slots.path} holds the state of a job: \`${resume()}\` goes on with it, and -f begins anew.`,
    );
  }
  let old = taken;
  let there = resumed !== undefined;
  let warned = false;
  let level = resumed?.checkpoint.level ?? -1;
  let latest = performance.now();
  const isLast = ({ step, steps }: Pick<Checkpoint, "step" | "steps">) => step === steps;
  let complete = resumed !== undefined && isLast(resumed.checkpoint);
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
    async keep(checkpoint, notes) {
      if (off) return;
      try {
        // The steps of another job must not be taken for newer ones of this.
        if (old) await slots.remove();
        old = false;
        await slots.write(checkpoint, notes);
        there = true;
        complete = isLast(checkpoint);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!warned) say(`No checkpoint could be written, and the job goes on without: ${why}`);
        warned = true;
      }
      latest = performance.now();
    },
    // A picture without words in it cannot be told from somebody else's: it is only replaced with -f.
    command({ force }) {
      const words = [...(force || !flags.metadata ? ["-f"] : []), ...reportWords(flags.report, slots.path)];
      return there ? resume(...words) : undefined;
    },
    async finish() {
      if (last && complete) await slots.settle().catch(() => {});
      else await slots.remove().catch(() => say(`The job is done; ${slots.path} could not be removed.`));
    },
    release: async () => lock?.release().catch(() => {}),
  };
}

/** The lock of the checkpoints called `slots`; undefined where none can be made: then no checkpoint can be, either. */
async function lockFor(slots: string, output: string): Promise<Lock | undefined> {
  const path = `${slots}.lock`;
  const lock = await takeLock(path).catch(() => null);
  if (lock === undefined) {
    throw new UserError(
      "file",
      `${inMessage(output)} is being made by another pastiche (${inMessage(path)}): wait for it, or give another name.`,
    );
  }
  return lock ?? undefined;
}

/** A report that does not lie beside the checkpoint is only found if it is named again. */
function reportWords(report: string | undefined, slots: string): string[] {
  const beside = report === undefined || dirname(resolve(report)) === dirname(resolve(slots));
  return beside ? [] : ["--report", pathArgument(report)];
}

/** Seconds as milliseconds; a usage error for anything else than 0 and up. */
function interval(text: string): number {
  const seconds = readNumber(text);
  if (typeof seconds === "number" && seconds >= 0 && seconds <= 1e6) return seconds * 1000;
  throw new UserError("usage", `--checkpoint-every: expected seconds from 0 to 1000000, got ${JSON.stringify(text)}.`);
}
