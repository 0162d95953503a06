/** `npm run demo`: installs, builds, and repaints a bundled photo in the style of a bundled painting, offline. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, root, run } from "./ensure.mjs";

ensureBuilt();
const output = join(root, "out", "demo.png");
mkdirSync(join(root, "out"), { recursive: true });
rmSync(output, { force: true });
console.log("\nRepainting examples/cat.jpg in the style of examples/starry.jpg ...");
const began = performance.now();
run("node", ["dist/command/main.js", "examples/cat.jpg", "examples/starry.jpg", "--model", "slim", "-o", output]);
console.log(`Done after ${((performance.now() - began) / 1000).toFixed(1)} s: ${output}`);
