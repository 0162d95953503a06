/** The number of threads to use: the cores available to this process, limited by the container's CPU quota. */
import { availableParallelism } from "node:os";
import { groupFolders, type Read, readText } from "./node-cgroup.ts";

/**
 * The processors available to this process, at least 1. Threads beyond a container's quota (`docker run --cpus 2`) only
 * slow each other down: 64 of them under a quota of one took forty times as long as one. Node counts cores without
 * regard to quotas.
 */
export function processors(cores = availableParallelism(), read = readText): number {
  const quota = Math.min(...groupFolders("cpu", read).map((folder) => share(folder, read)));
  return Math.max(1, Math.min(cores, Math.round(quota)));
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
