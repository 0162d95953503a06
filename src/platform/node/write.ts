/**
 * Files written whole or not at all, and never over another file unless that was asked for. Refuses to know what is in
 * them.
 */

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
import { UserError } from "../../errors.ts";
import { withEnding } from "./names.ts";
import { inMessage } from "./paths.ts";

export interface WriteOptions {
  /** Replace a file that exists. */
  readonly force?: boolean | undefined;
  /** Ends the waiting for somebody who reads a named pipe. */
  readonly signal?: AbortSignal | undefined;
  /** Called once where it has to be waited for. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Throws a `file` error if `writeAtomically` could not write `path` now: so that a run of minutes does not end in one; and,
 * without `streams`, if it would go to a pipe or a device. Writes nothing.
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
        `${inMessage(path)} is a pipe or a device, and no person named it; give another name.`,
      );
    await access(target.stream ? target.path : dirname(target.path), constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes `bytes`, or pieces of them in their order, to `path`: a temporary file in the same folder, made durable, then
 * given its name in one step; no other program ever sees half of it, and no temporary file is left when it fails.
 * Without `force` an existing file is an error, also when it appeared this moment. A symbolic link is followed; a device
 * or a pipe (/dev/stdout) is written directly. Errors are `UserError`s with code `file`.
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
      // Held until it is open for good: a reader would take the end of the first writer for the end.
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
      // Gone already after a rename; left over after a failure, or as the second name after a link.
      await unlink(temporary).catch(() => {});
    }
    await flushFolder(folder);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Writes as `writeAtomically` does, but where the name is taken, under the next that is free: `out-2.png`. Returns the
 * path it wrote.
 */
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
 * Removes what a killed process left when it was writing `path`: temporary files of processes of this machine that are no
 * more, or that nobody wrote to for a minute. Never fails: what cannot be removed, stays.
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

/** Longer than this, in milliseconds, nobody takes between two writes to one file. */
const ABANDONED = 60_000;

async function untouched(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > ABANDONED;
}

/** Is the process that a temporary file's name tells of, of this machine, no more (or this one, which is not writing)? */
function ended(name: string): boolean {
  const pid = Number(/^[0-9a-f]{8}-(\d+)-/.exec(name)?.[1]);
  if (!(pid > 0) || !name.startsWith(`${owner(pid)}-`)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Who writes, in a name: the machine, because folders are shared, and the process. */
function owner(pid: number): string {
  return `${createHash("sha256").update(hostname()).digest("hex").slice(0, 8)}-${pid}`;
}

/** What the names of temporary files for `path` begin with: short, however long its own name is. */
function temporaryPrefix(path: string): string {
  return `.pastiche-${createHash("sha256").update(basename(path)).digest("hex").slice(0, 16)}-`;
}

/** Where `path` leads: a file that may be made or replaced, or a device or pipe to be written as a stream. */
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
    throw new UserError("file", `${inMessage(path)} is a symbolic link that leads nowhere; give another name.`);
  const info = await stat(real);
  if (info.isDirectory()) {
    throw new UserError(
      "file",
      `${inMessage(path)} is a folder; give the name of a file in it, like ${inMessage(join(path, "result.png"))}.`,
    );
  }
  if (info.isFIFO() || info.isCharacterDevice()) return { path: real, stream: true };
  if (!info.isFile()) throw new UserError("file", `${inMessage(path)} is no ordinary file; give another name.`);
  if (!force) throw exists(path);
  return { path: real, stream: false };
}

/** Opens it when somebody reads the pipe at `path`: opened straight away, it would hold a thread until then, for ever maybe. */
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

/** Failures of a link that the other way would only meet again; all else may be a file system that has no links. */
const final = new Set(["EEXIST", "ENOENT", "ENOSPC", "EACCES", "EROFS", "EDQUOT"]);

/** Gives `temporary` the name `path` only if no file has it: by a hard link, or, where there are none, by reserving it. */
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

/** Makes the new name durable. Not every system can (Windows): the file itself is safe already. */
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
