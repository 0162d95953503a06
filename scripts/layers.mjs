/**
 * The arrows between rooms, enforced: no file may import from a room that its own does not point to. ARCHITECTURE.md
 * draws the same picture. Usage: node scripts/layers.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A room's files (by the start of their path below src/) and what they may import besides their own room. */
const arrows = [
  { room: "errors.ts", to: [] },
  { room: "version.ts", to: [] },
  { room: "records.ts", to: [] },
  { room: "parameters/", to: ["errors.ts"] },
  { room: "graph/", to: [] },
  { room: "onnx/", to: ["graph/", "@bufbuild/protobuf"] },
  { room: "image/", to: [] },
  { room: "schedule/", to: [] },
  { room: "pages/", to: ["preact", "preact-render-to-string", "uplot"] },
  { room: "weights/", to: ["errors.ts", "models/backbone.ts", "models/index.ts", "fflate", "h5wasm"] },
  { room: "models/", to: ["errors.ts", "graph/", "weights/weights.ts"] },
  { room: "losses/", to: ["graph/"] },
  { room: "optimizers/", to: ["graph/", "parameters/"] },
  { room: "recipes/", to: ["settings/schema.ts"] },
  {
    room: "settings/",
    to: ["errors.ts", "records.ts", "parameters/", "image/", "models/", "losses/", "optimizers/", "recipes/"],
  },
  { room: "runtimes/node-", to: ["errors.ts", "runtimes/", "onnxruntime-node", "onnxruntime-common", "node:"] },
  { room: "runtimes/web-", to: ["errors.ts", "runtimes/", "onnxruntime-web", "onnxruntime-common"] },
  { room: "runtimes/", to: ["errors.ts", "onnxruntime-common"] },
  {
    room: "transfer/",
    to: [
      ...["errors.ts", "records.ts", "version.ts", "graph/", "onnx/", "models/", "losses/", "optimizers/", "schedule/"],
      ...["settings/", "weights/weights.ts", "weights/safetensors.ts", "image/", "runtimes/runtime.ts"],
    ],
  },
  {
    room: "platform/node/",
    to: [
      ...["errors.ts", "image/", "weights/", "models/", "platform/", "runtimes/", "graph/", "onnx/"],
      ...["transfer/stylizer.ts", "transfer/checkpoint/checkpoint.ts", "jobs/files.ts", "node:", "sharp"],
    ],
  },
  {
    room: "platform/web/",
    to: ["errors.ts", "image/", "weights/", "models/", "platform/", "runtimes/", "transfer/stylizer.ts"],
  },
  { room: "platform/", to: ["errors.ts", "image/", "weights/"] },
  {
    room: "jobs/",
    to: [
      ...["errors.ts", "version.ts", "records.ts", "settings/", "recipes/", "image/", "#pages", "schedule/"],
      ...["platform/pictures.ts", "platform/pictures/text.ts", "transfer/", "zod"],
    ],
  },
  {
    room: "grid/",
    to: [
      ...["errors.ts", "version.ts", "jobs/", "settings/", "models/", "image/", "#pages", "schedule/"],
      ...["platform/pictures.ts", "transfer/", "zod"],
    ],
  },
  {
    room: "cli/",
    to: [
      ...["errors.ts", "version.ts", "node.ts", "jobs/", "grid/", "settings/", "parameters/", "server/"],
      ...["transfer/inspect/", "weights/layouts.ts", "platform/node/files/shortage.ts", "commander", "open", "node:"],
    ],
  },
  { room: "server/", to: ["errors.ts", "node.ts", "hono", "@hono/node-server", "node:"] },
  { room: "index.ts", to: ["*"] },
  { room: "parts.ts", to: ["*"] },
  { room: "node.ts", to: ["*"] },
  { room: "web.ts", to: ["*"] },
  { room: "worker.ts", to: ["web/"] },
  { room: "web/", to: ["*"] },
];

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|case|d)\.ts$|vite\.config/.test(file));

const problems = files.flatMap((file) => {
  const rule = arrows.find(({ room }) => file.startsWith(room));
  if (!rule) return [`src/${file}: belongs to no room; add it to scripts/layers.mjs and ARCHITECTURE.md`];
  const text = readFileSync(join(source, file), "utf8");
  const statements = /^(?:import|export|\})[^"\n]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  const imports = [...text.matchAll(statements)].map((match) => /** @type {string} */ (match[1] ?? match[2]));
  return imports
    .map((name) => (name.startsWith(".") ? posix.join(posix.dirname(file), name) : name))
    .filter((target) => !target.startsWith(rule.room) && !rule.to.some((to) => to === "*" || target.startsWith(to)))
    .filter((target) => !target.startsWith(".."))
    .map((target) => `src/${file} must not import ${target}`);
});

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} arrows that point the wrong way`);
process.exitCode = problems.length > 0 ? 1 : 0;
