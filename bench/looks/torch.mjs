/** Runs the recipe of neural-style in PyTorch (bench/looks_torch.py) and yields its pictures. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadNetwork, UserError, weightTensors } from "../../dist/node.js";

/** @typedef {import("../../dist/node.js").Image} Image */
/** @typedef {{ python: string, bfloat16: boolean, limit: number, checkpoints: number[] }} Options */

const SCRIPT = fileURLToPath(new URL("../looks_torch.py", import.meta.url));

/**
 * The picture after each of `checkpoints` evaluations, and the seconds taken; PyTorch waits, untimed, until the next is
 * requested. Ends after the last, or the first after `limit` seconds. Throws a `UserError` if there is no PyTorch.
 *
 * @param {{ photo: Image, painting: Image }} pictures at the size of the race
 * @param {Options} options
 */
export async function* neuralStyle({ photo, painting }, { python, ...options }) {
  const folder = mkdtempSync(join(tmpdir(), "pastiche-looks-"));
  const picture = join(folder, "picture");
  const job = { ...options, threads: availableParallelism(), picture, ...(await numbers(folder, photo, painting)) };
  writeFileSync(join(folder, "job.json"), JSON.stringify(job));
  const child = spawn(python, [SCRIPT, join(folder, "job.json")], { stdio: ["pipe", "pipe", "pipe"] });
  let words = "";
  child.stderr.on("data", (part) => {
    words += part;
  });
  const ended = new Promise((resolve) => {
    child.once("error", resolve);
    child.once("exit", resolve);
  });
  // The exit status of a child that has ended gives the reason.
  child.stdin.on("error", () => {});
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { evaluations, seconds } = JSON.parse(line);
      const bytes = readFileSync(picture);
      const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
      yield {
        evaluations: Number(evaluations),
        seconds: Number(seconds),
        image: { width: photo.width, height: photo.height, data },
      };
      child.stdin.write("on\n");
    }
    const status = await ended;
    if (status !== 0) {
      const why = words.trim().split("\n").at(-1) || status;
      throw new UserError("usage", `--python: expected a Python with torch and numpy, got ${python} (${why}).`);
    }
  } finally {
    child.kill();
    rmSync(folder, { recursive: true });
  }
}

/**
 * Writes VGG19's weights and both pictures to one file; their positions in it.
 *
 * @param {string} folder
 * @param {Image} photo
 * @param {Image} painting
 */
async function numbers(folder, photo, painting) {
  const { weights } = await loadNetwork("vgg19");
  /** @type {Float32Array[]} */
  const parts = [];
  let length = 0;
  const put = (/** @type {Float32Array} */ data, /** @type {readonly number[]} */ shape) => {
    parts.push(data);
    length += data.length;
    return [length - data.length, shape];
  };
  const tensors = weightTensors(weights);
  const tensor = (/** @type {string} */ key) => {
    const { data, shape } = /** @type {import("../../dist/node.js").WeightTensor} */ (tensors.get(key));
    return put(data, shape);
  };
  const image = (/** @type {Image} */ { data, width, height }) => put(data, [1, 3, height, width]);
  const names = Object.keys(weights.layers);
  const places = {
    layers: names
      .slice(0, names.indexOf("conv5_1") + 1)
      .map((name) => [name, tensor(`${name}.weight`), tensor(`${name}.bias`)]),
    mean: tensor("mean"),
    content: image(photo),
    style: image(painting),
  };
  const all = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const file = join(folder, "numbers");
  writeFileSync(file, all);
  return { numbers: file, ...places };
}
