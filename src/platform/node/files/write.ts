/** Writes files atomically, and replaces existing files only on request. */

import { createHash, randomUUID } from "node:crypto";
import {
  access,
  constants,
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, parse } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../errors.ts";
import { withEnding } from "./names.ts";
import { inMessage } from "./paths.ts";
import { isRunning } from "./process.ts";

export interface WriteOptions {
  /** Replace an existing file. */
  readonly force?: boolean | undefined;
  /** Ends waiting for a reader of a named pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Called once when waiting begins. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Throws a `file` error if `writeAtomically` could not write `path` now, so that a long run does not fail at its end;
 * without `streams` also for pipes and devices. Writes nothing.
 */
export async function checkWritable(
  path: string,
  { force = false, streams = true }: WriteOptions & { readonly streams?: boolean } = {},
): Promise<void> {
  try {
    const target = await destination(path, force);
    if (target.stream && !streams)
      throw new UserError(
        "file",
        `${inMessage(path)} is a pipe or a device that was not named by the user; give another name.`,
      );
    await access(target.stream ? target.path : dirname(target.path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes `bytes`, or pieces of them in order, to `path`: a temporary file in the same folder, flushed, then renamed;
 * readers never see a partial file, and failures leave no temporary file. Without `force` an existing file is an error,
 * also if it was just created. Symbolic links are followed; devices and pipes (/dev/stdout) are written directly.
 * Errors are `UserError`s with code `file`.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array | readonly Uint8Array[],
  { force = false, signal, onWait }: WriteOptions = {},
): Promise<void> {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  try {
    const target = await destination(path, force);
    if (target.stream) {
      // Kept open until the real open: a reader would take the first writer's end for the end of the data.
      const probe = await reader(target.path, signal, onWait);
      return await writeFile(target.path, pieces).finally(() => probe.close());
    }
    const folder = dirname(target.path);
    const temporary = join(folder, `${temporaryPrefix(target.path)}${owner(process.pid)}-${randomUUID()}.tmp`);
    try {
      await writeDurably(temporary, pieces);
      if (force) await rename(temporary, target.path);
      else await claim(temporary, target.path);
    } finally {
      // After a rename it is gone; after a failure, or as the second link, it is left over.
      await unlink(temporary).catch(() => {});
    }
    await flushFolder(folder);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Like `writeAtomically`, but if the name is taken, uses the next free one: `out-2.png`. Returns the path written. */
export async function writeBeside(
  path: string,
  bytes: Uint8Array,
  options: Omit<WriteOptions, "force"> = {},
): Promise<string> {
  const { dir, name, ext } = parse(path);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : withEnding(join(dir, name), `-${number}${ext}`);
    try {
      await writeAtomically(candidate, bytes, options);
      return candidate;
    } catch (error) {
      const taken = error instanceof UserError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "EEXIST";
      if (!taken || number === 1000) throw error;
    }
  }
}

/**
 * Removes temporary files that killed processes left for `path`: those of dead processes of this machine, or untouched
 * for a minute. Never fails.
 */
export async function clearTemporaries(path: string): Promise<void> {
  const target = await destination(path, true).catch(() => undefined);
  if (!target || target.stream) return;
  const folder = dirname(target.path);
  const prefix = temporaryPrefix(target.path);
  const left = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const name of left) {
    const temporary = join(folder, name);
    const rest = name.slice(prefix.length);
    if (ended(rest) || (await untouched(temporary))) await unlink(temporary).catch(() => {});
  }
}

/** Milliseconds after which a temporary file counts as abandoned: no writer pauses this long. */
const ABANDONED = 60_000;

async function untouched(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED;
}

/**
 * Whether the process named in a temporary file's name ran on this machine and is dead (or is this one, which is not
 * writing).
 */
function ended(name: string): boolean {
  const pid = Number(/^[0-9a-f]{8}-(\d+)-/.exec(name)?.[1]);
  if (!(pid > 0) || !name.startsWith(`${owner(pid)}-`)) return false;
  return pid === process.pid || !isRunning(pid);
}

/** The writer in a temporary file's name: the machine, because folders are shared, and the process. */
function owner(pid: number): string {
  return `${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}-${pid}`;
}

/** The prefix of temporary files for `path`: short, however long its name is. */
function temporaryPrefix(path: string): string {
  return `.pastiche-${createHash("sha256").update(basename(path)).digest("hex").slice(0, 16)}-`;
}

/** Where `path` leads: a file to create or replace, or a device or pipe to stream to. */
async function destination(path: string, force: boolean): Promise<{ path: string; stream: boolean }> {
  if (path === "" || /[\\/]$/.test(path) || /^\.\.?$/.test(basename(path))) {
    throw new UserError(
      "file",
      `${inMessage(path) || "The result's name"} names no file; give a name like ${inMessage(join(path, "result.png"))}.`,
    );
  }
  const folder = await stat(dirname(path));
  if (!folder.isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
  const there = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!there) return { path, stream: false };
  const real = there.isSymbolicLink() ? await realpath(path).catch(() => undefined) : path;
  if (real === undefined)
    throw new UserError("file", `${inMessage(path)} is a dangling symbolic link; give another name.`);
  const info = await stat(real);
  if (info.isDirectory()) {
    throw new UserError(
      "file",
      `${inMessage(path)} is a folder; give the name of a file in it, like ${inMessage(join(path, "result.png"))}.`,
    );
  }
  if (info.isFIFO() || info.isCharacterDevice()) return { path: real, stream: true };
  if (!info.isFile()) throw new UserError("file", `${inMessage(path)} is not a regular file; give another name.`);
  if (!force) throw exists(path);
  return { path: real, stream: false };
}

/** Opens a pipe once somebody reads it: a blocking open would occupy a thread until then, possibly forever. */
async function reader(path: string, signal?: AbortSignal, onWait?: () => void): Promise<FileHandle> {
  for (let tries = 0; ; tries++) {
    try {
      return await open(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
    }
    if (signal?.aborted) throw new UserError("file", `${inMessage(path)} is a pipe that nobody reads.`);
    if (tries === 0) onWait?.();
    await sleep(100, undefined, { signal }).catch(() => {});
  }
}

async function writeDurably(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx", 0o666);
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Errors that the fallback would only repeat; any other may mean that the file system has no hard links. */
const final = new Set(["EEXIST", "ENOENT", "ENOSPC", "EACCES", "EROFS", "EDQUOT"]);

/** Renames `temporary` to `path` only if that is free: by a hard link, or, without links, by reserving the name. */
async function claim(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (final.has(String((error as NodeJS.ErrnoException).code))) throw error;
    await (await open(path, "wx")).close();
    try {
      await rename(temporary, path);
    } catch (failure) {
      await unlink(path).catch(() => {});
      throw failure;
    }
  }
}

/** Flushes the new name. Not every system can (Windows); the file's data is safe already. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    await folder.sync().finally(() => folder.close());
  } catch {}
}

function exists(path: string): UserError {
  const cause = Object.assign(new Error(), { code: "EEXIST" });
  return new UserError("file", `${inMessage(path)} exists already; give another name, or -f to replace it.`, { cause });
}

function unwritable(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  if (code === "EEXIST") return exists(path);
  const reason = reasons[code] ?? `it cannot be written (${code})`;
  return new UserError("file", `${inMessage(path)}: ${reason}.`, { cause });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; make it first, or give another",
  ENOTDIR: "a part of this path is a file, not a folder",
  EACCES: "you are not allowed to write there; give another folder or change its permissions",
  EPERM: "you are not allowed to write there; give another folder or change its permissions",
  EROFS: "the disk is read-only; give another folder",
  ENOSPC: "the disk is full; make room and try again",
  EDQUOT: "your disk quota is used up; make room and try again",
  ELOOP: "its symbolic links go round in a circle",
  ENAMETOOLONG: "the name is longer than the file system allows",
  EMFILE: "too many files are open; close some or raise the limit (ulimit -n)",
  EIO: "the disk reports an error while writing it",
  EPIPE: "the program that reads it has ended",
  ERR_INVALID_ARG_VALUE: "no file can have this name",
};
