/** Stores checkpoints in two files that alternate, so that one is intact whatever happens to the other. */
import { createHash } from "node:crypto";
import { access, rename, rm } from "node:fs/promises";
import { UserError } from "../../../errors.ts";
import { type Checkpoint, checkpointPieces, decodeCheckpoint } from "../../../transfer/checkpoint/checkpoint.ts";
import { withEnding } from "./names.ts";
import { inMessage } from "./paths.ts";
import { openRegular } from "./regular.ts";
import { shortage } from "./shortage.ts";
import { clearTemporaries, writeAtomically } from "./write.ts";

export interface CheckpointSlots {
  /** The main name; the other slot has `~` appended. */
  readonly path: string;
  /** Whether a checkpoint exists; it may be damaged. */
  exists(): Promise<boolean>;
  /** Overwrites the older slot atomically. Errors are `UserError`s with code `file`. */
  write(checkpoint: Checkpoint, notes: unknown): Promise<void>;
  /** Keeps only the last checkpoint, under the main name. */
  settle(): Promise<void>;
  /** Removes both slots and their temporary files. */
  remove(): Promise<void>;
}

/** The slots named `path`; `newest` is the slot that must not be overwritten next. */
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
      // The older slot is replaced or removed, so that the newer one exists at every moment.
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
  /** SHA-256 of its contents. */
  readonly digest: string;
  readonly slots: CheckpointSlots;
  /** A sentence about damage of the other slot. */
  readonly problem: string | undefined;
}

/**
 * Reads the newest intact checkpoint of the two slots, given either slot's name or the picture's. Throws a `file` error
 * if there is none.
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
  const rest = `resuming from ${inMessage(name)}, step ${checkpoint.step} of ${checkpoint.steps}`;
  const problem = problems.length > 0 ? `${problems[0]}; ${rest}.` : undefined;
  return { checkpoint, notes, digest, slots: checkpointSlots(base, name), problem };
}

/** The slots' name for a job that writes to `output`, short enough for `~` and the lock's suffix. */
export function checkpointPath(output: string): string {
  return withEnding(output, ".ckpt", ".lock".length);
}

function slotNames(path: string): [string, string] {
  return [path, `${path}~`];
}

/** The main name: `out.png.ckpt` for itself, for `out.png.ckpt~` and for `out.png`. */
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

/** A file's bytes, read in parts because one read is limited to 2 GB; undefined if there is no file. */
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
