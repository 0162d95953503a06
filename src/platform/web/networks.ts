/**
 * Networks in the browser: pocket from the package, others from a file or an address that the page names, read once and
 * then kept in the browser's own cache. It refuses to know what a network is for.
 */
import { UserError } from "../../errors.ts";
import * as models from "../../models/index.ts";
import type { Network } from "../../transfer/stylizer.ts";
import { readWeights } from "../../weights/read.ts";
import { openSafetensors, writeSafetensors } from "../../weights/safetensors.ts";
import { type ByteSource, bytesOf, type FetchOptions, isAddress, nameOf, sha256 } from "./bytes.ts";

export type ModelName = keyof typeof models;

/** Where a network's weights are: for `vgg19`, Keras's `.h5`, torchvision's `.pth` or a `.safetensors`. */
export type NetworkSources = Partial<Readonly<Record<ModelName, ByteSource>>>;

/** The largest file of weights that is read. */
const LIMIT = 1e9;

/** Raised when what is kept can no longer be used as it is. */
const CACHE = "pastiche-weights-1";

/** What comes with the package; bundlers make an asset of it. Lies beside `src/` and `dist/`, three folders up. */
const bundled: NetworkSources = {
  pocket: new URL("../../../weights/pocket.safetensors", import.meta.url),
};

/**
 * The way to networks, for `createStylizer`. `auto` is vgg19 if its weights were named or kept before, else pocket. Errors:
 * `model`.
 */
export function networksFrom(sources: NetworkSources = {}, options: FetchOptions = {}) {
  return async (name: "auto" | ModelName): Promise<Network> => {
    const best = name === "auto" && (sources.vgg19 !== undefined || (await isKept("vgg19"))) ? "vgg19" : "pocket";
    return load(name === "auto" ? best : name, sources, options);
  };
}

/** The networks that are here without asking: pocket, and what was kept on earlier visits. */
export const loadNetwork = networksFrom();

/** Reads and checks a file of weights and keeps it for later visits; tells the digest of its numbers. */
export async function importWeights(name: ModelName, source: ByteSource, options: FetchOptions = {}): Promise<string> {
  return (await read(name, source, options)).digest;
}

/** Whether a network's weights were kept on an earlier visit. */
export async function isKept(name: ModelName): Promise<boolean> {
  return (await kept())?.match(keyOf(name)).then(Boolean) ?? false;
}

/** Forgets a network's weights; false if there were none. */
export async function removeWeights(name: ModelName): Promise<boolean> {
  return (await (await kept())?.delete(keyOf(name))) ?? false;
}

async function load(name: ModelName, sources: NetworkSources, options: FetchOptions): Promise<Network> {
  const source = sources[name];
  const own = bundled[name];
  if (source === undefined && own !== undefined) return network(name, await fetched(name, own, options), name);
  // A file that was just chosen is meant; an address is what was kept from it.
  if (source !== undefined && !isAddress(source)) return read(name, source, options);
  const answer = await (await kept())?.match(keyOf(name));
  if (answer) return network(name, new Uint8Array(await answer.arrayBuffer()), `the kept ${name}`);
  if (source !== undefined) return read(name, source, options);
  throw new UserError("model", `The weights of ${name} are not here; choose its file, or take pocket.`);
}

/** Another program's file: converted to ours, and kept if the browser lets us. */
async function read(name: ModelName, source: ByteSource, options: FetchOptions): Promise<Network> {
  const bytes = await fetched(name, source, options);
  const weights = await readWeights(bytes, models[name], nameOf(source, "The file"));
  const file = writeSafetensors(weights, { metadata: { format: "pastiche", backbone: name } });
  const cache = await kept();
  // A full disk is no reason to stop: without the cache, the file is asked for again.
  await cache?.put(keyOf(name), new Response(file)).catch(() => undefined);
  return { backbone: models[name], weights, digest: await digestOf(file) };
}

async function network(name: ModelName, bytes: Uint8Array<ArrayBuffer>, subject: string): Promise<Network> {
  const weights = await readWeights(bytes, models[name], subject, { convention: "pastiche" });
  return { backbone: models[name], weights, digest: await digestOf(bytes) };
}

/** SHA-256 of a safetensors file's numbers, as on Node. */
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

/** Keys of the cache must look like addresses; nothing is ever fetched from this one. */
function keyOf(name: ModelName): string {
  return `https://weights.invalid/${name}.safetensors`;
}
