/**
 * The pictures and loss curves of docs/recipes.md: paints every recipe once, small, with the built command. Usage:
 *
 *     node scripts/recipe-table.mjs PHOTO PAINTING FOLDER [flags for all, as -n 300]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as recipes from "../dist/recipes/index.js";

const [, , photo, painting, folder, ...flags] = process.argv;
if (!photo || !painting || !folder) {
  console.error("Usage: node scripts/recipe-table.mjs PHOTO PAINTING FOLDER [flags]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const name of Object.keys(recipes)) {
  const output = join(folder, `${name}.jpg`);
  const usual = ["--model", "pocket", "-s", "256", "--save-every", "0", "--jpeg-quality", "88", "--progress", "json"];
  const args = ["dist/command/main.js", photo, painting, "--recipe", name, ...usual, "-f", "-o", output, ...flags];
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${name}: ${stderr.split("\n").at(-2)}`);
  writeFileSync(join(folder, `${name}.svg`), curve(stderr));
  console.log(output);
}

/**
 * The loss and its parts on a logarithmic scale, from the events of a job: content blue, style red, total variation
 * grey, all black. A grey line marks the start of a level, each of which has its own loss.
 * @param {string} log
 */
export function curve(log) {
  const events = log.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const steps = events.filter(({ type }) => type === "step");
  const part =
    (/** @type {string} */ word) =>
    (/** @type {any} */ { terms }) =>
      Object.entries(terms).reduce((sum, [name, x]) => sum + (name.startsWith(word) ? Number(x) : 0), 0);
  const lines = /** @type {const} */ ([
    ["#888", part("variation")],
    ["#36c", part("content")],
    ["#c33", part("style")],
    ["#000", (/** @type {any} */ { loss }) => loss],
  ]);
  const every = Math.max(1, Math.floor(steps.length / 100));
  const shown = steps.filter((_, i) => i % every === 0 || i === steps.length - 1);
  const largest = Math.max(...steps.map(({ loss }) => loss));
  const floor = Math.log10(Math.max(Math.min(...steps.map(({ loss }) => loss)) / 100, largest / 1e9));
  const top = Math.log10(largest);
  const x = (/** @type {number} */ step) => (200 * step) / steps.length;
  const y = (/** @type {number} */ value) => 98 - (96 * (Math.log10(Math.max(value, 1e-30)) - floor)) / (top - floor);
  const begins = shown
    .filter((step, i) => i > 0 && step.level !== shown[i - 1].level)
    .map(({ step }) => x(step).toFixed(1));
  const paths = lines.map(([color, value]) => {
    const heights = shown.map((event) => Math.min(100, y(value(event))));
    if (heights.every((height) => height >= 100)) return "";
    const points = heights.map((height, i) => `${x(shown[i].step).toFixed(1)},${height.toFixed(1)}`);
    return `<polyline fill="none" stroke="${color}" points="${points.join(" ")}"/>`;
  });
  const marks = begins.map((at) => `<path stroke="#ddd" d="M${at} 0V100"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100" width="200" height="100"><title>The loss over the steps</title><rect width="200" height="100" fill="#fff"/>${marks.join("")}${paths.join("")}</svg>\n`;
}
