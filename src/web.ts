/**
 * The entry point for browsers: all of `pastiche` with their decoders, caches and two runtimes. On a page, compute in a
 * worker: with WebAssembly a step keeps its thread busy.
 *
 * @example
 * ```ts
 * import { createWorkerStylizer, encodePicture } from "pastiche/web";
 *
 * const worker = new Worker(new URL("pastiche/worker", import.meta.url), { type: "module" });
 * const stylizer = await createWorkerStylizer(worker);
 * const run = stylizer.stylize({ content: photoInput.files[0], style: "paintings/starry.jpg" });
 * for await (const event of run) if (event.type === "step") progress.value = event.progress;
 * const { image } = await run;
 * img.src = URL.createObjectURL(await encodePicture("png", { image }));
 * ```
 */
export * from "./index.ts";
export { withDensity } from "./platform/pictures/density.ts";
export { readPictureText } from "./platform/pictures/text.ts";
export type { Drawing, EncodeOptions, OutputFormat, Picture } from "./platform/pictures.ts";
export { requestPersistence } from "./platform/web/browser-cache.ts";
export type { ByteSource, FetchOptions } from "./platform/web/bytes.ts";
export {
  type CachedWeights,
  cachedWeights,
  importWeights,
  isCached,
  loadNetwork,
  type NetworkSources,
  networksFrom,
  removeWeights,
} from "./platform/web/networks.ts";
export {
  encodePicture,
  fromBitmap,
  fromImageData,
  inspectPicture,
  type PictureFacts,
  type ReadOptions,
  readPicture,
  toImageData,
} from "./platform/web/pictures.ts";
export { openRuntime, runtimes } from "./platform/web/runtimes.ts";
export type { WebRuntimeChoice, WebRuntimeOptions } from "./runtimes/web-ort.ts";
export {
  createStylizer,
  type MachineOptions,
  type PictureSource,
  stylize,
  type WebJob,
  type WebStylizer,
} from "./web/stylizer.ts";
export {
  createWorkerStylizer,
  type WorkerStylizeOptions,
  type WorkerStylizer,
  type WorkerStylizerOptions,
} from "./web/worker-client.ts";
