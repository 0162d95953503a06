/** The studio's static files: its own, and those that the package has anyway. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";

const { resolve } = createRequire(import.meta.url);
const inPackage = (path: string) => fileURLToPath(new URL(path, import.meta.resolve("pastiche/package.json")));

/** Where the page looks for a file, and the folder it is in: what the studio's build leaves out (`studio/vite.config.ts`). */
const shared: Readonly<Record<string, string>> = {
  ort: dirname(resolve("onnxruntime-web/wasm")),
  h5wasm: dirname(fileURLToPath(import.meta.resolve("h5wasm"))),
  weights: inPackage("weights"),
};

const studio = inPackage("dist/studio");

/** Names with a digest in them never change; all else is asked for anew, from this machine. */
const FOR_EVER = "public, max-age=31536000, immutable";

export function files(): Hono {
  const app = new Hono();
  app.use("/assets/*", async (context, next) => {
    await next();
    if (context.res.ok) context.header("Cache-Control", FOR_EVER);
  });
  for (const [name, root] of Object.entries(shared)) {
    const below = new RegExp(`^/${name}/`);
    app.get(`/${name}/*`, serveStatic({ root, rewriteRequestPath: (path) => path.replace(below, "/") }));
  }
  return app.get("*", serveStatic({ root: studio }));
}
