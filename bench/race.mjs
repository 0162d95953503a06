/**
 * Time to the same loss: a whole job here, then PyTorch's L-BFGS at one level on the same cores, starting from the
 * photo, until its loss is as low or it has taken LIMIT times as long. Roughness does not count: PyTorch has no such term.
 * Usage: node bench/race.mjs [--python VENV/bin/python] [MODEL [SIZE [LIMIT]]]; vgg19 is pocket with every channel four
 * times, unless its weights are installed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadNetwork, readPicture } from "../dist/node.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { parseSettings } from "../dist/settings/settings.js";
import { levelsOf, prepare } from "../dist/transfer/pictures/prepare.js";
import { stylizerOn } from "../dist/transfer/stylizer.js";
import { weightTensors } from "../dist/weights/weights.js";
import { widened } from "./parts.mjs";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: "string" } },
});
const [model = "pocket", size = "256", limit = "25"] = positionals;
const name = /** @type {"pocket" | "slim" | "vgg19"} */ (model);
const network = name === "vgg19" ? await loadNetwork(name).catch(widened) : await loadNetwork(name);
const settings = parseSettings({ size: Number(size), model: name });
const read = async (/** @type {string} */ file) =>
  (await readPicture(fileURLToPath(new URL(`../examples/${file}.jpg`, import.meta.url)), { longSide: Number(size) }))
    .image;
const pictures = { content: await read("cat"), style: await read("starry") };

const stylizer = stylizerOn({ runtime: await cpu.open(), loadNetwork: async () => network });
// The first job measures the machine and compiles; it is not timed, nor is PyTorch's start.
for await (const _ of stylizer.stylize({ ...pictures, settings: { ...settings.parameters, size: 64, steps: 1 } }));
const began = performance.now();
let [goal, precision] = [0, ""];
for await (const event of stylizer.stylize({ ...pictures, settings: { size: Number(size), model: name } })) {
  if (event.type === "start") precision = event.precision;
  if (event.type !== "step") continue;
  goal = Object.entries(event.terms).reduce(
    (sum, [term, value]) => (term.includes("roughness") ? sum : sum + value),
    0,
  );
}
const ours = (performance.now() - began) / 1000;
await stylizer.dispose();
console.log(
  `${model} ${size}: pastiche (${precision}) comes to a loss of ${goal.toFixed(4)} in ${ours.toFixed(1)} s, load ${loadavg()[0]?.toFixed(1)}`,
);

const python = (given.python ? [given.python] : ["/usr/bin/python3", "python3"]).find(
  (path) => spawnSync(path, ["-c", "import torch, numpy"]).status === 0,
);
if (!python) console.log("PyTorch is not installed: nothing to compare with");
else for (const search of [null, "strong_wolfe"]) report(search, race(python, search));

/**
 * @param {string} python
 * @param {string | null} search
 * @returns {{ seconds: number, loss: number, evaluations: number }}
 */
function race(python, search) {
  /** @type {Float32Array[]} */
  const numbers = [];
  let length = 0;
  const put = (/** @type {Float32Array} */ data, /** @type {readonly number[]} */ shape) => {
    numbers.push(data);
    length += data.length;
    return [length - data.length, shape];
  };
  const tensors = weightTensors(network.weights);
  const tensor = (/** @type {string} */ key) => {
    const { data, shape } = tensors.get(key) ?? {};
    return data && shape ? put(data, shape) : null;
  };
  const parts = ["weight", "bias", "expansion", "readout"];
  const keys = Object.keys(network.weights.layers);
  const last = keys.indexOf("conv5_1");
  const levels = levelsOf(pictures, settings);
  const final = /** @type {import("../dist/schedule/pyramid.js").Level} */ (levels.at(-1));
  const { content, style } = prepare(pictures, settings, levels).at(final);
  const image = (/** @type {import("../dist/image/image.js").Image} */ { data, width, height }) =>
    put(data, [1, 3, height, width]);
  const painting = /** @type {import("../dist/transfer/pictures/pictures.js").StylePicture} */ (style[0]).image;
  const { alpha, tv, contentLayers, styleLayers } = settings;
  const folder = mkdtempSync(join(tmpdir(), "pastiche-race-"));
  const job = {
    ...{ alpha, tv, contentLayers, styleLayers, goal, search, limit: Number(limit) * ours },
    threads: availableParallelism(),
    numbers: join(folder, "numbers"),
    layers: keys.slice(0, last + 1).map((key) => [key, ...parts.map((part) => tensor(`${key}.${part}`))]),
    mean: tensor("mean"),
    content: image(content),
    style: image(painting),
  };
  const all = new Float32Array(length);
  let at = 0;
  for (const part of numbers) {
    all.set(part, at);
    at += part.length;
  }
  writeFileSync(job.numbers, all);
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  const script = fileURLToPath(new URL("race_torch.py", import.meta.url));
  const child = spawnSync(python, [script, join(folder, "job.json")], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}

/**
 * @param {string | null} search
 * @param {{ seconds: number, loss: number, evaluations: number }} result
 */
function report(search, { seconds, loss, evaluations }) {
  const way = search ? "with strong Wolfe's line search" : "without a line search";
  const came = loss <= goal ? "comes there" : `is still at ${loss.toFixed(4)}`;
  console.log(
    `PyTorch's L-BFGS ${way} ${came} after ${seconds.toFixed(1)} s (${evaluations} evaluations), ` +
      `${loss <= goal ? "" : "more than "}${(seconds / ours).toFixed(1)} times as long`,
  );
}
