/** What a page and its workers keep in memory, as Chromium's own tools count it after a garbage collection. */
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Heap
 * @property {number} objects Bytes of JavaScript objects and of what the browser has for them.
 * @property {number} buffers Bytes of array buffers; WebAssembly's memory is not among them where threads share it.
 *
 * @typedef {(method: string, parameters?: object) => Promise<any>} Send
 */

/**
 * @param {Send} send
 * @returns {Promise<Heap>}
 */
async function heapOf(send) {
  // Twice: finalizers run in between, and release what they hold.
  for (let i = 0; i < 2; i++) {
    await send("HeapProfiler.collectGarbage");
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await send("Runtime.getHeapUsage");
  return { objects: usedSize + embedderHeapUsedSize, buffers: backingStorageSize };
}

/**
 * A function that measures the page's heap and that of its worker that paints.
 *
 * @param {import("playwright-core").Page} page
 */
export async function watchHeaps(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {Send} */
  const send = (method, parameters) => session.send(/** @type {any} */ (method), /** @type {any} */ (parameters));
  /** The session of the worker that paints, while there is one. @type {string | undefined} */
  let worker;
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    if (/\/worker-/.test(targetInfo.url)) worker = sessionId;
  });
  session.on("Target.detachedFromTarget", ({ sessionId }) => {
    if (sessionId === worker) worker = undefined;
  });
  await send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  let last = 0;
  /** @type {Map<number, (answer: any) => void>} */
  const asked = new Map();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    asked.get(id)?.(result);
    asked.delete(id);
  });
  /** @type {Send} */
  const sendToWorker = async (method, params = {}) => {
    const id = ++last;
    const answer = new Promise((resolve) => asked.set(id, resolve));
    await send("Target.sendMessageToTarget", { sessionId: worker, message: JSON.stringify({ id, method, params }) });
    return answer;
  };
  return async () => ({ page: await heapOf(send), worker: worker ? await heapOf(sendToWorker) : undefined });
}

/**
 * Memory of the browser's processes that belongs to them alone, in bytes, by what they do; Linux only. WebAssembly's
 * memory is in the renderer's, that of WebGPU in software in the GPU's.
 *
 * @param {import("playwright-core").Browser} browser
 */
export async function processes(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  /** @type {Record<string, number>} */
  const bytes = {};
  for (const { type, id } of processInfo) bytes[type] = Math.max(bytes[type] ?? 0, privateBytes(id) ?? 0);
  return bytes;
}

/** @param {number} pid */
function privateBytes(pid) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const sizes = [...rollup.matchAll(/^Private_(?:Dirty|Clean):\s+(\d+)/gm)].map(([, kilobytes]) => Number(kilobytes));
    return 1024 * sizes.reduce((sum, size) => sum + size, 0);
  } catch {
    return undefined;
  }
}
