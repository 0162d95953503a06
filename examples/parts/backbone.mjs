/**
 * A backbone of one's own: three blocks with random weights. Random filters describe textures surprisingly well
 * (Ustyuzhaninov, Brendel, Gatys and Bethge, arXiv 1606.00021). Usage: node examples/parts/backbone.mjs PAINTING RESULT
 */
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { stylize, writePicture } from "pastiche/node";
import { convolutions } from "pastiche/parts";

/** @type {import("pastiche/parts").Backbone} */
const table = {
  name: "random",
  summary: "three blocks with random weights",
  // 3x3 convolutions by their output channels: conv1_1, then conv2_1 after a pooling, conv3_1 and conv3_2.
  blocks: [[32], [64], [64, 64]],
};

/**
 * Uniform random kernels with He's standard deviation (arXiv 1502.01852), which keeps the scale of features.
 *
 * @param {import("pastiche/parts").Backbone} backbone
 * @param {number} seed
 * @returns {import("pastiche/parts").Weights}
 */
function randomWeights(backbone, seed) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const layers = convolutions(backbone).map(({ name, inputs, outputs }) => {
    const scale = Math.sqrt(6 / (9 * inputs));
    const kernel = Float32Array.from({ length: outputs * inputs * 9 }, () => scale * next());
    return [name, { kernel, bias: new Float32Array(outputs) }];
  });
  return { mean: Float32Array.of(0.485, 0.456, 0.406), layers: Object.fromEntries(layers) };
}

/** Weights may also be a file: `weights: "random.safetensors"`. @type {import("pastiche/parts").OwnModel} */
export const random = { ...table, weights: randomWeights(table, 1) };

/** The layers that there are. */
export const settings = { styleLayers: { conv1_1: 1, conv2_1: 1, conv3_1: 1, conv3_2: 1 }, contentLayers: {} };

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [style, result] = argv.slice(2);
  const { image } = await stylize({ style, model: random, settings: { ...settings, size: 256 } });
  await writePicture(result, { image });
}
