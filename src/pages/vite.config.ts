/** Bundles the pages and what they need (Preact, uPlot, styles, their script) into `dist/pages/index.js`. */
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin, type Rolldown } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const define = { "process.env.NODE_ENV": '"production"' };

/** `import text from "./file.tsx?script"`: the file and all that it imports, as the text of one script. */
function scripts(): Plugin {
  return {
    name: "scripts",
    enforce: "pre",
    async load(id) {
      const [path, query] = id.split("?");
      if (query !== "script") return undefined;
      const { output } = (await build({
        root: here("."),
        configFile: false,
        logLevel: "silent",
        define,
        build: {
          write: false,
          target: "es2022",
          modulePreload: false,
          rolldownOptions: { input: path!, output: { format: "iife" } },
        },
      })) as Rolldown.RolldownOutput;
      if (output.length !== 1) throw new Error(`${path} became ${output.length} files.`);
      // A script element ends at the first of these, wherever that is.
      const code = output[0].code.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
      return `export default ${JSON.stringify(code)}`;
    },
  };
}

export default defineConfig({
  root: here("."),
  define,
  plugins: [scripts()],
  build: {
    license: { fileName: "licenses.md" },
    lib: { entry: here("index.ts"), formats: ["es"], fileName: "index" },
    outDir: here("../../dist/pages"),
    emptyOutDir: false,
    target: "es2022",
    reportCompressedSize: false,
    // The script has it; rendering to a string never draws.
    rolldownOptions: { external: ["uplot"] },
  },
});
