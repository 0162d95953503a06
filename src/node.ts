/**
 * The public door with the Node platform bound: files, codecs, caches and the runtimes of this machine.
 *
 * @example
 * ```ts
 * import { readPicture, stylize, writePicture } from "pastiche/node";
 *
 * const content = await readPicture("photo.jpg");
 * const style = await readPicture("painting.jpg");
 * for await (const event of stylize({ content: content.image, style: style.image, settings: { size: 512 } })) {
 *   if (event.type === "done") await writePicture("pastiche.png", { image: event.image });
 * }
 * ```
 */
import type { Image } from "./image/image.ts";
import { memoryToTake } from "./platform/node/memory.ts";
import { loadNetwork, type NetworkOptions } from "./platform/node/networks.ts";
import { remembered } from "./platform/node/remembered.ts";
import { openRuntime } from "./platform/node/runtimes.ts";
import type { RuntimeOptions } from "./runtimes/runtime.ts";
import type { StylizeEvent } from "./transfer/events.ts";
import { eightBitsGain } from "./transfer/gain.ts";
import type { StylizeOptions } from "./transfer/stylize.ts";
import { createStylizer as create, type Job, type Stylizer } from "./transfer/stylizer.ts";

export * from "./index.ts";
export { loadNetwork } from "./platform/node/networks.ts";
export { type ReadOptions, readPicture } from "./platform/node/pictures.ts";
export { encodePicture, writePicture } from "./platform/node/pictures-write.ts";
export { openRuntime, runtimes } from "./platform/node/runtimes.ts";
export { findWeights, importWeights, loadWeights, removeWeights } from "./platform/node/weights.ts";
export { type PullOptions, pullWeights } from "./platform/node/weights-pull.ts";
export type { Drawing, EncodeOptions, Picture } from "./platform/pictures.ts";
export { readPictureText } from "./platform/pictures-text.ts";

/** What a job runs on. */
export interface MachineOptions extends RuntimeOptions, NetworkOptions {
  /** `auto` (default: the fastest that works here), `cpu`, `webgpu` or `cuda`. */
  readonly runtime?: string | undefined;
  /** Bytes that a job may take: it works in tiles where it must. By default what this machine has to spare. */
  readonly memory?: number | undefined;
}

/**
 * A stylizer on this machine, for many jobs: networks and compiled programs stay in memory until `dispose`.
 *
 * @example
 * ```ts
 * const stylizer = await createStylizer({ threads: 2 });
 * for (const style of paintings) for await (const event of stylizer.stylize({ content, style })) show(event);
 * await stylizer.dispose();
 * ```
 */
export async function createStylizer({
  runtime: name = "auto",
  memory,
  onNote,
  ...options
}: MachineOptions = {}): Promise<Stylizer> {
  const runtime = await openRuntime(name, options);
  const software = `ONNX Runtime ${runtime.version}, ${runtime.description}`;
  return create({
    runtime,
    loadNetwork: (name) => loadNetwork(name, { onNote }),
    gains: () => remembered("steps in eight bits", software, () => eightBitsGain(runtime), onNote),
    // Nobody tells how much memory a graphics card has left.
    memory: () => memory ?? (runtime.name === "cpu" ? memoryToTake() : undefined),
  });
}

/**
 * Repaints `job.content` in the style of `job.style`. Events tell the course; the `done` event, and the generator's
 * return value, hold the result. Errors are `UserError`s; `signal` stops within one step. See `createStylizer` for many
 * jobs in a row.
 */
export async function* stylize(
  job: Job,
  options: StylizeOptions & MachineOptions = {},
): AsyncGenerator<StylizeEvent, Image> {
  const { runtime, threads, memory, onNote, ...rest } = options;
  const stylizer = await createStylizer({ runtime, memory, onNote, ...(threads && { threads }) });
  try {
    return yield* stylizer.stylize(job, rest);
  } finally {
    await stylizer.dispose();
  }
}
