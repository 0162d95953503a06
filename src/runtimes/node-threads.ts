/** How many threads are worth having: what the scheduler gives this process, and no more than its container may use. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { posix } from "node:path";

/** The text of a file; undefined where there is none. */
type Read = (path: string) => string | undefined;

const readText: Read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * Processors of this process, at least 1. Beyond a container's quota (`docker run --cpus 2`) threads only stop each other:
 * 64 of them under a quota of one took forty times as long as one. Node counts cores without looking at quotas.
 */
export function processors(cores = availableParallelism(), read = readText): number {
  return Math.max(1, Math.min(cores, Math.round(quota(read))));
}

/** Processors that Linux's control groups allow, the least of all groups around this process; Infinity for no limit. */
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

/** A group and those around it. In a container its own may be mounted as the root, whatever its path says. */
function upwards(path: string): string[] {
  const parts = posix.normalize(path).split("/").filter(Boolean);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/")).concat("");
}

/** What one group allows: version 2 says "QUOTA PERIOD" or "max PERIOD", version 1 has a file for each, and -1. */
function share(folder: string, read: Read): number {
  const second = read(`${folder}/cpu.max`)?.trim().split(/\s+/);
  const [limit, period] = second ?? [read(`${folder}/cpu.cfs_quota_us`), read(`${folder}/cpu.cfs_period_us`)];
  const processors = Number(limit) / Number(period);
  return processors > 0 ? processors : Number.POSITIVE_INFINITY;
}
