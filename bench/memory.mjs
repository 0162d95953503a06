/**
 * Peak memory of a step: the largest resident size of a process that runs a few, Node itself and the weights included.
 * Usage: node bench/memory.mjs [SIZE...]
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const [inside, ...rest] = process.argv.slice(2);
if (inside === "--inside") {
  const { preparedStep } = await import("./parts.mjs");
  const [model, size] = /** @type {["vgg19" | "pocket", string]} */ (rest);
  const { step } = await preparedStep({ model, size: Number(size) });
  for (let i = 0; i < 3; i++) await step();
  // Kilobytes on every platform.
  console.log(process.resourceUsage().maxRSS);
} else {
  const sizes = process.argv.slice(2);
  for (const model of ["pocket", "vgg19"]) {
    for (const size of sizes.length > 0 ? sizes : ["512"]) {
      const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--inside", model, size], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"],
      });
      if (child.status !== 0)
        throw new Error(`${model} ${size}: the process ended with ${child.signal ?? child.status}.`);
      console.log(`${model} ${size}x${size}: peak ${(Number(child.stdout) / 1e6).toFixed(2)} GB`);
    }
  }
}
