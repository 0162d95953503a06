/**
 * A lock between processes: a file that only one can create. It holds the owner's process id and is touched while the
 * owner lives, so that locks of dead processes can be broken.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { link, open, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "./folder.ts";
import { isRunning } from "./process.ts";
import { readRegular } from "./regular.ts";

const pollMs = 100;
const touchMs = 2_000;
/** A lock untouched for this long is stale, even if a process with its id is running. */
const staleMs = 30_000;

/** A held lock. */
export interface Lock {
  release(): Promise<void>;
}

/** Waits for the lock file `path` and runs `action` while holding it. */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: (() => void) | undefined } = {},
): Promise<T> {
  await makeFolder(dirname(path));
  let lock = await takeLock(path);
  if (!lock) onWait?.();
  while (!lock) {
    signal?.throwIfAborted();
    await sleep(pollMs, undefined, signal ? { signal } : {});
    lock = await takeLock(path);
  }
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

/**
 * Takes the lock file `path` (its folder exists) without waiting; undefined while another process holds it. Throws if it
 * cannot be created, or an abandoned one cannot be removed.
 */
export async function takeLock(path: string): Promise<Lock | undefined> {
  const id = randomUUID();
  while (!(await take(path, id))) {
    const stale = await abandoned(path);
    if (stale === undefined) return undefined;
    await breakLock(path, stale);
  }
  held.set(path, id);
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), touchMs);
  touching.unref();
  return {
    async release() {
      clearInterval(touching);
      if ((await owner(path))?.id === id) await rm(path, { force: true });
      held.delete(path);
    },
  };
}

/** The locks of this process, released on every exit except a kill. */
const held = new Map<string, string>();
process.on("exit", () => {
  for (const [path, id] of held) {
    try {
      if (readFileSync(path, "utf8").includes(id)) rmSync(path);
    } catch {}
  }
});

interface Owner {
  id: string;
  pid: number;
  host: string;
  /** When the lock was taken, in ms since 1970; for people who read the file. */
  started: number;
}

async function take(path: string, id: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    try {
      const owner: Owner = { id, pid: process.pid, host: hostname(), started: Date.now() };
      await file.writeFile(JSON.stringify(owner));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function owner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse((await readRegular(path)).toString()) as Owner;
  } catch {
    return undefined; // released, or created but not written yet
  }
}

/** The inode of an abandoned lock; undefined for one that is held or released. */
async function abandoned(path: string): Promise<number | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const by = await owner(path);
  const dead = by !== undefined && by.host === hostname() && !isRunning(by.pid);
  return dead || Date.now() - file.mtimeMs > staleMs ? file.ino : undefined;
}

/**
 * Removes an abandoned lock: of several contenders one renames it; a fresh lock caught by mistake is put back. Throws if
 * the file may not be removed, as another user's in a shared folder.
 */
async function breakLock(path: string, inode: number): Promise<void> {
  const aside = join(dirname(path), `.pastiche-${randomUUID()}.stale`);
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return; // another process was faster
    throw error;
  }
  try {
    // If yet another process took the lock meanwhile, it keeps it.
    if ((await stat(aside)).ino !== inode) await link(aside, path).catch(() => {});
  } finally {
    await rm(aside, { force: true });
  }
}
