/**
 * Steps of `pocket` beside other programs: as it is by default (threads wait briefly for work) and with spinning
 * threads, beside 0, 1 and 2 processes that compute all the time, and in a control group with a quota of one processor
 * (where one may be made). Each case runs in a process of its own, in turns; the fastest round counts. The fair share
 * of T threads beside B busy ones is T / (T + B) of the processors. Usage: node bench/busy.mjs [--rounds 3] [--size
 * 384] [--steps 8]
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    size: { type: "string", default: "384" },
    steps: { type: "string", default: "8" },
  },
});
const worker = fileURLToPath(new URL("busy-worker.mjs", import.meta.url));
const cores = availableParallelism();

/** @typedef {{ wall: number, cpu: number, threads: number }} Measured milliseconds a step */
/** @typedef {{ name: string, busy: number, spinning: boolean, group?: string | undefined }} Case */

/**
 * @param {Case} of
 * @returns {Promise<Measured>}
 */
async function measured({ busy, spinning, group }) {
  const others = Array.from({ length: busy }, () => spawn(process.execPath, ["-e", "for (;;);"]));
  try {
    const child = fork(worker, [given.size, given.steps, `${spinning}`, group ?? ""], { silent: true });
    /** @type {Measured | undefined} */
    let answer;
    child.once("message", (message) => {
      answer = /** @type {Measured} */ (message);
    });
    const [code] = await once(child, "exit");
    if (!answer) throw new Error(`the worker ended with ${code}`);
    return answer;
  } finally {
    for (const other of others) other.kill();
  }
}

/** A control group with a quota of one processor: the file that takes processes, and its folder; undefined without the right. */
function oneProcessor() {
  for (const [root, file, text] of [
    ["/sys/fs/cgroup/cpu", "cpu.cfs_quota_us", "100000"],
    ["/sys/fs/cgroup", "cpu.max", "100000 100000"],
  ]) {
    const folder = `${root}/pastiche-bench-${process.pid}`;
    if (!existsSync(`${root}/cgroup.procs`)) continue;
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    try {
      writeFileSync(`${folder}/${file}`, /** @type {string} */ (text));
      return folder;
    } catch {
      rmdirSync(folder);
    }
  }
  return undefined;
}

const group = oneProcessor();
/** @type {Case[]} */
const cases = [0, 1, 2].flatMap((busy) =>
  [false, true].map((spinning) => ({
    name: `beside ${busy}${spinning ? ", spinning threads" : ""}`,
    busy,
    spinning,
  })),
);
if (group) cases.push({ name: "a quota of one processor", busy: 0, spinning: false, group });
/** @type {Map<string, Measured>} */
const best = new Map();
try {
  for (let round = 0; round < Number(given.rounds); round++) {
    for (const each of cases) {
      const now = await measured(each);
      const before = best.get(each.name);
      if (!before || now.wall < before.wall) best.set(each.name, now);
    }
  }
} finally {
  if (group) rmdirSync(group);
}

const [calm, spinning] = [best.get("beside 0"), best.get("beside 0, spinning threads")];
if (!calm || !spinning) throw new Error("nothing was measured");
console.log(`${cores} cores, pocket at ${given.size} pixels in float32, load ${loadavg()[0]?.toFixed(1)}`);
console.log("| pastiche | threads | ms a step | CPU | of its fair share |\n| --- | --- | --- | --- | --- |");
for (const { name, busy, group } of cases) {
  const now = /** @type {Measured} */ (best.get(name));
  const share = group ? 1 / Math.min(cores, calm.threads) : now.threads / (now.threads + busy);
  const times = now.wall / (calm.wall / share);
  console.log(
    `| ${name} | ${now.threads} | ${now.wall.toFixed(0)} | ${now.cpu.toFixed(0)} | ${times.toFixed(2)} times the time |`,
  );
}
if (!group) console.log("(No control group could be made: its case is left out.)");
console.log(
  `Threads that wait briefly take ${((100 * calm.wall) / spinning.wall - 100).toFixed(0)}% more time on the calm machine.`,
);
