/** The number of threads to use: the cores available to this process, limited by the container's CPU quota. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

/** Reads a file; undefined if there is none. */
type Read = (path: string) => string | undefined;

const readText: Read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * The processors available to this process, at least 1. Threads beyond a container's quota (`docker run --cpus 2`) only
 * slow each other down: 64 of them under a quota of one took forty times as long as one. Node counts cores without
 * regard to quotas.
 */
export function processors(cores = availableParallelism(), read = readText): number {
  return Math.max(1, Math.min(cores, Math.round(quota(read))));
}

/** The processors that Linux control groups allow: the smallest of all enclosing groups; Infinity without a limit. */
function quota(read: Read): number {
  const shares = [Number.POSITIVE_INFINITY];
  for (const line of read("/proc/self/cgroup")?.split("\n") ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const names = controllers!.split(",");
    if (controllers !== "" && !names.includes("cpu")) continue;
    const mounts = controllers === "" ? ["", "unified"] : ["cpu", controllers!, "cpu,cpuacct"];
    for (const mount of mounts)
      for (const group of upwards(path)) shares.push(share(posix.join("/sys/fs/cgroup", mount, group), read));
  }
  return Math.min(...shares);
}

/** A group and its ancestors. In a container the group itself may be mounted as the root, whatever its path says. */
function upwards(path: string): string[] {
  const parts = posix.normalize(path).split("/").filter(Boolean);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/")).concat("");
}

/**
 * The quota of one group: version 2 has "QUOTA PERIOD" or "max PERIOD", version 1 one file each, with -1 for no limit.
 */
function share(folder: string, read: Read): number {
  const second = read(`${folder}/cpu.max`)?.trim().split(/\s+/);
  const [limit, period] = second ?? [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)];
  const processors = Number(limit) / Number(period);
  return processors > 0 ? processors : Number.POSITIVE_INFINITY;
}
