/** Builds a test page with Vite into a temporary folder and serves it, cross-origin isolated, on a free port. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "vite";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".jpg": "image/jpeg",
  ".png": "image/png",
};

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page in a folder at `/`, built with Vite's defaults and `options`, and the repository's `examples/` and
 * `weights/`.
 */
export async function servePage(
  folderUrl = new URL(".", import.meta.url),
  options: InlineConfig = {},
): Promise<Served> {
  const root = fileURLToPath(folderUrl);
  const repository = fileURLToPath(new URL("../..", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "pastiche-page-"));
  const to = { outDir: folder, emptyOutDir: true };
  await build({ root, configFile: false, logLevel: "error", ...options, build: to });
  const server = createServer(async (request, response) => {
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://page").pathname));
    const file = join(/^\/(examples|weights)\//.test(path) ? repository : folder, path);
    try {
      const bytes = await readFile(path === "/" ? join(folder, "index.html") : file);
      response.setHeader("Content-Type", TYPES[path === "/" ? ".html" : extname(path)] ?? "application/octet-stream");
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
