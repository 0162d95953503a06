/**
 * Checkpoints on disk: two files used in turn, so that one is whole whatever happens to the other. Refuses to know when a
 * checkpoint is due and what its notes mean.
 */
import { createHash } from "node:crypto";
import { access, rename, rm } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { type Checkpoint, checkpointPieces, decodeCheckpoint } from "../../transfer/checkpoint/checkpoint.ts";
import { withEnding } from "./names.ts";
import { inMessage } from "./paths.ts";
import { openRegular } from "./regular.ts";
import { shortage } from "./shortage.ts";
import { clearTemporaries, writeAtomically } from "./write.ts";

export interface CheckpointSlots {
  /** The name that users know them by; the other slot has a `~` behind it. */
  readonly path: string;
  /** Whether a checkpoint is there; it need not be a good one. */
  exists(): Promise<boolean>;
  /** Writes over the older one, whole or not at all. Errors are `UserError`s with code `file`. */
  write(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** Leaves the last that was written, under the slots' own name. */
  settle(): Promise<void>;
  /** Removes both, and what was left when they were being written. */
  remove(): Promise<void>;
}

/** The slots called `path`; `newest`, where given, is the one that is not to be written over next. */
export function checkpointSlots(path: string, newest?: string): CheckpointSlots {
  const names = slotNames(path);
  let next = newest === names[0] ? 1 : 0;
  return {
    path,
    async exists() {
      for (const name of names) if (await exists(name)) return true;
      return false;
    },
    async write(checkpoint, notes) {
      await writeAtomically(names[next]!, await checkpointPieces(checkpoint, sha256Of, notes), { force: true });
      next = 1 - next;
    },
    async settle() {
      // Replaces the older one, or else the older one goes: the newer is there at every moment.
      if (next === 0) await rename(names[1], names[0]);
      else await rm(names[1], { force: true });
      next = 1;
    },
    async remove() {
      for (const name of names) {
        await rm(name, { force: true });
        await clearTemporaries(name);
      }
    },
  };
}

export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly notes: unknown;
  /** SHA-256 of what it holds. */
  readonly digest: string;
  readonly slots: CheckpointSlots;
  /** What was wrong with the other slot, as a sentence. */
  readonly problem: string | undefined;
}

/**
 * The newest good checkpoint of the two slots called `path`: either slot's name will do, and so will that of the picture.
 * Throws a `file` error if there is none.
 */
export async function readCheckpoint(path: string): Promise<FoundCheckpoint> {
  const base = await slotsName(path);
  const problems: string[] = [];
  const good: { name: string; checkpoint: Checkpoint; notes: unknown; digest: string }[] = [];
  for (const name of slotNames(base)) {
    try {
      const bytes = await readWhole(name);
      if (bytes) good.push({ name, ...(await decodeCheckpoint(bytes, sha256)) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`${inMessage(name)} ${error.message}`);
    }
  }
  const [first, second] = good;
  const best = second && second.checkpoint.step > first!.checkpoint.step ? second : first;
  if (!best) {
    const missing = `${inMessage(path)}: there is no such checkpoint; check the spelling and the folder`;
    throw new UserError("file", `${problems.length > 0 ? problems.join("; ") : missing}.`);
  }
  const { checkpoint, notes, digest, name } = best;
  const rest = `going on from ${inMessage(name)}, step ${checkpoint.step} of ${checkpoint.steps}`;
  const problem = problems.length > 0 ? `${problems[0]}; ${rest}.` : undefined;
  return { checkpoint, notes, digest, slots: checkpointSlots(base, name), problem };
}

/** What the slots of a job are called whose result goes to `output`: with room for `~` and for their lock's ending. */
export function checkpointPath(output: string): string {
  return withEnding(output, ".ckpt", ".lock".length);
}

function slotNames(path: string): [string, string] {
  return [path, `${path}~`];
}

/** The slots' common name: `out.png.ckpt` for itself, for `out.png.ckpt~` and for `out.png`. */
async function slotsName(path: string): Promise<string> {
  if (path.endsWith(".ckpt~")) return path.slice(0, -1);
  if (!path.endsWith(".ckpt"))
    for (const name of slotNames(checkpointPath(path))) if (await exists(name)) return checkpointPath(path);
  return path;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A file's bytes in parts, because one read can take 2 GB only; undefined if there is no file. */
async function readWhole(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await openRegular(path);
    try {
      const bytes = new Uint8Array((await file.stat()).size);
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, Math.min(PART, bytes.length - at), at);
        if (bytesRead === 0) return bytes.subarray(0, at);
        at += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw shortage(error, "cannot be read") ?? new UserError("file", `cannot be read (${code})`, { cause: error });
  }
}

const PART = 1 << 28;

function sha256(bytes: Uint8Array): string {
  return sha256Of([bytes]);
}

function sha256Of(pieces: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const bytes of pieces) {
    for (let at = 0; at < bytes.length; at += PART) hash.update(bytes.subarray(at, at + PART));
  }
  return hash.digest("hex");
}
