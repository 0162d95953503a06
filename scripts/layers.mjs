/**
 * Checks that every file imports only from the folders that its own folder may import from. ARCHITECTURE.md lists them,
 * too. Usage: node scripts/layers.mjs
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder or file (the start of a path below src/), and the starts of what it may import besides itself. */
const rules = [
  { from: "errors.ts", to: [] },
  { from: "version.ts", to: [] },
  { from: "records.ts", to: [] },
  { from: "sha256.ts", to: [] },
  { from: "parameters/", to: ["errors.ts"] },
  { from: "graph/", to: [] },
  { from: "onnx/", to: ["graph/", "@bufbuild/protobuf"] },
  { from: "image/", to: [] },
  { from: "schedule/", to: [] },
  { from: "pages/", to: ["preact", "preact-render-to-string", "uplot"] },
  { from: "weights/", to: ["errors.ts", "models/backbone.ts", "models/index.ts", "fflate", "h5wasm"] },
  { from: "models/", to: ["errors.ts", "graph/", "weights/weights.ts"] },
  { from: "losses/", to: ["graph/"] },
  { from: "optimizers/", to: ["graph/", "parameters/"] },
  { from: "recipes/", to: ["settings/schema.ts"] },
  {
    from: "settings/",
    to: ["errors.ts", "records.ts", "parameters/", "image/", "models/", "losses/", "optimizers/", "recipes/"],
  },
  { from: "runtimes/node-", to: ["errors.ts", "runtimes/", "onnxruntime-node", "onnxruntime-common", "node:"] },
  { from: "runtimes/web-", to: ["errors.ts", "runtimes/", "onnxruntime-web", "onnxruntime-common"] },
  { from: "runtimes/", to: ["errors.ts", "onnxruntime-common"] },
  {
    from: "transfer/",
    to: [
      ...["errors.ts", "records.ts", "sha256.ts", "version.ts", "graph/", "onnx/", "models/", "losses/", "optimizers/"],
      ...["schedule/", "settings/", "weights/weights.ts", "weights/safetensors.ts", "image/", "runtimes/runtime.ts"],
    ],
  },
  {
    from: "platform/node/",
    to: [
      ...["errors.ts", "image/", "weights/", "models/", "platform/", "runtimes/", "graph/", "onnx/"],
      ...["transfer/stylizer.ts", "transfer/checkpoint/checkpoint.ts", "jobs/files.ts", "node:", "sharp"],
    ],
  },
  {
    from: "platform/web/",
    to: ["errors.ts", "sha256.ts", "image/", "weights/", "models/", "platform/", "runtimes/", "transfer/stylizer.ts"],
  },
  { from: "platform/", to: ["errors.ts", "image/", "weights/"] },
  {
    from: "jobs/",
    to: [
      ...["errors.ts", "version.ts", "records.ts", "settings/", "recipes/", "image/", "#pages", "schedule/"],
      ...["platform/pictures.ts", "platform/pictures/text.ts", "transfer/", "zod"],
    ],
  },
  {
    from: "grid/",
    to: [
      ...["errors.ts", "version.ts", "jobs/", "settings/", "models/", "image/", "#pages", "schedule/"],
      ...["platform/pictures.ts", "transfer/", "zod"],
    ],
  },
  {
    from: "cli/",
    to: [
      ...["errors.ts", "version.ts", "node.ts", "jobs/", "grid/", "settings/", "parameters/", "server/"],
      ...["transfer/inspect/", "weights/layouts.ts", "platform/node/files/shortage.ts", "commander", "open", "node:"],
    ],
  },
  { from: "server/", to: ["errors.ts", "node.ts", "hono", "@hono/node-server", "node:"] },
  { from: "index.ts", to: ["*"] },
  { from: "parts.ts", to: ["*"] },
  { from: "node.ts", to: ["*"] },
  { from: "web.ts", to: ["*"] },
  { from: "worker.ts", to: ["web/"] },
  { from: "web/", to: ["*"] },
];

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|case|d)\.ts$|vite\.config/.test(file));

const problems = files.flatMap((file) => {
  const rule = rules.find(({ from }) => file.startsWith(from));
  if (!rule) return [`src/${file}: has no rule; add one to scripts/layers.mjs and ARCHITECTURE.md`];
  const text = readFileSync(join(source, file), "utf8");
  const statements = /^(?:import|export|\})[^"\n]*?\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  const imports = [...text.matchAll(statements)].map((match) => /** @type {string} */ (match[1] ?? match[2]));
  return imports
    .map((name) => (name.startsWith(".") ? posix.join(posix.dirname(file), name) : name))
    .filter((target) => !target.startsWith(rule.from) && !rule.to.some((to) => to === "*" || target.startsWith(to)))
    .filter((target) => !target.startsWith(".."))
    .map((target) => `src/${file} must not import ${target}`);
});

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} forbidden imports`);
process.exitCode = problems.length > 0 ? 1 : 0;
