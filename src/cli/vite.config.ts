/**
 * Bundles the command into `dist/command`, with those packages that are many small files: files cost more than code at
 * the start.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  ssr: { noExternal: ["@bufbuild/protobuf", "commander", "fflate", "zod"] },
  build: {
    ssr: here("main.ts"),
    license: { fileName: "licenses.md" },
    outDir: here("../../dist/command"),
    emptyOutDir: true,
    target: "node20",
    minify: false,
    reportCompressedSize: false,
  },
});
