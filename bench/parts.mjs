/** Shared by the benchmarks: random networks, step programs, timing. */

import { eightBit } from "../dist/graph/index.js";
import { convolutions, multiplyAdds } from "../dist/models/backbone.js";
import * as models from "../dist/models/index.js";
import { loadNetwork } from "../dist/node.js";
import { encode } from "../dist/onnx/model.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { parseSettings } from "../dist/settings/settings.js";
import { parametersOf } from "../dist/transfer/level/level.js";
import { optimizerOf } from "../dist/transfer/parts.js";
import { eightBitOptions, RANGES } from "../dist/transfer/precision/precision.js";
import { describe, freshState, imageValue, scalarValue } from "../dist/transfer/step/program.js";
import { stepGraph } from "../dist/transfer/step/step.js";
import { strengths, terms } from "../dist/transfer/step/terms.js";

/**
 * Random weights of the right shapes (He et al., arXiv 1502.01852): speed does not depend on their values.
 *
 * @param {import("../dist/models/backbone.js").Backbone} backbone
 */
export function randomWeights(backbone) {
  const layers = convolutions(backbone).map(({ name, inputs, outputs, rank }) => {
    const scale = Math.sqrt(6 / (9 * inputs));
    const kernel = noise((rank || outputs) * inputs * 9, scale);
    const expansion = rank ? noise(outputs * rank, Math.sqrt(3 / rank)) : undefined;
    return [name, { kernel, expansion, bias: new Float32Array(outputs) }];
  });
  /** @type {import("../dist/weights/weights.js").Weights} */
  return { layers: Object.fromEntries(layers) };
}

/**
 * The bundled network in VGG19's shape: every channel four times, so that its features are pocket's and its cost is
 * VGG19's. Stands in for VGG19 where its weights are not available. Layers after conv5_1 are omitted.
 *
 * @returns {Promise<import("../dist/transfer/stylizer.js").Network>}
 */
export async function widened() {
  const { weights } = await loadNetwork("pocket");
  const times = 4;
  const layers = Object.entries(weights.layers).map(([name, { kernel, bias }]) => {
    const outputs = bias.length;
    const inputs = kernel.length / (9 * outputs);
    const repeated = inputs === 3 ? 1 : times;
    const all = new Float32Array(times * outputs * repeated * inputs * 9);
    for (let i = 0; i < all.length; i++) {
      const [o, rest] = [Math.floor(i / (repeated * inputs * 9)), i % (repeated * inputs * 9)];
      const from = Math.floor(o / times) * inputs * 9 + Math.floor(rest / 9 / repeated) * 9 + (rest % 9);
      all[i] = /** @type {number} */ (kernel[from]) / repeated;
    }
    const wide = new Float32Array(times * outputs);
    return [name, { kernel: all, bias: wide.map((_, i) => /** @type {number} */ (bias[Math.floor(i / times)])) }];
  });
  const wide = { mean: weights.mean, layers: Object.fromEntries(layers) };
  return { backbone: models.vgg19, weights: wide, digest: "pocket, widened" };
}

/**
 * A picture of noise.
 *
 * @param {{ width: number, height: number }} size
 */
export function noisePicture(size) {
  return { ...size, data: noise(3 * size.width * size.height, 0.5).map((x) => x + 0.5) };
}

/**
 * @param {number} count
 * @param {number} scale
 */
function noise(count, scale) {
  let state = 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * scale;
  });
}

/**
 * The graph of a step and its inputs.
 *
 * @typedef {{ model: "vgg19" | "slim" | "pocket", size: number, settings?: object, threads?: number }} StepOptions
 * @param {StepOptions} options
 */
export async function preparedGraph({ model, size, settings: given = {}, threads }) {
  const runtime = await cpu.open(threads ? { threads } : {});
  const settings = parseSettings({ ...given, model });
  const backbone = models[model];
  const extractor = { backbone, weights: randomWeights(backbone), pooling: settings.pooling };
  const all = terms(settings);
  const optimizer = optimizerOf(settings);
  const picture = noisePicture({ width: size, height: size });
  const level = { width: size, height: size, steps: 1 };
  const targets = await describe(runtime, extractor, all, { content: picture, style: [{ image: picture, weight: 1 }] });
  /** @type {Record<string, import("../dist/runtimes/runtime.js").Value>} */
  const inputs = { image: imageValue(runtime, picture), ...targets };
  for (const [name, value] of Object.entries(freshState(runtime, optimizer, level))) inputs[`state ${name}`] = value;
  for (const [name, x] of Object.entries(strengths(all, settings)))
    inputs[`strength ${name}`] = scalarValue(runtime, x);
  for (const [name, x] of Object.entries(parametersOf(settings))) inputs[`parameter ${name}`] = scalarValue(runtime, x);
  const outputs = stepGraph(extractor, all, optimizer, Object.keys(parametersOf(settings)));
  return { runtime, extractor, terms: all, outputs, inputs };
}

/**
 * A step that can be run repeatedly.
 *
 * @param {StepOptions} options
 */
export async function preparedStep(options) {
  const { runtime, outputs, inputs } = await preparedGraph(options);
  return repeated(await runtime.load(encode(outputs)), inputs);
}

/**
 * The same step in eight bits.
 *
 * @param {StepOptions} options
 */
export async function preparedEightBitStep(options) {
  const { runtime, outputs, inputs } = await preparedGraph(options);
  const both = /** @type {import("../dist/graph/index.js").EightBit} */ (eightBit(outputs, eightBitOptions(runtime)));
  const measured = await runtime.load(encode(both.measured));
  const { [RANGES.to]: ranges } = await measured.run(inputs);
  await measured.dispose();
  const given = { ...inputs, [RANGES.from]: /** @type {import("../dist/runtimes/runtime.js").Value} */ (ranges) };
  return repeated(await runtime.load(encode(both.outputs)), given);
}

/**
 * @param {import("../dist/runtimes/runtime.js").Program} program
 * @param {Record<string, import("../dist/runtimes/runtime.js").Value>} first
 */
function repeated(program, first) {
  let inputs = first;
  return {
    async step() {
      const outputs = await program.run(inputs);
      inputs = { ...inputs, image: /** @type {any} */ (outputs["next image"]) };
      for (const [name, value] of Object.entries(outputs)) {
        if (name.startsWith("next ") && name !== "next image") inputs[`state ${name.slice(5)}`] = value;
      }
    },
    dispose: () => program.dispose(),
  };
}

/**
 * The median time of `work` in milliseconds, after one call to warm up.
 *
 * @param {() => Promise<unknown>} work
 * @param {number} [repeats]
 */
export async function median(work, repeats = 5) {
  await work();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return /** @type {number} */ (times.sort((a, b) => a - b)[repeats >> 1]);
}

/**
 * Multiply-adds per pixel of the convolutions up to conv5_1, forward; the gradient costs the same again.
 *
 * @param {"vgg19" | "slim" | "pocket"} model
 */
export function macsPerPixel(model) {
  const layers = convolutions(models[model]);
  const last = layers.findIndex((layer) => layer.name === "conv5_1");
  return layers.slice(0, last + 1).reduce((sum, layer) => sum + multiplyAdds(layer), 0);
}
