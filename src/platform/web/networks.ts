/**
 * Networks in the browser: pocket from the package, others from a file or a URL that the page gives, converted once and
 * then kept in the browser's cache.
 */
import { UserError } from "../../errors.ts";
import * as models from "../../models/index.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { readWeights } from "../../weights/read.ts";
import { openSafetensors, writeSafetensors } from "../../weights/safetensors.ts";
import { type ByteSource, bytesOf, type FetchOptions, isAddress, nameOf, sha256 } from "./bytes.ts";

export type ModelName = keyof typeof models;

/** The sources of networks' weights; for `vgg19`: Keras's `.h5`, torchvision's `.pth` or a `.safetensors`. */
export type NetworkSources = Partial<Readonly<Record<ModelName, ByteSource>>>;

/** What else is said of a network while it is loaded. */
export interface NetworkNotes {
  /** Called with a sentence, such as which network `auto` chose. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** The largest weights file that is read. */
const LIMIT = 1e9;

/** To be changed when older cache entries can no longer be used. */
const CACHE = "pastiche-weights-1";

/** The weights in the package, of which bundlers make an asset: beside `src/` and `dist/`, three folders up. */
const bundled: NetworkSources = {
  pocket: new URL("../../../weights/pocket.safetensors", import.meta.url),
};

/**
 * A network loader for `createStylizer`. `auto` is vgg19 if its weights are given or cached, else pocket. Errors:
 * `model`.
 */
export function networksFrom(sources: NetworkSources = {}, { onNote, ...options }: FetchOptions & NetworkNotes = {}) {
  return async (name: "auto" | ModelName): Promise<Network> => {
    if (name !== "auto") return load(name, sources, options);
    const best = sources.vgg19 !== undefined || (await isKept("vgg19")) ? "vgg19" : "pocket";
    onNote?.(best === "vgg19" ? "The network is vgg19." : "The network is pocket; vgg19's weights are not here.");
    return load(best, sources, options);
  };
}

/** Loads pocket, and networks cached on earlier visits. */
export const loadNetwork = networksFrom();

/** Reads, checks and caches a weights file; resolves to the digest of its tensors. */
export async function importWeights(name: ModelName, source: ByteSource, options: FetchOptions = {}): Promise<string> {
  return (await read(name, source, options)).digest;
}

/** Whether a network's weights are cached. */
export async function isKept(name: ModelName): Promise<boolean> {
  return (await kept())?.match(keyOf(name)).then(Boolean) ?? false;
}

/** Removes a network's weights from the cache; false if there were none. */
export async function removeWeights(name: ModelName): Promise<boolean> {
  return (await (await kept())?.delete(keyOf(name))) ?? false;
}

async function load(name: ModelName, sources: NetworkSources, options: FetchOptions): Promise<Network> {
  const source = sources[name];
  const own = bundled[name];
  if (source === undefined && own !== undefined) return network(name, await fetched(name, own, options), name);
  // A `File` was just chosen, so it takes precedence over the cache; a URL was cached before.
  if (source !== undefined && !isAddress(source)) return read(name, source, options);
  const answer = await (await kept())?.match(keyOf(name));
  if (answer) return network(name, new Uint8Array(await answer.arrayBuffer()), `the cached ${name}`);
  if (source !== undefined) return read(name, source, options);
  throw new UserError("model", `The weights of ${name} are not available; give its file, or use pocket.`);
}

/** Another program's file: converted, and cached if the browser allows. */
async function read(name: ModelName, source: ByteSource, options: FetchOptions): Promise<Network> {
  const bytes = await fetched(name, source, options);
  const weights = await readWeights(bytes, models[name], nameOf(source, "The file"));
  const file = writeSafetensors(weights, { metadata: { format: "pastiche", backbone: name } });
  const cache = await kept();
  // Without space in the cache the file is read again next time.
  await cache?.put(keyOf(name), new Response(file)).catch(() => undefined);
  return { backbone: models[name], weights, digest: await digestOf(file) };
}

async function network(name: ModelName, bytes: Uint8Array<ArrayBuffer>, subject: string): Promise<Network> {
  const weights = await readWeights(bytes, models[name], subject, { convention: "pastiche" });
  return { backbone: models[name], weights, digest: await digestOf(bytes) };
}

/** SHA-256 of a safetensors file's data, as in Node. */
function digestOf(file: Uint8Array<ArrayBuffer>): Promise<string> {
  return sha256(file.subarray(openSafetensors(file).dataOffset));
}

function fetched(name: ModelName, source: ByteSource, options: FetchOptions) {
  const subject = nameOf(source, `the weights of ${name}`);
  return bytesOf(source, { ...options, name: subject, code: "model", limit: LIMIT });
}

/** The cache, on pages that may have one. */
async function kept(): Promise<Cache | undefined> {
  return globalThis.caches?.open(CACHE).catch(() => undefined);
}

/** Cache keys must be URLs; nothing is ever fetched from this one. */
function keyOf(name: ModelName): string {
  return `https://weights.invalid/${name}.safetensors`;
}
