/**
 * Steps in tiles beside steps of the whole picture, alternating in one run on one thread: the fastest one's processor
 * time, and the work that is counted. The first steps do not count: they touch new memory. Tiles that keep no features
 * compute the network three times; the others keep those from some block on. Usage: node bench/tiles.mjs [WIDTH HEIGHT
 * TILE [ROUNDS]]
 */
import { loadNetwork } from "../dist/node.js";
import { average } from "../dist/optimizers/average.js";
import { adam } from "../dist/optimizers/index.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { parseSettings } from "../dist/settings/settings.js";
import { layersFrom } from "../dist/transfer/forecast/network.js";
import { levelBeginner } from "../dist/transfer/level/begin.js";
import { programCache } from "../dist/transfer/level/program-cache.js";
import { levelWork } from "../dist/transfer/level/work.js";
import { edgesOf } from "../dist/transfer/pictures/edges.js";
import { levelsOf, prepare } from "../dist/transfer/pictures/prepare.js";
import { withRanges } from "../dist/transfer/precision/precision.js";
import { freshState, imageValue } from "../dist/transfer/step/program.js";
import { terms } from "../dist/transfer/step/terms.js";
import { noisePicture } from "./parts.mjs";

const [width = 2048, height = 1365, tile = 1024, rounds = 3] = process.argv.slice(2).map(Number);
const runtime = await cpu.open({ threads: 1 });
const { backbone, weights } = await loadNetwork("pocket");
const extractor = { backbone, weights, pooling: /** @type {const} */ ("max") };
const NONE = Number.POSITIVE_INFINITY;

/** @typedef {"fp32" | "int8"} Precision */

/**
 * A level that has begun, and the work of its steps in pixels of one pass.
 * @param {Precision} precision @param {number | "off"} tile @param {number} first
 */
async function begun(precision, tile, first) {
  const settings = parseSettings({ size: Math.max(width, height), levels: 1, steps: 100, tile, color: "free" });
  const pictures = { content: noisePicture({ width, height }), style: noisePicture({ width: 512, height: 384 }) };
  const levels = levelsOf(pictures, settings);
  const [level] = /** @type {[typeof levels[0]]} */ (levels);
  const edges = edgesOf(settings);
  const plain = average(adam.make(/** @type {any} */ (settings.parameters)));
  const optimizer = precision === "int8" ? withRanges(plain) : plain;
  const programs = programCache();
  const common = { runtime, extractor, terms: terms(settings), optimizer, settings, parts: {} };
  const begin = levelBeginner({
    ...common,
    pictures: prepare(pictures, settings, levels),
    programs,
    precision,
    keep: { fp32: first, int8: first },
    say: () => {},
  });
  const image = imageValue(runtime, edges.padded(pictures.content, level));
  const state = freshState(runtime, optimizer, edges.workSize(level));
  const run = await begin(level, async () => ({ image, state }));
  const network = { extractor, terms: common.terms };
  const { pixels } = levelWork(
    settings,
    extractor,
    common.terms,
    edges.workSize(level),
    layersFrom(network, first).share,
  );
  const dispose = () => {
    run.dispose();
    return programs.dispose();
  };
  return { pixels, step: () => run.step(settings), dispose };
}

/** Processor time of `work` in seconds. @param {() => Promise<unknown>} work */
async function seconds(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const variants = [
  { name: "the whole picture", tile: /** @type {const} */ ("off"), first: NONE },
  { name: "tiles that keep nothing", tile, first: NONE },
  ...[4, 3, 2, 1].map((first) => ({ name: `tiles that keep blocks ${first} to 5`, tile, first })),
];

/** The fastest step of every variant, and its work. @param {Precision} precision */
async function measured(precision) {
  const running = [];
  for (const { tile, first } of variants) {
    const level = await begun(precision, tile, first);
    // The first step of a level is in float32, whatever the others are.
    for (let i = 0; i < 2; i++) await level.step();
    running.push({ ...level, fastest: NONE });
  }
  for (let i = 0; i < rounds; i++)
    for (const each of running) each.fastest = Math.min(each.fastest, await seconds(each.step));
  for (const { dispose } of running) await dispose();
  return running;
}

const [floats, eight] = [await measured("fp32"), await measured("int8")];
console.log(`pocket, ${width}x${height}, tiles of ${tile}, one thread: of the whole picture's`);
console.log("| | work | float32 | eight bits |\n| --- | --- | --- | --- |");
for (const [i, { name }] of variants.entries()) {
  const of = (/** @type {number[]} */ all) => (Number(all[i]) / Number(all[0])).toFixed(2);
  const columns = [
    floats.map(({ pixels }) => pixels),
    ...[floats, eight].map((all) => all.map((each) => each.fastest)),
  ];
  console.log(`| ${name} | ${columns.map(of).join(" | ")} |`);
}
process.exit();
