/** CPU quotas of containers, from both versions of Linux control groups. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { processors } from "./node-threads.ts";

/** The number of processors of 64, with these files in the control group file system. */
function of(files: Record<string, string>): number {
  return processors(64, (path) => files[path]);
}

const root = "/sys/fs/cgroup";

test("a quota caps the threads", () => {
  const container = { "/proc/self/cgroup": "0::/\n" };
  expect(of({ ...container, [`${root}/cpu.max`]: "100000 100000\n" })).toBe(1);
  expect(of({ ...container, [`${root}/cpu.max`]: "400000 100000\n" })).toBe(4);
  expect(of({ ...container, [`${root}/cpu.max`]: "160000 100000\n" })).toBe(2);
  expect(of({ ...container, [`${root}/cpu.max`]: "20000 100000\n" })).toBe(1);
});

test("the smallest quota of all enclosing groups counts", () => {
  const files = { "/proc/self/cgroup": "0::/user.slice/job\n", [`${root}/user.slice/job/cpu.max`]: "800000 100000\n" };
  expect(of(files)).toBe(8);
  expect(of({ ...files, [`${root}/user.slice/cpu.max`]: "300000 100000\n" })).toBe(3);
});

test("version 1 has its own mounts, and a container's path may be the host's", () => {
  const lines = "9:name=systemd:/\n4:cpu,cpuacct:/docker/0123\n3:cpuset:/\n0::/docker/0123\n";
  const files = (folder: string, quota: number) => ({
    "/proc/self/cgroup": lines,
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: "100000\n",
  });
  for (const folder of ["cpu", "cpu,cpuacct", "cpu/docker/0123"])
    expect(of(files(`${root}/${folder}`, 250_000)), folder).toBe(3);
  expect(of(files(`${root}/cpu`, -1))).toBe(64);
  expect(of(files(`${root}/cpuset`, 100_000))).toBe(64);
});

test("without a limit, and where nothing can be read, all cores count", () => {
  expect(of({ "/proc/self/cgroup": "0::/\n", [`${root}/cpu.max`]: "max 100000\n" })).toBe(64);
  expect(of({ "/proc/self/cgroup": "0::/\n", [`${root}/cpu.max`]: "damaged" })).toBe(64);
  expect(of({})).toBe(64);
  expect(processors()).toBeLessThanOrEqual(availableParallelism());
});
