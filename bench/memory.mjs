/**
 * Peak memory of jobs compared with its prediction: the largest resident size of a process that runs a few steps,
 * including Node, weights and pictures. Usage: node bench/memory.mjs [MODEL SIZE SETTINGS]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** @type {[model: string, size: string, settings: object][]} */
const jobs = [
  ["pocket", "256x256", {}],
  ["pocket", "512x512", {}],
  ["pocket", "1024x1024", {}],
  ["pocket", "1400x1000", {}],
  ["pocket", "512x512", { optimizer: "lbfgs" }],
  ["pocket", "768x768", { optimizer: "lbfgs", history: 4 }],
  ["pocket", "1024x1024", { tile: 256 }],
  ["pocket", "2048x1365", { tile: 512 }],
  ["vgg19", "256x256", {}],
  ["vgg19", "512x512", {}],
  ["vgg19", "384x384", { optimizer: "lbfgs" }],
  ["vgg19", "768x512", { tile: 256 }],
];
const [model, size, settings] = process.argv.slice(2);
let worst = 0;
for (const [name, pixels, more] of model && size
  ? [/** @type {const} */ ([model, size, JSON.parse(settings ?? "{}")])]
  : jobs) {
  const [width, height] = pixels.split("x").map(Number);
  const job = JSON.stringify({ model: name, width, height, settings: { precision: "fp32", ...more } });
  const script = fileURLToPath(new URL("memory-inside.mjs", import.meta.url));
  const child = spawnSync(process.execPath, [script, job], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (child.status !== 0) throw new Error(`${job}: the process ended with ${child.signal ?? child.status}.`);
  const { peak, predicted, milliseconds } = JSON.parse(child.stdout);
  const off = predicted / peak - 1;
  worst = Math.max(worst, Math.abs(off));
  const text = Object.entries(more).map(([key, value]) => ` ${key} ${value}`);
  console.log(
    `${name} ${pixels}${text.join("")}: peak ${(peak / 1e9).toFixed(2)} GB, predicted ${(predicted / 1e9).toFixed(2)} ` +
      `(${off > 0 ? "+" : ""}${(100 * off).toFixed(0)}%), ${milliseconds} ms a step`,
  );
}
if (!model) console.log(`largest error of the prediction: ${(100 * worst).toFixed(0)}%`);
