/**
 * A lock between processes, as a file that only one can create. It holds its owner's process id and is touched while the
 * owner lives, so that a lock whose owner has died does not last. Refuses to know what is locked.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { link, open, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "./folder.ts";
import { readRegular } from "./regular.ts";

const pollMs = 100;
const touchMs = 2_000;
/** A lock that nobody has touched for so long is nobody's, even if a process with its number lives. */
const staleMs = 30_000;

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/** Runs `action` while holding the lock file `path`; waits for it. */
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

/** Takes the lock file `path`, whose folder exists, without waiting; undefined while somebody else holds it. */
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

/** The locks of this process. However it ends, but by a kill, it lets go of them. */
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
  /** When the owner took the lock, in ms since 1970; for people who look into the file. */
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
    return undefined; // gone, or created this moment and not written yet
  }
}

/** The number by which the file system knows an abandoned lock; undefined for one that is held or gone. */
async function abandoned(path: string): Promise<number | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const by = await owner(path);
  const dead = by !== undefined && by.host === hostname() && !alive(by.pid);
  return dead || Date.now() - file.mtimeMs > staleMs ? file.ino : undefined;
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes the abandoned lock away. Of several who try, one renames it; a fresh lock caught by mistake is put back. */
async function breakLock(path: string, inode: number): Promise<void> {
  const aside = join(dirname(path), `.pastiche-${randomUUID()}.stale`);
  try {
    await rename(path, aside);
    if ((await stat(aside)).ino !== inode) await link(aside, path);
  } catch {
    // another was quicker
  }
  await rm(aside, { force: true });
}
