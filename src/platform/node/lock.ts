/**
 * A lock between processes, as a file that only one can create. It holds its owner's process id and is touched while the
 * owner lives, so that a lock whose owner has died does not last. Refuses to know what is locked.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 100;
const touchMs = 2_000;
/** A lock that nobody has touched for so long is nobody's, even if a process with its number lives. */
const staleMs = 30_000;

/** Runs `action` while holding the lock file `path`. */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  { signal, onWait }: { signal?: AbortSignal | undefined; onWait?: (() => void) | undefined } = {},
): Promise<T> {
  const id = randomUUID();
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; !(await take(path, id)); waited = true) {
    signal?.throwIfAborted();
    if (await abandoned(path)) await breakLock(path);
    else {
      if (!waited) onWait?.();
      await sleep(pollMs, undefined, signal ? { signal } : {});
    }
  }
  const touching = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), touchMs);
  touching.unref();
  try {
    return await action();
  } finally {
    clearInterval(touching);
    if ((await owner(path))?.id === id) await rm(path, { force: true });
  }
}

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
    return JSON.parse(await readFile(path, "utf8")) as Owner;
  } catch {
    return undefined; // gone, or created this moment and not written yet
  }
}

async function abandoned(path: string): Promise<boolean> {
  const touched = await stat(path).catch(() => undefined);
  if (touched === undefined) return false;
  if (Date.now() - touched.mtimeMs > staleMs) return true;
  const by = await owner(path);
  return by !== undefined && by.host === hostname() && !alive(by.pid);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Takes an abandoned lock away. Renaming first lets only one of several who try succeed. */
async function breakLock(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return; // another was quicker
  }
  await rm(aside, { force: true });
}
