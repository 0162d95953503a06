/**
 * How the studio becomes static files. As part of the package it leaves out what the package has already (ONNX Runtime's
 * WebAssembly and the network; `pastiche studio` serves them from there); with `--mode site` the folder is complete, for any
 * web host.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** What the package has under other names: see `SHARED` in the studio's server. */
const shared = /^(?:ort|weights)\//;

/** Files of fixed names, so that a server can find them elsewhere. */
function assetName(name: string): string {
  if (/^ort-.*\.(?:wasm|mjs)$/.test(name)) return "ort/[name][extname]";
  if (name.endsWith(".safetensors")) return "weights/[name][extname]";
  return "assets/[name]-[hash][extname]";
}

function withoutShared(): Plugin {
  return {
    name: "without-shared",
    generateBundle(_, bundle) {
      for (const name of Object.keys(bundle)) if (shared.test(name)) delete bundle[name];
    },
  };
}

/** The example pictures, as large as a first painting needs them: `?example` gives a WebP's address. */
function examples(): Plugin {
  return {
    name: "examples",
    enforce: "pre",
    async load(id) {
      const [path, query] = id.split("?");
      if (query !== "example") return undefined;
      const resized = sharp(await readFile(path!)).resize(640, 640, { fit: "inside", withoutEnlargement: true });
      const source = await resized.webp({ quality: 82, effort: 6 }).toBuffer();
      const name = `${/([\w-]+)\.\w+$/.exec(path!)![1]}.webp`;
      if (this.meta.watchMode) return `export default "data:image/webp;base64,${source.toString("base64")}"`;
      const asset = this.emitFile({ type: "asset", name, source });
      return `export default import.meta.ROLLUP_FILE_URL_${asset}`;
    },
  };
}

/** The service worker, told which files there are; what few ask for is fetched when it is wanted. */
function offline(): Plugin {
  return {
    name: "offline",
    enforce: "post",
    async generateBundle(_, bundle) {
      const own = Object.keys(bundle).filter((name) => !/asyncify|jspi|hdf5|slim/.test(name));
      const files = ["./", "icon.svg", "manifest.webmanifest", ...own];
      const code = await readFile(here("offline/service-worker.js"), "utf8");
      const digest = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      const source = code
        .replace("JSON.parse('\"FILES\"')", JSON.stringify(files))
        .replace("VERSION", `${version}-${digest}`);
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}

const output = { assetFileNames: ({ names }: { names: string[] }) => assetName(names[0] ?? "") };

/** Reads Keras's files: large, and seldom needed. */
const paths = { h5wasm: "../h5wasm/hdf5_hl.js" };

export default defineConfig(({ mode }) => ({
  root: here("."),
  base: "./",
  define: { VERSION: JSON.stringify(version) },
  resolve: { alias: { "pastiche/web": here("../src/web.ts"), "pastiche/worker": here("../src/worker.ts") } },
  plugins: [examples(), mode === "site" ? offline() : withoutShared()],
  worker: {
    format: "es",
    rolldownOptions: mode === "site" ? { output } : { external: ["h5wasm"], output: { ...output, paths } },
  },
  build: {
    license: { fileName: "licenses.md" },
    outDir: here(mode === "site" ? "../dist/site" : "../dist/studio"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output },
  },
}));
