/**
 * Steps in eight bits compared with float32: wall time and CPU time, alternating in one run. (bench/quality.mjs
 * compares the results.) On a busy machine the times with one thread are more reliable. Usage: node bench/precision.mjs
 * [speed | tiles] [SIZE...]
 */
import { eightBit } from "../dist/graph/index.js";
import { encode } from "../dist/onnx/model.js";
import { scoreGraph, tileGraphs } from "../dist/transfer/step/step.js";
import { preparedGraph } from "./parts.mjs";

const RANGES = { from: "state ranges", to: "next ranges", capacity: 128 };
const [what, ...sizes] = process.argv.slice(2);
if (!what || what === "speed") await speed(sizes.length > 0 ? sizes.map(Number) : [256, 512]);
if (!what || what === "tiles") await tiles();

/** @param {number[]} sizes */
async function speed(sizes) {
  for (const model of /** @type {const} */ (["pocket", "slim", "vgg19"])) {
    for (const size of sizes) {
      for (const threads of [undefined, 1]) {
        const { runtime, outputs, inputs } = await preparedGraph({ model, size, ...(threads && { threads }) });
        const times = await compared(runtime, outputs, inputs);
        told(`${model} ${size}x${size}${threads ? ", one thread" : ""}`, times);
      }
    }
  }
}

/** A tile with its halo: both programs that run the network over it. */
async function tiles() {
  for (const [model, size, core] of /** @type {const} */ ([
    ["pocket", 1184, 1024],
    ["vgg19", 416, 256],
  ])) {
    const { runtime, extractor, terms, inputs } = await preparedGraph({ model, size, threads: 1 });
    const edge = (size - core) / 2;
    const inside = (/** @type {number} */ x) => x >= edge && x < edge + core;
    const weight = Float32Array.from({ length: size * size }, (_, i) =>
      inside(i % size) && inside(Math.floor(i / size)) ? 1 : 0,
    );
    /** @type {typeof inputs} */
    const given = { ...inputs, weight: runtime.value(weight, [1, 1, size, size]) };
    const { sums, gradient } = tileGraphs(extractor, terms);
    for (const graph of [sums, scoreGraph(extractor, terms)]) {
      const program = await runtime.load(encode(graph));
      const outputs = await program.run(given);
      for (const [name, value] of Object.entries(outputs)) given[name] = value;
      await program.dispose();
    }
    const times = [await compared(runtime, sums, given), await compared(runtime, gradient, given)];
    const both = [0, 1].map((i) => {
      const parts = times.map((each) => /** @type {Times} */ (each[i]));
      return {
        time: (parts[0]?.time ?? 0) + (parts[1]?.time ?? 0),
        busy: (parts[0]?.busy ?? 0) + (parts[1]?.busy ?? 0),
      };
    });
    told(`${model}, a tile of ${core} (${size} with its halo), one thread`, both);
  }
}

/** @typedef {{ time: number, busy: number }} Times */

/**
 * The median time of a graph in float32 and in eight bits.
 *
 * @param {import("../dist/runtimes/runtime.js").Runtime} runtime
 * @param {Parameters<typeof eightBit>[0]} outputs
 * @param {Record<string, import("../dist/runtimes/runtime.js").Value>} inputs
 */
async function compared(runtime, outputs, inputs) {
  const step = /** @type {import("../dist/graph/index.js").EightBit} */ (eightBit(outputs, RANGES));
  const measured = await runtime.load(encode(step.measured));
  const first = await measured.run(inputs);
  await measured.dispose();
  const given = { ...inputs, "state ranges": /** @type {any} */ (first["next ranges"]) };
  const programs = [await runtime.load(encode(outputs)), await runtime.load(encode(step.outputs))];
  /** @type {Times[][]} */
  const seen = [[], []];
  for (let round = 0; round < 6; round++) {
    for (const [i, program] of programs.entries()) {
      const [start, before] = [performance.now(), process.cpuUsage()];
      for (const value of Object.values(await program.run(given))) value.dispose();
      const { user, system } = process.cpuUsage(before);
      // The first round is a warm-up.
      if (round > 0) seen[i]?.push({ time: performance.now() - start, busy: (user + system) / 1000 });
    }
  }
  for (const program of programs) await program.dispose();
  const middle = (/** @type {Times[]} */ all, /** @type {keyof Times} */ key) =>
    all.map((x) => x[key]).sort((a, b) => a - b)[2] ?? Number.NaN;
  return seen.map((all) => ({ time: middle(all, "time"), busy: middle(all, "busy") }));
}

/**
 * @param {string} what
 * @param {Times[]} times
 */
function told(what, [floats, eight]) {
  const ratio = (/** @type {keyof Times} */ key) => ((eight?.[key] ?? 0) / (floats?.[key] ?? 0)).toFixed(2);
  console.log(
    `${what}: floats ${floats?.time.toFixed(0)} ms, eight bits ${eight?.time.toFixed(0)} ms, ` +
      `${ratio("time")} of the time, ${ratio("busy")} of the processor's`,
  );
}
