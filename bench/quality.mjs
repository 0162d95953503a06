/**
 * Final losses of jobs in eight bits compared with jobs in float32 with the same settings, both evaluated in float32,
 * on eight pairs. VGG19 is pocket with every channel four times, unless its weights are installed. Usage: node
 * bench/quality.mjs [MODEL [SIZE [FOLDER for the pictures]]]
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadNetwork, readPicture, writePicture } from "../dist/node.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { stylizerOn } from "../dist/transfer/stylizer.js";
import { widened } from "./parts.mjs";

const [model = "pocket", given = "192", folder] = process.argv.slice(2);
const size = Number(given);
const network = model === "vgg19" ? await loadNetwork(model).catch(widened) : await loadNetwork("pocket");
const stylizer = stylizerOn({ runtime: await cpu.open(), loadNetwork: async () => network });

const PAIRS =
  "cat starry, coffee waves, rocket glass, cat marble, coffee autumn, rocket dots, cat autumn, coffee glass";
const precisions = /** @type {const} */ (["fp32", "int8"]);
/** @type {Record<string, number[]>} */
const all = { content: [], style: [], loss: [] };
for (const pair of PAIRS.split(", ")) {
  const read = async (/** @type {string} */ name) =>
    (await readPicture(fileURLToPath(new URL(`../examples/${name}.jpg`, import.meta.url)))).image;
  const [content, style] = /** @type {import("../dist/node.js").Image[]} */ (
    await Promise.all(pair.split(" ").map(read))
  );
  /** @type {Record<string, number>[]} */
  const ends = [];
  for (const precision of precisions) {
    const job = { content: /** @type {any} */ (content), style: /** @type {any} */ (style) };
    for await (const event of stylizer.stylize({ ...job, settings: { size, precision } })) {
      if (event.type === "note") console.log(`  ${event.text}`);
      if (event.type === "done" && folder)
        await writePicture(join(folder, `${pair.replace(" ", "-")}-${precision}.png`), { image: event.image });
      // The loss before the last step, which is in float32 in both.
      if (event.type !== "step" || event.step < event.steps) continue;
      const kinds = { content: 0, style: 0, loss: event.loss };
      for (const [name, share] of Object.entries(event.terms)) {
        if (name.startsWith("content")) kinds.content += share;
        if (name.startsWith("style")) kinds.style += share;
      }
      ends.push(kinds);
    }
  }
  const [floats = {}, eight = {}] = ends;
  const ratios = Object.entries(all).map(([kind, ratios]) => {
    const ratio = (eight[kind] ?? 0) / (floats[kind] ?? 0);
    ratios.push(ratio);
    return `${kind} ${ratio.toFixed(3)}`;
  });
  console.log(
    `${model} ${size}, ${pair}: ${ratios.join(", ")} of the floats' (whose loss is ${floats.loss?.toFixed(4)})`,
  );
}
const mean = (/** @type {number[]} */ ratios) =>
  Math.exp(ratios.reduce((sum, x) => sum + Math.log(x), 0) / ratios.length).toFixed(3);
console.log(
  `${model} ${size}, all: ${Object.entries(all)
    .map(([kind, ratios]) => `${kind} ${mean(ratios)}`)
    .join(", ")}`,
);
await stylizer.dispose();
