/** Runs every benchmark. Usage: npm run bench */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`,
);
for (const name of [
  "step",
  "precision",
  "tiles",
  "quality",
  "schedule",
  "memory",
  "start",
  "busy",
  "integer-products",
  "peers",
  "race",
]) {
  console.log(`\n## ${name}`);
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.mjs`, import.meta.url))], {
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
