/** What `bench/browser.mjs` measures, on the page: a whole job in a worker, and what a step asks of a GPU. */
import { createStylizer, createWorkerStylizer, fromBitmap } from "../../dist/web.js";

/** @typedef {import("../../dist/web.js").SettingsInput} SettingsInput */

/** @param {string} address */
async function picture(address) {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob());
  return fromBitmap(bitmap).image;
}

const [content, style] = [await picture("/examples/cat.jpg"), await picture("/examples/starry.jpg")];

/** What was asked of the GPU since the last reset. */
const asked = { dispatches: 0, submits: 0, uploads: 0, uploaded: 0, reads: 0, read: 0 };

/** `GPUMapMode.READ` and `GPUBufferUsage.MAP_READ`. */
const READ = 1;

if ("GPUQueue" in globalThis) {
  const { submit, writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (commands) {
    asked.submits++;
    return submit.call(this, commands);
  };
  GPUQueue.prototype.writeBuffer = function (...given) {
    const [, , data, , size] = given;
    asked.uploads++;
    asked.uploaded += size ?? data.byteLength;
    return writeBuffer.apply(this, given);
  };
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...given) {
    asked.dispatches++;
    return dispatchWorkgroups.apply(this, given);
  };
  const { mapAsync, getMappedRange } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...given) {
    if (given[0] === READ) {
      asked.reads++;
      asked.read += given[2] ?? this.size;
    }
    return mapAsync.apply(this, given);
  };
  // Buffers that are mapped when they are made are filled by the page.
  GPUBuffer.prototype.getMappedRange = function (...given) {
    const range = getMappedRange.apply(this, given);
    if (!(this.usage & READ)) {
      asked.uploads++;
      asked.uploaded += range.byteLength;
    }
    return range;
  };
}

const page = {
  /**
   * A whole job in a worker: milliseconds until it is ready, until the job starts, until its first step, of every step,
   * and until its result.
   *
   * @param {string} runtime
   * @param {number} threads
   * @param {SettingsInput} settings
   * @param {number | undefined} previewEvery
   */
  async job(runtime, threads, settings, previewEvery) {
    const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    const begun = performance.now();
    const since = () => performance.now() - begun;
    const stylizer = await createWorkerStylizer(worker, { runtime, threads });
    const ready = since();
    /** @type {{ level: number, ms: number }[]} */
    const steps = [];
    let [start, first, last, description, precision] = [0, 0, 0, "", ""];
    for await (const event of stylizer.stylize({ content, style, settings }, { previewEvery })) {
      if (event.type === "start") {
        start = since();
        ({ runtime: description, precision } = event);
      }
      if (event.type === "step") {
        const now = since();
        if (steps.length === 0) first = now;
        steps.push({ level: event.level, ms: now - last });
      }
      last = since();
    }
    const total = since();
    await stylizer.dispose();
    worker.terminate();
    return { description, precision, ready, start, first, steps, total };
  },

  /**
   * What each step of a short job on WebGPU asks of the GPU.
   *
   * @param {SettingsInput} settings
   */
  async counts(settings) {
    const stylizer = await createStylizer({ runtime: "webgpu" });
    const each = [];
    for await (const event of stylizer.stylize({ content, style, settings })) {
      if (event.type === "step") each.push({ ...asked });
      Object.assign(asked, { dispatches: 0, submits: 0, uploads: 0, uploaded: 0, reads: 0, read: 0 });
    }
    await stylizer.dispose();
    return each;
  },
};

/** @typedef {typeof page} Page */

Object.assign(globalThis, { page });
