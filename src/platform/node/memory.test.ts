/** How much memory there is to take, by what Linux control groups of both versions say. */
import { freemem } from "node:os";
import { expect, test } from "vitest";
import { memoryToTake } from "./memory.ts";

/** How much there is beside what the process has, with these files in the control group file system. */
function besides(files: Record<string, string>): number {
  const before = process.memoryUsage.rss();
  return memoryToTake((path) => files[path]) - before;
}

const root = "/sys/fs/cgroup";

test("a container's limit counts, without what its files only borrow", () => {
  const second = {
    "/proc/self/cgroup": "0::/\n",
    [`${root}/memory.max`]: "500000000\n",
    [`${root}/memory.current`]: "400000000\n",
    [`${root}/memory.stat`]: "anon 200000000\nfile 200000000\ninactive_file 150000000\nactive_file 50000000\n",
  };
  expect(besides(second) / 1e6).toBeCloseTo(0.9 * 250, -2);
  const folder = `${root}/memory/docker/0123`;
  const first = {
    "/proc/self/cgroup": "4:memory:/docker/0123\n0::/\n",
    [`${folder}/memory.limit_in_bytes`]: "500000000\n",
    [`${folder}/memory.usage_in_bytes`]: "400000000\n",
    [`${folder}/memory.stat`]: "inactive_file 1\ntotal_inactive_file 150000000\n",
  };
  expect(besides(first) / 1e6).toBeCloseTo(0.9 * 250, -2);
});

test("the tightest of all enclosing groups counts; what is over its limit has nothing left", () => {
  const files = {
    "/proc/self/cgroup": "0::/outer/inner\n",
    [`${root}/outer/inner/memory.max`]: "max\n",
    [`${root}/outer/inner/memory.current`]: "300000000\n",
    [`${root}/outer/memory.max`]: "200000000\n",
    [`${root}/outer/memory.current`]: "300000000\n",
  };
  expect(Math.abs(besides(files))).toBeLessThan(2e7);
});

test("without groups, the machine's free memory counts", () => {
  expect(besides({}) / freemem()).toBeGreaterThan(0.5);
  expect(besides({ "/proc/self/cgroup": "damaged" }) / freemem()).toBeLessThan(1.5);
});
