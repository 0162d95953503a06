/** What Vite has to know of pastiche, and the headers without which WebAssembly has one thread. */
import { defineConfig } from "vite";

const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // Prebundled, the package would lose its worker, its WebAssembly and its weights.
  optimizeDeps: { exclude: ["pastiche"] },
  worker: { format: "es" },
  build: { target: "es2022" },
  server: { headers },
  preview: { headers },
});
