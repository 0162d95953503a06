/** Memory of the studio's page, its worker and the browser's processes over ten runs and fifty branches, on every engine. */
import { ENGINES, openPage, paintWaves, untilDone } from "./browser.mjs";
import { processes, watchHeaps } from "./heaps.mjs";

const SETTINGS = "size=64&levels=1&steps=6&model=pocket&precision=fp32";
const FEW_LAYERS = '&styleLayers={"conv1_1":1}&contentLayers={"conv1_2":1}&roughness=0';

/** What is alive of what has to be released by hand. */
function countUnreleased() {
  const counts = { urls: 0, bitmaps: 0, workers: 0 };
  Object.assign(globalThis, { unreleased: counts });
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (/** @type {Blob} */ file) => {
    counts.urls++;
    return createObjectURL.call(URL, file);
  };
  URL.revokeObjectURL = (/** @type {string} */ url) => {
    counts.urls--;
    revokeObjectURL.call(URL, url);
  };
  const { createImageBitmap } = globalThis;
  globalThis.createImageBitmap = async (/** @type {any[]} */ ...args) => {
    const bitmap = await createImageBitmap(.../** @type {[any]} */ (args));
    counts.bitmaps++;
    const { close } = bitmap;
    return Object.assign(bitmap, {
      close() {
        counts.bitmaps--;
        close.call(bitmap);
      },
    });
  };
}

/** The buffers of WebGPU that a worker has, and has not destroyed. */
function countBuffers() {
  const counts = { buffers: 0, bytes: 0 };
  Object.assign(globalThis, { unreleased: counts });
  const { createBuffer } = GPUDevice.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    counts.buffers++;
    counts.bytes += descriptor.size;
    let destroyed = false;
    return Object.assign(buffer, {
      destroy() {
        if (!destroyed) {
          counts.buffers--;
          counts.bytes -= descriptor.size;
        }
        destroyed = true;
        GPUBuffer.prototype.destroy.call(buffer);
      },
    });
  };
}

/**
 * @param {Parameters<typeof openPage>[0]} studio
 * @param {{ engine?: string | undefined, runs?: number | undefined, branches?: number | undefined }} [bounds]
 */
export async function measureMemory(studio, { engine: only = "", runs = 10, branches = 50 } = {}) {
  console.log("MB after a garbage collection:");
  console.log(
    "| engine | after | page | worker | array buffers | renderer | GPU process | object URLs, of results | other |",
  );
  console.log(`|${" --- |".repeat(9)}`);
  for (const engine of ENGINES.filter((name) => name.includes(only))) {
    const onCard = engine.includes("graphics");
    // In software, every kind of operator that a GPU has to compile takes long.
    const settings = onCard ? SETTINGS + FEW_LAYERS : SETTINGS;
    const page = await openPage(studio, { settings, engine, init: countUnreleased });
    const heaps = await watchHeaps(page);
    const painter = () => page.workers().find((worker) => /\/worker-/.test(worker.url()));
    const unreleased = () => /** @type {any} */ (globalThis).unreleased;
    if (onCard) page.on("worker", (worker) => void worker.evaluate(countBuffers));
    const report = async (/** @type {string} */ after) => {
      const { page: own, worker } = await heaps();
      const { renderer, GPU } = await processes(studio.browser);
      const sizes = [own.objects, worker?.objects, own.buffers + (worker?.buffers ?? 0), renderer, GPU];
      const { urls, bitmaps } = await page.evaluate(unreleased);
      const others = {
        bitmaps,
        workers: page.workers().length,
        ...(onCard && (await painter()?.evaluate(unreleased))),
      };
      const cells = [
        ...[engine, after],
        ...sizes.map((bytes) => (bytes ? (bytes / 1e6).toFixed(1) : "")),
        `${urls}, ${await page.locator("section[aria-labelledby=results-heading] .tile").count()}`,
        JSON.stringify(others),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    };
    await untilDone(page, () => paintWaves(page));
    await report("1 run");
    for (let run = 2; run <= runs; run++) {
      await untilDone(page, () => page.getByRole("button", { name: "Paint again" }).click());
      if (run % 5 === 0) await report(`${run} runs`);
    }
    const frames = page.getByRole("navigation", { name: "The course of the painting" }).getByRole("button");
    for (let branch = 1; branch <= branches; branch++) {
      await frames.first().click();
      await untilDone(page, () => page.getByRole("button", { name: "Go on from here" }).click());
      if (branch % 10 === 0) await report(`${branch} branches`);
    }
    await page.close();
  }
}
