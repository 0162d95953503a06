/** The stylizer of a browser: its runtimes, networks and decoders bound to the core. */
import { type ErrorCode, UserError } from "../errors.ts";
import { type ByteSource, bytesOf, type FetchOptions, nameOf } from "../platform/web/bytes.ts";
import { cachedMeasurement } from "../platform/web/measurement-cache.ts";
import { type NetworkNotes, type NetworkSources, networksFrom } from "../platform/web/networks.ts";
import { fromBitmap, fromImageData, readPicture } from "../platform/web/pictures.ts";
import { openRuntime } from "../platform/web/runtimes.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import type { WebRuntimeOptions } from "../runtimes/web-ort.ts";
import { checkpointIn } from "../transfer/checkpoint/checkpoint.ts";
import { oneShot } from "../transfer/create.ts";
import type { GivenJob, SourceReader } from "../transfer/job.ts";
import { checkOptions, givenRuntime, webOptions } from "../transfer/options.ts";
import { eightBitsGain } from "../transfer/precision/gain.ts";
import type { StylizeOptions } from "../transfer/stylize.ts";
import { type Stylize, type Stylizer, stylizerOn } from "../transfer/stylizer.ts";
import { readWeights } from "../weights/read.ts";

/** What a picture may come from: a file, an address, bytes, or pixels as canvases have them. */
export type PictureSource = ByteSource | ImageData | ImageBitmap;

/** A job whose pictures are images, what `readPicture` returned, or what they may come from. */
export type WebJob = GivenJob<PictureSource>;

/** A stylizer that reads the pictures of its jobs. */
export type WebStylizer = Stylizer<PictureSource>;

/** What a job runs on, and where its network comes from. */
export interface MachineOptions extends WebRuntimeOptions, Pick<FetchOptions, "onProgress">, NetworkNotes {
  /** `auto` (default: a graphics card if one works here, else the processor), `webgpu`, `wasm`, or one of the caller's own. */
  readonly runtime?: string | Runtime | undefined;
  /** Files or addresses of weights: `{ vgg19: file }`. Read once, then stored by the browser. */
  readonly weights?: NetworkSources | undefined;
  /** Bytes that a job may take: it works in tiles where it must. By default what WASM can address, less some to spare. */
  readonly memory?: number | undefined;
  /** Whether steps in eight bits gain here, where `precision` is `auto`. By default measured, once for each browser. */
  readonly eightBits?: boolean | undefined;
}

/** WASM addresses 4 GiB. */
const WASM_MEMORY = 3.2e9;

/**
 * A stylizer in this browser, for many jobs: networks and compiled programs stay in memory until `dispose`. `onProgress`
 * is told of downloads of weights.
 *
 * @example
 * ```ts
 * const stylizer = await createStylizer({ runtime: "wasm", weights: { vgg19: fileInput.files[0] } });
 * for (const style of paintings) for await (const event of stylizer.stylize({ content, style })) show(event);
 * await stylizer.dispose();
 * ```
 */
export async function createStylizer(options: MachineOptions = {}): Promise<WebStylizer> {
  return (await opened(options)).stylizer;
}

/** A stylizer, and what takes a second before its first job in a browser, to be done before there is one. */
export async function opened(
  options: MachineOptions,
): Promise<{ readonly stylizer: WebStylizer; prepare(): Promise<void> }> {
  checkOptions(options, webOptions);
  const { runtime: name = "auto", weights, onProgress, onNote, memory, eightBits, ...rest } = options;
  const runtime = givenRuntime(options) ?? (await openRuntime(name as string, rest));
  const limit = memory ?? (runtime.name === "wasm" ? WASM_MEMORY : undefined);
  const software = `ONNX Runtime ${runtime.version}, ${runtime.description}`;
  let measuring: Promise<boolean> | undefined;
  const measured = () => {
    measuring ??= cachedMeasurement("steps in eight bits", software, () => eightBitsGain(runtime)).finally(() => {
      measuring = undefined;
    });
    return measuring;
  };
  const stylizer = stylizerOn({
    runtime,
    loadNetwork: networksFrom(weights, { onProgress, onNote }),
    gains: async () => eightBits ?? measured(),
    memory: () => limit,
    sources,
  });
  return {
    stylizer,
    async prepare() {
      if (runtime.name === "wasm" && eightBits === undefined) await measured();
    },
  };
}

/**
 * Repaints `job.content` in the style of `job.style`. Await it for the result, or iterate it for the events; errors are
 * `UserError`s. See `createStylizer` for many jobs in a row, and `createWorkerStylizer` for pages that stay responsive.
 */
export const stylize: Stylize<PictureSource, StylizeOptions & MachineOptions> = oneShot(createStylizer, webOptions);

const sources: SourceReader<PictureSource> = {
  isSource: (value): value is PictureSource => isPixels(value) || isBytes(value),
  async checkpoint(source) {
    const name = nameOfFile(source, "The checkpoint");
    return checkpointIn(await fileOf(source, name, "file"), name);
  },
  async weights(source, backbone) {
    const name = nameOfFile(source, `The file of ${backbone.name}`);
    return readWeights(await fileOf(source, name, "model"), backbone, name);
  },
  async read(source, { longSide }) {
    if (!isPixels(source)) return readPicture(source, { longSide });
    return source instanceof ImageData ? fromImageData(source, longSide) : fromBitmap(source, longSide);
  },
};

function nameOfFile(source: PictureSource, otherwise: string): string {
  return isPixels(source) ? otherwise : nameOf(source, otherwise);
}

/** The largest checkpoint or weights file that is read. */
const LIMIT = 1e9;

function fileOf(source: PictureSource, name: string, code: ErrorCode): Promise<Uint8Array<ArrayBuffer>> {
  if (isPixels(source)) throw new UserError("usage", `${name}: expected a file or its bytes, got pixels.`);
  return bytesOf(source, { name, code, limit: LIMIT });
}

function isPixels(value: unknown): value is ImageData | ImageBitmap {
  return value instanceof ImageData || value instanceof ImageBitmap;
}

function isBytes(value: unknown): value is ByteSource {
  const bytes = value instanceof Uint8Array || value instanceof ArrayBuffer;
  return typeof value === "string" || bytes || value instanceof URL || value instanceof Blob;
}
