/**
 * The studio as a folder on any web host, one that sends no headers of its own: isolated by its service worker, and there
 * without a network on the second visit.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path, startBrowser } from "../web/browser.ts";
import { PATIENCE } from "./pages.ts";

const TYPES: Readonly<Record<string, string>> = {
  ...{ ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css" },
  ...{ ".wasm": "application/wasm", ".webp": "image/webp", ".svg": "image/svg+xml" },
};

describe.skipIf(!path)("in Chromium", () => {
  let folder: string;
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pastiche-site-"));
    const root = fileURLToPath(new URL("../../studio", import.meta.url));
    await build({ root, mode: "site", logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
    server = createServer(async (request, response) => {
      const name = new URL(request.url!, "http://site").pathname.replace(/^\/below\/$/, "/below/index.html");
      try {
        const bytes = await readFile(join(folder, name.replace("/below", "")));
        response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" }).end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    browser = await startBrowser();
  }, PATIENCE);

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    "threads on the first visit, everything without a network on the second",
    async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`;
      await page.goto(`${url}#size=96&minSize=64&model=pocket`);
      await page.waitForFunction(() => crossOriginIsolated && navigator.serviceWorker.controller !== null);
      server.closeAllConnections();
      server.close();
      await page.reload();
      await page.getByRole("button", { name: "a woodcut of waves", exact: true }).click();
      await page.getByText(/^Done: 96 × 64/).waitFor();
      expect(await page.evaluate(() => fetch("./nowhere").catch(() => "no network"))).toBe("no network");
    },
    PATIENCE,
  );
});
