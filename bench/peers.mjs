/**
 * The same step (a network's shape to conv5_1 forward, the losses, the gradient of the image, Adam) here and in PyTorch 2, in one
 * run: one step of each in turns, medians. PyTorch in float32 and bfloat16, in both memory formats, compiled and not, and with
 * oneDNN held to AVX2 (ours has no such switch). `bench/looks-race.mjs` compares whole jobs.
 *
 * PyTorch 2 is installed outside the repository: python3 -m venv VENV && VENV/bin/pip install torch numpy. Without a C++
 * compiler its compiled variants fail, which is said.
 *
 * Usage: node bench/peers.mjs [--python VENV/bin/python] [--model vgg19|slim|pocket] [--rounds 5] [SIZE...]
 */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as models from "../dist/models/index.js";
import { preparedEightBitStep, preparedStep } from "./parts.mjs";

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    model: { type: "string", default: "vgg19" },
    rounds: { type: "string", default: "5" },
  },
});
if (!(given.model in models)) throw new Error(`unknown model ${given.model}: ${Object.keys(models).join(", ")}`);
const model = /** @type {keyof typeof models} */ (given.model);
const { blocks, ranks } = models[model];
const threads = availableParallelism();
const asked = spawnSync(given.python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
const version = asked.status === 0 ? asked.stdout.trim() : undefined;
if (!version) console.log(`${given.python} has no PyTorch: nothing to compare with (--python VENV/bin/python)`);

const formats = ["float", "float channels_last", "bfloat16", "bfloat16 channels_last"];
const variants = [
  ...formats,
  ...formats
    .slice(1)
    .filter((name) => name.includes("last"))
    .map((name) => `${name} compile`),
];

/**
 * A process of PyTorch that takes steps when it is asked.
 *
 * @param {number} size
 * @param {Record<string, string>} [environment]
 */
function torch(size, environment = {}) {
  const script = fileURLToPath(new URL("step_torch.py", import.meta.url));
  const env = { ...process.env, ...environment };
  const child = spawn(given.python, [script, JSON.stringify({ blocks, ranks }), `${size}`, `${threads}`], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @param {string} variant */
    async step(variant) {
      child.stdin.write(`${variant}\n`);
      const { value = "it has ended" } = await lines.next();
      return Number.isNaN(Number(value)) ? `${value}` : Number(value);
    },
    end: () => child.stdin.end(),
  };
}

for (const size of positionals.length > 0 ? positionals.map(Number) : [256, 512]) {
  if (!version) break;
  const ours = [await preparedStep({ model, size, threads }), await preparedEightBitStep({ model, size, threads })];
  const [theirs, avx2] = [torch(size), torch(size, { ONEDNN_MAX_CPU_ISA: "AVX2" })];
  /** @type {[string, () => Promise<number | string>][]} */
  const all = [
    ["pastiche, float", () => timed(ours[0]?.step)],
    ["pastiche, eight bits", () => timed(ours[1]?.step)],
    ...variants.map(
      (name) => /** @type {[string, () => Promise<number | string>]} */ ([`PyTorch, ${name}`, () => theirs.step(name)]),
    ),
    ["PyTorch, float channels_last, AVX2", () => avx2.step("float channels_last")],
  ];
  /** @type {Map<string, number[]>} */
  const times = new Map();
  /** @type {Map<string, string>} */
  const failed = new Map();
  // The first round is a warm-up.
  for (let round = 0; round <= Number(given.rounds); round++) {
    for (const [name, take] of all) {
      if (failed.has(name)) continue;
      const time = await take();
      if (typeof time === "string") failed.set(name, time);
      else if (round > 0) times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  for (const { dispose } of ours) await dispose();
  for (const process of [theirs, avx2]) process.end();
  const median = (/** @type {string} */ name) =>
    /** @type {number} */ (times.get(name)?.sort((a, b) => a - b)[Number(given.rounds) >> 1]);
  /** How long PyTorch's best takes, relative to ours. */
  const best = (/** @type {string} */ word, /** @type {string} */ ours) => {
    const peers = [...times.keys()].filter((name) => name.startsWith(`PyTorch, ${word}`) && !name.includes("AVX2"));
    if (peers.length === 0) throw new Error(`no variant of PyTorch in ${word} takes a step`);
    return (Math.min(...peers.map(median)) / median(ours)).toFixed(2);
  };
  console.log(`\n${model} ${size}x${size}, ${threads} threads, PyTorch ${version}, load ${loadavg()[0]?.toFixed(1)}`);
  console.log("| | ms a step |\n| --- | --- |");
  for (const [name] of all) console.log(`| ${name} | ${failed.get(name) ?? median(name).toFixed(0)} |`);
  console.log(
    `PyTorch's best takes ${best("float", "pastiche, float")} times as long in float32, and ` +
      `in bfloat16 ${best("bfloat16", "pastiche, eight bits")} times as long as eight bits.`,
  );
}

/** @param {(() => Promise<unknown>) | undefined} step */
async function timed(step) {
  const began = performance.now();
  await step?.();
  return performance.now() - began;
}
