/**
 * The entry point for Node: all of `pastiche` with files, codecs, caches and the runtimes of this machine.
 *
 * @example
 * ```ts
 * import { stylize, writePicture } from "pastiche/node";
 *
 * const { image } = await stylize({ content: "photo.jpg", style: "painting.jpg", settings: { size: 512 } });
 * await writePicture("pastiche.png", { image });
 * ```
 */
import { fileURLToPath } from "node:url";
import { readCheckpoint } from "./platform/node/files/checkpoint-slots.ts";
import { cachedMeasurement } from "./platform/node/measurement-cache.ts";
import { memoryToTake, peakSoFar } from "./platform/node/memory.ts";
import { readPicture } from "./platform/node/pictures/read.ts";
import { openRuntime } from "./platform/node/runtimes.ts";
import { loadNetwork, type NetworkOptions } from "./platform/node/weights/networks.ts";
import { readWeightsFile } from "./platform/node/weights/weights.ts";
import type { Runtime, RuntimeOptions } from "./runtimes/runtime.ts";
import { checkpointIn } from "./transfer/checkpoint/checkpoint.ts";
import { oneShot } from "./transfer/create.ts";
import type { GivenJob, SourceReader } from "./transfer/job.ts";
import { checkOptions, givenRuntime, machineOptions } from "./transfer/options.ts";
import { eightBitsGain } from "./transfer/precision/gain.ts";
import type { StylizeOptions } from "./transfer/stylize.ts";
import { type Stylize, type Stylizer, stylizerOn } from "./transfer/stylizer.ts";
import { readWeights } from "./weights/read.ts";

export * from "./index.ts";
export { cacheFolder } from "./platform/node/cache-folder.ts";
export { nodeFiles } from "./platform/node/job-files.ts";
export { memoryToTake } from "./platform/node/memory.ts";
export { type ReadOptions, readPicture } from "./platform/node/pictures/read.ts";
export { encodePicture, writePicture } from "./platform/node/pictures/write.ts";
export { checkRuntimeName, openRuntime, processors, runtimes } from "./platform/node/runtimes.ts";
export { loadNetwork } from "./platform/node/weights/networks.ts";
export { type PullOptions, pullWeights } from "./platform/node/weights/pull.ts";
export {
  findWeights,
  importWeights,
  loadWeights,
  removeWeights,
  verifyWeights,
} from "./platform/node/weights/weights.ts";
export { readPictureText } from "./platform/pictures/text.ts";
export type { Drawing, EncodeOptions, Picture } from "./platform/pictures.ts";

/** Where a picture, a checkpoint or weights may come from: a path or a `file:` address, bytes, or a `File` or other `Blob`. */
export type PictureSource = string | URL | Uint8Array | ArrayBuffer | Blob;

/** A job whose pictures are images, what `readPicture` returned, or what it is to read. */
export type NodeJob = GivenJob<PictureSource>;

/** A stylizer that reads the pictures of its jobs. */
export type NodeStylizer = Stylizer<PictureSource>;

/** What a job runs on. */
export interface MachineOptions extends RuntimeOptions, NetworkOptions {
  /** `auto` (default: the fastest that works here), `cpu`, `webgpu`, `cuda`, or a runtime of the caller's own. */
  readonly runtime?: string | Runtime | undefined;
  /** Bytes that a job may take: it works in tiles where it must. By default what this machine has to spare. */
  readonly memory?: number | undefined;
  /** Whether steps in eight bits gain here, where `precision` is `auto`. By default measured, once. */
  readonly eightBits?: boolean | undefined;
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
export async function createStylizer(given: MachineOptions = {}): Promise<NodeStylizer> {
  checkOptions(given, machineOptions);
  const { runtime: name = "auto", memory, onNote, eightBits, ...options } = given;
  const runtime = givenRuntime(given) ?? (await openRuntime(name as string, options));
  const software = `ONNX Runtime ${runtime.version}, ${runtime.description}`;
  return stylizerOn({
    runtime,
    loadNetwork: (name) => loadNetwork(name, { onNote }),
    gains: async () =>
      eightBits ?? cachedMeasurement("steps in eight bits", software, () => eightBitsGain(runtime), onNote),
    // The free memory of a graphics card is unknown.
    memory: () => memory ?? (runtime.name === "cpu" ? memoryToTake() : undefined),
    sources: reader(memory),
    peakSoFar,
  });
}

/**
 * Repaints `job.content` in the style of `job.style`. Await it for the result, or iterate it for the events; errors are
 * `UserError`s. See `createStylizer` for many jobs in a row.
 *
 * @example
 * ```ts
 * const { image } = await stylize({ content: "photo.jpg", style: "painting.jpg" });
 * ```
 */
export const stylize: Stylize<PictureSource, StylizeOptions & MachineOptions> = oneShot(createStylizer, machineOptions);

/** Reads what a job is given as files; pictures within so many bytes. */
function reader(memory: number | undefined): SourceReader<PictureSource> {
  return {
    isSource,
    read: async (source, how) => readPicture(await pathOrBytes(source), { ...how, memory, ...named(source) }),
    async checkpoint(source) {
      const at = await pathOrBytes(source);
      if (typeof at === "string") return (await readCheckpoint(at)).checkpoint;
      return checkpointIn(at, named(source).name);
    },
    async weights(source, backbone) {
      const at = await pathOrBytes(source);
      if (typeof at === "string") return readWeightsFile(at, backbone);
      return readWeights(at, backbone, named(source).name);
    },
  };
}

function isSource(value: unknown): value is PictureSource {
  const bytes = value instanceof Uint8Array || value instanceof ArrayBuffer;
  return typeof value === "string" || bytes || value instanceof URL || value instanceof Blob;
}

async function pathOrBytes(source: PictureSource): Promise<string | Uint8Array> {
  if (typeof source === "string" || source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  // Other addresses are refused by name, as typed ones are.
  return source.protocol === "file:" ? fileURLToPath(source) : source.href;
}

function named(source: PictureSource): { name?: string } {
  return source instanceof Blob && "name" in source ? { name: String(source.name) } : {};
}
