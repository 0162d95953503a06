/**
 * The size of the studio's script, its first paint, and the longest tasks of its main thread: while it loads, and while
 * it paints.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { ENGINES, openPage, paintWaves } from "./browser.mjs";

const SETTINGS = "size=512&model=pocket&quality=draft";
/** In software a step of this size takes minutes otherwise. */
const SMALL =
  'size=96&levels=1&steps=400&model=pocket&styleLayers={"conv1_1":1}&contentLayers={"conv1_2":1}&roughness=0';

/** How long a run is watched, in milliseconds. */
const WATCHED = 15_000;

/** Notes every task over 50 ms. */
function watchTasks() {
  /** @type {number[]} */
  const tasks = [];
  Object.assign(globalThis, { tasks });
  const note = (/** @type {PerformanceObserverEntryList} */ list) =>
    tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
  new PerformanceObserver(note).observe({ type: "longtask", buffered: true });
}

/** What the page loads before it paints, compressed. */
export function printSizes() {
  const assets = fileURLToPath(new URL("../../dist/studio/assets/", import.meta.url));
  const compressed = (/** @type {RegExp} */ names) =>
    readdirSync(assets)
      .filter((name) => names.test(name))
      .reduce((sum, name) => sum + gzipSync(readFileSync(assets + name)).length, 0);
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(
    `Compressed with gzip: script ${kilobytes(compressed(/^index-.*\.js$/))}, styles ${kilobytes(compressed(/\.css$/))}, worker ${kilobytes(compressed(/^worker-.*\.js$/))}`,
  );
}

/**
 * @param {Parameters<typeof openPage>[0]} studio
 * @param {{ engine?: string | undefined, slower?: number | undefined }} [bounds] `slower`: so many times slower than
 * the processor is.
 */
export async function measureTasks(studio, { engine: only = "", slower = 1 } = {}) {
  console.log(`Milliseconds; a processor ${slower} times slower.`);
  console.log("| engine | first paint | tasks of the load | tasks of a run |\n| --- | --- | --- | --- |");
  const tasks = () => /** @type {any} */ (globalThis).tasks.splice(0);
  for (const engine of ENGINES.filter((name) => name.includes(only))) {
    const settings = engine.includes("graphics") ? SMALL : SETTINGS;
    const page = await openPage(studio, { settings, init: watchTasks, slower });
    await page.waitForTimeout(4000);
    const first = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const loading = await page.evaluate(tasks);
    await page.locator("summary", { hasText: "More" }).click();
    await page.getByLabel("Painted by").selectOption(engine);
    await page.waitForTimeout(4000);
    await page.evaluate(tasks);
    await paintWaves(page);
    await page.getByText(/^Step \d/).waitFor();
    await page.waitForTimeout(WATCHED);
    const painting = await page.evaluate(tasks);
    console.log(`| ${engine} | ${first?.toFixed(0)} | ${listed(loading)} | ${listed(painting)} |`);
    await page.close();
  }
}

/** @param {number[]} durations */
function listed(durations) {
  return durations.length > 0 ? durations.toSorted((a, b) => b - a).join(", ") : "none over 50";
}
