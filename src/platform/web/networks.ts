/**
 * Networks in the browser: pocket and slim from the package, others from a file or a URL that the page gives, converted once and
 * then stored in the browser's cache.
 */
import { UserError } from "../../errors.ts";
import * as models from "../../models/index.ts";
import { type ModelName, packaged } from "../../models/named.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { readWeights } from "../../weights/read.ts";
import { openSafetensors, writeSafetensors } from "../../weights/safetensors.ts";
import { weightTensors } from "../../weights/weights.ts";
import { browserCache, requestPersistence } from "./browser-cache.ts";
import { type ByteSource, bytesOf, type FetchOptions, isAddress, nameOf, sha256 } from "./bytes.ts";

/** The sources of networks' weights; for `vgg19`: Keras's `.h5`, torchvision's `.pth` or a `.safetensors`. */
export type NetworkSources = Partial<Readonly<Record<ModelName, ByteSource>>>;

/** What else is said of a network while it is loaded. */
export interface NetworkNotes {
  /** Called with a sentence: which network `auto` chose, or that weights cannot be stored. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** The largest weights file that is read. */
const LIMIT = 1e9;

/** By name of the network. */
const cache = browserCache("pastiche-weights-1");

/** The weights in the package, of which bundlers make an asset: beside `src/` and `dist/`, three folders up. */
const bundled: NetworkSources = {
  pocket: new URL("../../../weights/pocket.safetensors", import.meta.url),
  slim: new URL("../../../weights/slim.safetensors", import.meta.url),
};

/**
 * A network loader for `createStylizer`. `auto` is vgg19 if its weights are given or cached, else pocket. Errors:
 * `model`.
 */
export function networksFrom(sources: NetworkSources = {}, { onNote, ...options }: FetchOptions & NetworkNotes = {}) {
  return async (name: string): Promise<Network> => {
    const all = { ...options, onNote };
    if (name !== "auto") return load(name as ModelName, sources, all);
    const best = sources.vgg19 !== undefined || (await isCached("vgg19")) ? "vgg19" : packaged.web;
    onNote?.(best === "vgg19" ? "The network is vgg19." : `The network is ${best}; vgg19's weights are not here.`);
    return load(best, sources, all);
  };
}

/** Loads the package's networks, and those cached on earlier visits. */
export const loadNetwork = networksFrom();

/**
 * Reads, checks and caches a weights file; resolves to the digest of its tensors. On a page the browser is asked not to
 * clear it when space runs short; where there is no room for it, `onNote` is called.
 */
export async function importWeights(
  name: ModelName,
  source: ByteSource,
  options: FetchOptions & NetworkNotes = {},
): Promise<string> {
  return (await read(name, source, options)).digest;
}

/** A network's weights in the browser's cache. */
export interface CachedWeights {
  readonly name: ModelName;
  readonly bytes: number;
}

/** The weights that are cached; `removeWeights` removes them. */
export async function cachedWeights(): Promise<CachedWeights[]> {
  const names = (await cache.names()).filter((name): name is ModelName => Object.hasOwn(models, name));
  const sizes = names.map(async (name) => ({ name, bytes: (await (await cache.get(name))?.blob())?.size ?? 0 }));
  return Promise.all(sizes);
}

/** Whether a network's weights are cached. */
export async function isCached(name: ModelName): Promise<boolean> {
  return (await cache.get(name)) !== undefined;
}

/** Removes a network's weights from the cache; false if there were none. */
export function removeWeights(name: ModelName): Promise<boolean> {
  return cache.remove(name);
}

async function load(name: ModelName, sources: NetworkSources, options: FetchOptions & NetworkNotes): Promise<Network> {
  const source = sources[name];
  const own = bundled[name];
  if (source === undefined && own !== undefined) return network(name, await fetched(name, own, options), name);
  // A `File` was just chosen, so it takes precedence over the cache; a URL was cached before.
  if (source !== undefined && !isAddress(source)) return read(name, source, options);
  const answer = await cache.get(name);
  if (answer) return network(name, new Uint8Array(await answer.arrayBuffer()), `the cached ${name}`);
  if (source !== undefined) return read(name, source, options);
  throw new UserError("model", `The weights of ${name} are not available; give its file, or use slim or pocket.`);
}

/** Another program's file: converted, and cached if the browser allows. */
async function read(name: ModelName, source: ByteSource, options: FetchOptions & NetworkNotes): Promise<Network> {
  const bytes = await fetched(name, source, options);
  const weights = await readWeights(bytes, models[name], nameOf(source, "The file"));
  const file = writeSafetensors(weightTensors(weights), { metadata: { format: "pastiche", backbone: name } });
  void requestPersistence(); // Some browsers ask the user: nothing waits for the answer.
  if (!(await cache.put(name, file)))
    options.onNote?.(`This browser does not keep the weights of ${name}: the file is needed again on the next visit.`);
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
