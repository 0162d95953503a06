/**
 * Runs a job of one level in its own process and prints its peak memory in bytes, the prediction, and its fastest step.
 * Usage: node bench/memory-network.mjs '{"model": "pocket", "width": 512, "height": 512, "settings": {}}'
 */
import * as models from "../dist/models/index.js";
import { peakSoFar } from "../dist/platform/node/memory.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { stylizerOn } from "../dist/transfer/stylizer.js";
import { noisePicture, randomWeights } from "./parts.mjs";

const { model, width, height, settings: given, steps = 2 } = JSON.parse(process.argv[2] ?? "{}");
const backbone = models[/** @type {"pocket" | "vgg19"} */ (model)];
const network = { backbone, weights: randomWeights(backbone), digest: "random" };
const stylizer = stylizerOn({ runtime: await cpu.open(), loadNetwork: async () => network });
const settings = { size: "content", levels: 1, steps, color: "free", ...given };
/** A function, so that nothing else holds the picture. */
const job = () => {
  const picture = noisePicture({ width, height });
  return { content: picture, style: picture, settings };
};
let [fastest, begin, predicted] = [Number.POSITIVE_INFINITY, 0, 0];
for await (const event of stylizer.stylize(job())) {
  if (event.type === "start") predicted = event.peak;
  if (event.type === "step" && begin) fastest = Math.min(fastest, performance.now() - begin);
  begin = performance.now();
}
console.log(JSON.stringify({ peak: peakSoFar(), predicted, milliseconds: Math.round(fastest) }));
