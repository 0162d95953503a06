/**
 * The library in Chromium: the time of a whole job with WebAssembly, with one and with two threads, and what a step asks
 * of a GPU (in software: minutes). Usage: node bench/browser.mjs [SIZE [jobs | gpu]]; PASTICHE_CHROMIUM names the browser.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const [size = "256", what = "all"] = process.argv.slice(2);
const here = fileURLToPath(new URL("browser", import.meta.url));
const outDir = mkdtempSync(join(tmpdir(), "pastiche-bench-"));
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const common = { root: here, configFile: /** @type {const} */ (false), logLevel: /** @type {const} */ ("error") };

await build({ ...common, worker: { format: "es" }, build: { outDir, emptyOutDir: true, target: "es2022" } });
const server = await preview({ ...common, build: { outDir }, preview: { port: 0, host: "127.0.0.1", headers } });
const address = /** @type {string} */ (server.resolvedUrls?.local[0]);
const browser = await chromium.launch({
  executablePath: process.env.PASTICHE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
});
try {
  if (what !== "gpu") for (const threads of [1, 2]) await reportJob(threads);
  if (what !== "jobs") await reportGpu();
} finally {
  await browser.close();
  await server.close();
  rmSync(outDir, { recursive: true, force: true });
}

/** A new page, with its own process: ONNX Runtime's number of threads is set once. */
async function open() {
  const tab = await browser.newPage();
  await tab.route("**/examples/*", (route) => {
    const name = new URL(route.request().url()).pathname;
    return route.fulfill({ body: readFileSync(fileURLToPath(new URL(`..${name}`, import.meta.url))) });
  });
  await tab.goto(address);
  await tab.waitForFunction(() => "page" in globalThis);
  return tab;
}

/** @param {number} threads */
async function reportJob(threads) {
  const tab = await open();
  const job = await tab.evaluate(
    ([threads, size]) => /** @type {any} */ (globalThis).page.job("wasm", threads, { size, model: "pocket" }, 120),
    [threads, Number(size)],
  );
  await tab.close();
  const { description, precision, ready, start, first, steps, total } =
    /** @type {Awaited<ReturnType<import("./browser/page.mjs").Page["job"]>>} */ (job);
  const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(1)} s`;
  console.log(`${size} pixels, ${description}, ${precision}: ${seconds(total)} for ${steps.length} steps`);
  console.log(`  worker ready ${seconds(ready)}, job planned ${seconds(start)}, first step ${seconds(first)}`);
  for (const level of new Set(steps.map((step) => step.level))) {
    const times = steps.filter((step) => step.level === level).map(({ ms }) => ms);
    const sorted = times.toSorted((a, b) => a - b);
    const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(0);
    const sum = times.reduce((a, b) => a + b, 0);
    console.log(
      `  level ${level}: ${times.length} steps in ${seconds(sum)}; ms a step: least ${at(0)}, half ${at(0.5)}, most ${at(1)}`,
    );
  }
}

async function reportGpu() {
  const tab = await open();
  const settings = { size: Number(size), levels: 1, steps: 6, firstSteps: 6, model: "pocket" };
  const counts = await tab.evaluate((settings) => /** @type {any} */ (globalThis).page.counts(settings), settings);
  await tab.close();
  const each = /** @type {Awaited<ReturnType<import("./browser/page.mjs").Page["counts"]>>} */ (counts);
  for (const [i, { dispatches, submits, uploads, uploaded, reads, read }] of each.entries()) {
    console.log(
      `WebGPU, ${size} pixels, step ${i + 1}: ${dispatches} dispatches in ${submits} submits; ${uploads} uploads of ${uploaded} bytes; ${reads} reads of ${read} bytes`,
    );
  }
}
