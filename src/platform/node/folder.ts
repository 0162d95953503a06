/** A folder, made with those that it lies in. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the folder at `path` unless it is there. Node's own recursive mkdir never returns from /proc (up to 20 at least). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (code !== "ENOENT" || above === path) throw error;
    await makeFolder(above);
    await mkdir(path).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
