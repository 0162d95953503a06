/** How much memory this process may take: what the machine, or the container it runs in, has left. */
import { freemem } from "node:os";
import { groupFolders, type Read, readText } from "../../runtimes/node-cgroup.ts";

/** Bytes that this process may take in all without pressing others: what it has, and nine tenths of what is free. */
export function memoryToTake(read: Read = readText): number {
  const free = Math.min(freemem(), ...groupFolders("memory", read).map((folder) => left(folder, read)));
  return process.memoryUsage.rss() + 0.9 * Math.max(0, free);
}

/** What a control group of version 2 or 1 has left. Pages of files that nobody uses now are as good as free. */
function left(folder: string, read: Read): number {
  const number = (name: string) => Number(read(`${folder}/${name}`) ?? Number.NaN);
  const second = number("memory.current") >= 0;
  const [limit, used] = second
    ? [number("memory.max"), number("memory.current")]
    : [number("memory.limit_in_bytes"), number("memory.usage_in_bytes")];
  // "max" is no number.
  if (!(limit >= 0) || !(used >= 0)) return Number.POSITIVE_INFINITY;
  const idle = new RegExp(`^${second ? "" : "total_"}inactive_file (\\d+)`, "m").exec(
    read(`${folder}/memory.stat`) ?? "",
  );
  return limit - used + Number(idle?.[1] ?? 0);
}

/** Bytes that this process has had at most. */
export function peakSoFar(): number {
  // Linux hands its maxRSS down from the parent process, however large that was; both are in kilobytes of 1024 bytes.
  const own = /^VmHWM:\s*(\d+) kB$/m.exec(readText("/proc/self/status") ?? "")?.[1];
  return 1024 * Number(own ?? process.resourceUsage().maxRSS);
}
