/** The Linux control groups that this process is in: where a container's limits are written. */
import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** Reads a file; undefined if there is none. */
export type Read = (path: string) => string | undefined;

export const readText: Read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * The folders in which a controller (`cpu`, `memory`) may have its files, of version 1 and 2: those of the process's own
 * group and of all that enclose it. None of them need exist.
 */
export function groupFolders(controller: "cpu" | "memory", read: Read): string[] {
  const folders: string[] = [];
  for (const line of read("/proc/self/cgroup")?.split("\n") ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    if (controllers !== "" && !controllers!.split(",").includes(controller)) continue;
    const mounts = controllers === "" ? ["", "unified"] : [controller, controllers!, `${controller},${controller}acct`];
    for (const mount of mounts)
      for (const group of upwards(path)) folders.push(posix.join("/sys/fs/cgroup", mount, group));
  }
  return [...new Set(folders)];
}

/** A group and its ancestors. In a container the group itself may be mounted as the root, whatever its path says. */
function upwards(path: string): string[] {
  const parts = posix.normalize(path).split("/").filter(Boolean);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/")).concat("");
}
