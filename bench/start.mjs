/**
 * Where the time before the first step goes: `pastiche cat.jpg starry.jpg` from the start of the process, wall and CPU time
 * (median of interleaved runs), and the second job of one stylizer. With the folder of another build of the package, both, in
 * turns. Usage: node bench/start.mjs [--rounds 7] [--size 512] [--model pocket] [OTHER]
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    size: { type: "string", default: "512" },
    model: { type: "string", default: "pocket" },
  },
});
const here = fileURLToPath(new URL("..", import.meta.url));
const hook = fileURLToPath(new URL("start-hook.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pastiche-start-"));
const [photo, painting] = ["cat", "starry"].map((name) => join(here, "examples", `${name}.jpg`));

/** What is told as it happens, in the order of a job. @typedef {{ name: string, wall: number, cpu: number }} Mark */

/**
 * One job in a process of its own.
 *
 * @param {string} root
 * @returns {Mark[]}
 */
function marks(root) {
  const words = [photo, painting, "--model", given.model, "-s", given.size, "-o", join(folder, "out.png"), "-f"];
  const command = ["-r", hook, join(root, "bin/pastiche.cjs"), ...words, "--progress", "json"];
  const { stderr } = spawnSync(process.execPath, /** @type {string[]} */ (command), { encoding: "utf8", cwd: folder });
  const lines = stderr.split("\n").filter((line) => line.startsWith("MARK "));
  return lines.map((line) => JSON.parse(line.slice(5)));
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const roots = [here, ...positionals];
/** @type {Map<string, { wall: number[], cpu: number[] }>[]} */
const seen = roots.map(() => new Map());
for (let round = 0; round < Number(given.rounds); round++) {
  for (const [i, root] of roots.entries()) {
    for (const { name, wall, cpu } of marks(root)) {
      const all = seen[i]?.get(name) ?? { wall: [], cpu: [] };
      all.wall.push(wall);
      all.cpu.push(cpu);
      seen[i]?.set(name, all);
    }
  }
}
rmSync(folder, { recursive: true });

console.log(`load ${loadavg()[0]?.toFixed(1)}; milliseconds since the process began: wall (CPU)`);
console.log(`| until | ${roots.map((_, i) => (i === 0 ? "here" : roots[i])).join(" | ")} |`);
console.log(`| --- | ${roots.map(() => "---").join(" | ")} |`);
for (const name of seen[0]?.keys() ?? []) {
  const cells = seen.map((all) => {
    const { wall = [], cpu = [] } = all.get(name) ?? {};
    return `${median(wall).toFixed(0)} (${median(cpu).toFixed(0)})`;
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

for (const [i, root] of roots.entries()) {
  /** @type {typeof import("../dist/node.js")} */
  const { createStylizer, readPicture } = await import(pathToFileURL(join(root, "dist/node.js")).href);
  const [content, style] = [(await readPicture(`${photo}`)).image, (await readPicture(`${painting}`)).image];
  const stylizer = await createStylizer({ runtime: "cpu" });
  const settings = { model: /** @type {"pocket" | "slim"} */ (given.model), size: 256 };
  const times = [];
  for (let job = 0; job < 5; job++) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    for await (const { type } of stylizer.stylize({ content, style, settings })) {
      if (type !== "step") continue;
      const { user, system } = process.cpuUsage(before);
      times.push(`${(performance.now() - began).toFixed(0)} (${((user + system) / 1000).toFixed(0)})`);
      break;
    }
  }
  await stylizer.dispose();
  console.log(
    `jobs of one stylizer at 256 pixels, to their first step, ${i === 0 ? "here" : root}: ${times.join(", ")}`,
  );
}
