/**
 * The same step in PyTorch and here, in one run, if PyTorch is installed (Debian: python3-torch). Usage: node
 * bench/peers.mjs [SIZE...]
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { median, preparedStep } from "./parts.mjs";

const threads = availableParallelism();
const python = ["/usr/bin/python3", "python3"].find((path) => spawnSync(path, ["-c", "import torch"]).status === 0);
if (!python) console.log("PyTorch is not installed: nothing to compare with");
const sizes = process.argv.slice(2).map(Number);
for (const model of /** @type {const} */ (["pocket", "vgg19"])) {
  for (const size of sizes.length > 0 ? sizes : [256, 512]) {
    if (!python) break;
    const { step, dispose } = await preparedStep({ model, size, threads });
    const ours = await median(step);
    await dispose();
    const script = fileURLToPath(new URL("step_torch.py", import.meta.url));
    const child = spawnSync(python, [script, model, String(size), String(threads)], { encoding: "utf8" });
    if (child.status !== 0) throw new Error(child.stderr);
    const theirs = Number(child.stdout);
    console.log(
      `${model} ${size}x${size}: pastiche ${ours.toFixed(0)} ms, PyTorch ${theirs.toFixed(0)} ms, ` +
        `${(theirs / ours).toFixed(1)} times as fast`,
    );
  }
}
