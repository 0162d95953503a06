/**
 * Writing a file so that, whatever happens, there is either the old one or the whole new one under its name. Refuses to
 * know what is in it.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes `chunks` to a temporary file beside `path`, has it reach the disk, and gives it its name. */
export async function writeDurably(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Has a rename in `folder` reach the disk. Windows cannot open folders; there the file system sees to it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what writers of `path` left behind when they were killed. Only for one who has `path` for himself. */
export async function removeLeftovers(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names) {
    if (name.startsWith(`${basename(path)}.`) && name.endsWith(".tmp")) {
      await rm(join(dirname(path), name), { force: true });
    }
  }
}
