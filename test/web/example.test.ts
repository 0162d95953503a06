/** The example page with a worker in Chromium: built with its own configuration, served with its own headers. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path, startBrowser } from "./browser.ts";

const PATIENCE = 300_000;
const at = (place: string) => fileURLToPath(new URL(`../../${place}`, import.meta.url));

describe.skipIf(!path)("examples/web-worker in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let outDir: string;
  let stopServer: () => Promise<void>;
  const errors: string[] = [];

  beforeAll(async () => {
    const { build, preview } = await import("vite");
    outDir = await mkdtemp(join(tmpdir(), "pastiche-example-"));
    const common = { root: at("examples/web-worker"), logLevel: "error" as const };
    const alias = { "pastiche/web": at("src/web.ts"), "pastiche/worker": at("src/worker.ts") };
    await build({ ...common, resolve: { alias }, build: { outDir, emptyOutDir: true } });
    const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: "127.0.0.1" } });
    stopServer = () => server.close();
    browser = await startBrowser();
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.getByLabel("Photo").setInputFiles(at("examples/cat.jpg"));
    await page.getByLabel("Painting").setInputFiles(at("examples/starry.jpg"));
    await page.getByLabel("Size").fill("48");
  }, PATIENCE);

  afterAll(async () => {
    await browser?.close();
    await stopServer?.();
    if (outDir) await rm(outDir, { recursive: true, force: true });
    expect(errors).toEqual([]);
  }, PATIENCE);

  const paint = () => page.getByRole("button", { name: "Paint", exact: true }).click();

  test(
    "paints two files in a worker, with threads",
    async () => {
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
      await paint();
      await page.getByText(/^Done: \d+ steps with pocket on wasm, \d+ threads?$/).waitFor({ timeout: PATIENCE });
      const { width, height, colours } = await page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return { width: canvas.width, height: canvas.height, colours: new Set(new Uint32Array(data.buffer)).size };
      });
      expect([width, height]).toEqual([48, 32]);
      expect(colours).toBeGreaterThan(500);
    },
    PATIENCE,
  );

  test(
    "a file that is no network of that kind is one sentence",
    async () => {
      await page.getByLabel("Weights of VGG19").setInputFiles(at("test/weights/tiny.pth"));
      await paint();
      await page.getByText(/^tiny\.pth .+\.$/).waitFor({ timeout: PATIENCE });
    },
    PATIENCE,
  );
});
