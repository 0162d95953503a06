/**
 * Steps in eight bits against steps in floats: time and processor time in one run, taken in turns, and where jobs of the
 * same settings end, judged in floats. Usage: node bench/precision.mjs [speed | quality] [SIZE...]
 */

import { eightBit } from "../dist/graph/index.js";
import { createStylizer, readPicture } from "../dist/node.js";
import { encode } from "../dist/onnx/model.js";
import { preparedGraph } from "./parts.mjs";

const [what, ...sizes] = process.argv.slice(2);
if (what !== "quality") await speed(sizes.length > 0 ? sizes.map(Number) : [256, 512]);
if (what !== "speed") await quality(Number(sizes[0] ?? 256));

/** @param {number[]} sizes */
async function speed(sizes) {
  for (const model of /** @type {const} */ (["pocket", "vgg19"])) {
    for (const size of sizes) {
      const { runtime, outputs, inputs } = await preparedGraph({ model, size });
      const names = { from: "state ranges", to: "next ranges", capacity: 128 };
      const step = /** @type {import("../dist/graph/index.js").EightBit} */ (eightBit(outputs, names));
      const measured = await runtime.load(encode(step.measured));
      const first = await measured.run(inputs);
      await measured.dispose();
      const given = { ...inputs, "state ranges": /** @type {any} */ (first["next ranges"]) };
      const programs = [await runtime.load(encode(outputs)), await runtime.load(encode(step.outputs))];
      /** @type {{ time: number, busy: number }[][]} */
      const seen = [[], []];
      for (let round = 0; round < 6; round++) {
        for (const [i, program] of programs.entries()) {
          const [start, before] = [performance.now(), process.cpuUsage()];
          for (const value of Object.values(await program.run(given))) value.dispose();
          const { user, system } = process.cpuUsage(before);
          // The first round warms up.
          if (round > 0) seen[i]?.push({ time: performance.now() - start, busy: (user + system) / 1000 });
        }
      }
      for (const program of programs) await program.dispose();
      const middle = (/** @type {number} */ i, /** @type {"time" | "busy"} */ key) =>
        seen[i]?.map((x) => x[key]).sort((a, b) => a - b)[2] ?? Number.NaN;
      const ratio = (/** @type {"time" | "busy"} */ key) => (middle(1, key) / middle(0, key)).toFixed(2);
      console.log(
        `${model} ${size}x${size}: floats ${middle(0, "time").toFixed(0)} ms, eight bits ${middle(1, "time").toFixed(0)} ms, ` +
          `${ratio("time")} of the time, ${ratio("busy")} of the processor's`,
      );
    }
  }
}

/**
 * One level, a hundred steps of the shipped network: the loss before the last step, which is in floats in both.
 *
 * @param {number} size
 */
async function quality(size) {
  const stylizer = await createStylizer({ runtime: "cpu" });
  for (const pair of ["cat starry", "coffee waves", "rocket glass", "cat marble", "coffee autumn", "rocket dots"]) {
    const read = async (/** @type {number} */ i) => (await readPicture(`examples/${pair.split(" ")[i]}.jpg`)).image;
    const [content, style] = [await read(0), await read(1)];
    /** @type {Record<string, number>[]} */
    const ends = [];
    for (const precision of /** @type {const} */ (["fp32", "int8"])) {
      const settings = /** @type {const} */ ({
        size,
        levels: 1,
        steps: 100,
        firstSteps: 100,
        model: "pocket",
        precision,
      });
      for await (const event of stylizer.stylize({ content, style, settings })) {
        if (event.type === "note") console.log(`  ${event.text}`);
        if (event.type !== "step" || event.step < event.steps) continue;
        const kinds = { content: 0, style: 0, loss: event.loss };
        for (const [name, share] of Object.entries(event.terms)) {
          if (name.startsWith("content")) kinds.content += share;
          if (name.startsWith("style")) kinds.style += share;
        }
        ends.push(kinds);
      }
    }
    const ratio = (/** @type {string} */ kind) => ((ends[1]?.[kind] ?? 0) / (ends[0]?.[kind] ?? 0)).toFixed(3);
    console.log(
      `${pair}, ${size}: content ${ratio("content")}, style ${ratio("style")}, loss ${ratio("loss")} of the floats'`,
    );
  }
  await stylizer.dispose();
}
