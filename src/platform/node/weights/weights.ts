/**
 * Network weights on this machine: found in the package, our cache, or the caches of Keras and PyTorch; converted once;
 * imported, verified and removed.
 */
import { createHash } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../errors.ts";
import type { Backbone } from "../../../models/backbone.ts";
import { type Manifest, manifestOf, type WeightsFile } from "../../../weights/manifest.ts";
import { type ReadWeightsOptions, readWeights } from "../../../weights/read.ts";
import { openSafetensors } from "../../../weights/safetensors.ts";
import type { Weights } from "../../../weights/weights.ts";
import type { LoadedWeights, WeightsOrigin } from "../../weights.ts";
import { foreignFolder } from "../cache-folder.ts";
import { inMessage } from "../files/paths.ts";
import { shortage } from "../files/shortage.ts";
import { cachedWeights, cachePath, digestOf, storeWeights, weightsDigest, withCacheLock } from "./cache.ts";

/** Larger than any supported network; files are read into memory at once. */
const importLimit = 2 ** 30;

const none: Manifest = { files: [], licence: "unknown", credit: "unknown" };

/** Options that tests replace. */
export interface WeightsOptions {
  /** The sources of the weights; default the backbone's entry in `weights/manifest.ts`. */
  readonly manifest?: Manifest | undefined;
}

/** Weights found on this machine, not read yet. */
export interface FoundWeights {
  readonly origin: WeightsOrigin;
  readonly path: string;
  /** The manifest's entry, for a file in another program's cache. */
  readonly file?: WeightsFile;
}

/**
 * Finds a backbone's weights: in the package, in our cache, or (with the right size) in Keras's or PyTorch's; undefined
 * if nowhere. Checks names and sizes only.
 */
export async function findWeights(
  backbone: Backbone,
  { manifest = manifestOf(backbone.name) ?? none }: WeightsOptions = {},
): Promise<FoundWeights | undefined> {
  const size = async (path: string) => (await stat(path).catch(() => undefined))?.size;
  const cached = cachePath(backbone.name);
  if ((await size(cached)) !== undefined) return { origin: "cache", path: cached };
  if (manifest.bundled !== undefined) return { origin: "package", path: bundledPath(manifest.bundled) };
  for (const file of manifest.files) {
    const path = join(foreignFolder(file.program), file.name);
    if ((await size(path)) === file.bytes) return { origin: file.program, path, file };
  }
  return undefined;
}

/**
 * Loads a backbone's weights from where `findWeights` finds them. A file of Keras or PyTorch is verified against its
 * published digest and converted into our cache, once. Throws a `UserError` `model` if there are none or they are
 * damaged.
 */
export async function loadWeights(backbone: Backbone, options: WeightsOptions = {}): Promise<LoadedWeights> {
  const found = await findWeights(backbone, options);
  if (found === undefined) {
    throw new UserError(
      "model",
      `The weights of ${backbone.name} are not on this machine. Get them with \`pastiche models pull ${backbone.name}\`, ` +
        `or, if you have the file, with \`pastiche models import FILE --model ${backbone.name}\`.`,
    );
  }
  const { origin, path, file } = found;
  if (file !== undefined) {
    const bytes = await readFile(path);
    const original = checkDigest(bytes, file, inMessage(path));
    const weights = await readWeights(bytes, backbone, inMessage(path));
    const stored = await withCacheLock(backbone.name, () =>
      storeWeights(backbone, weights, { source: file.name, original }),
    ).catch((error) => {
      if (error instanceof UserError && error.code === "file") return undefined; // a full or read-only disk: continue without the cache
      throw error;
    });
    return { weights, origin, source: file.name, digest: stored?.digest ?? weightsDigest(weights) };
  }
  if (origin === "cache") {
    const cached = await cachedWeights(backbone);
    if (cached !== undefined) return { weights: cached.weights, origin, source: cached.source, digest: cached.digest };
  }
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      "model",
      `${inMessage(path)}, a part of this package, is missing (${error.code}); reinstall it.`,
    );
  });
  const weights = await readWeights(bytes, backbone, inMessage(path), { convention: "pastiche" });
  return { weights, origin, source: basename(path), digest: digestOf(bytes, openSafetensors(bytes).dataOffset) };
}

/**
 * The digest of a backbone's weights, after the cache's copy was read in full and compared with its record. Errors as of
 * `loadWeights`.
 */
export async function verifyWeights(backbone: Backbone): Promise<{ readonly digest: string }> {
  return (await cachedWeights(backbone, { verify: true })) ?? (await loadWeights(backbone));
}

/**
 * Imports the user's weights file (`.h5`, `.pth` or `.safetensors`), replacing the cache entry. `official` names the
 * published file that it equals, if any. Throws a `UserError` if the file does not fit.
 */
export async function importWeights(
  path: string,
  backbone: Backbone,
  { manifest = manifestOf(backbone.name) ?? none, convention, onConvention }: WeightsOptions & ReadWeightsOptions = {},
): Promise<{ path: string; digest: string; official?: string }> {
  const subject = inMessage(path);
  const bytes = await readUserFile(path);
  const weights = await readWeights(bytes, backbone, subject, { convention, onConvention });
  const match = manifest.files.find((file) => bytes.length === file.bytes && matches(bytes, file));
  const original = match ? `${match.digest.algorithm}:${match.digest.hex}` : `sha256:${hexOf(bytes, "sha256")}`;
  const stored = await withCacheLock(backbone.name, () =>
    storeWeights(backbone, weights, { source: basename(path), original }),
  );
  return match ? { ...stored, official: match.name } : stored;
}

/** The weights of a backbone in the user's file, which stays where it is. Errors as of `readWeights`. */
export async function readWeightsFile(path: string, backbone: Backbone): Promise<Weights> {
  return readWeights(await readUserFile(path), backbone, inMessage(path));
}

/** Removes a backbone's weights from our cache, with any partial download; false if there was nothing. */
export async function removeWeights(backbone: Backbone): Promise<boolean> {
  return withCacheLock(backbone.name, async () => {
    const path = cachePath(backbone.name);
    const there = (await stat(path).catch(() => undefined)) !== undefined;
    for (const name of [path, partPath(backbone), `${partPath(backbone)}.json`]) await rm(name, { force: true });
    return there;
  });
}

/** The partial download of the backbone's original file. */
export function partPath(backbone: Backbone): string {
  return cachePath(backbone.name).replace(/safetensors$/, "part");
}

/** Throws a `UserError` unless `bytes` are the published file; returns its digest as recorded in the cache. */
export function checkDigest(bytes: Uint8Array, file: WeightsFile, subject: string): string {
  const { algorithm, hex } = file.digest;
  if (!matches(bytes, file)) {
    throw new UserError(
      "model",
      `${subject} is not the published ${file.name} (expected ${algorithm} ${hex}, got ${hexOf(bytes, algorithm)}), ` +
        "so it was not used; remove it if it is yours.",
    );
  }
  return `${algorithm}:${hex}`;
}

function matches(bytes: Uint8Array, { digest }: WeightsFile): boolean {
  return hexOf(bytes, digest.algorithm) === digest.hex;
}

function hexOf(bytes: Uint8Array, algorithm: "md5" | "sha256"): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** The file in the package, wherever in it this code is. */
function bundledPath(name: string): string {
  return fileURLToPath(new URL(`weights/${name}`, import.meta.resolve("pastiche/package.json")));
}

async function readUserFile(path: string): Promise<Uint8Array> {
  const refuse = (reason: string) => new UserError("model", `${inMessage(path)} cannot be used: ${reason}.`);
  try {
    const { size, isFile } = await stat(path).then((info) => ({ size: info.size, isFile: info.isFile() }));
    if (!isFile) throw refuse("it is not a file; give a .h5, .pth or .safetensors file");
    if (size > importLimit) throw refuse(`it is ${size} bytes long; at most ${importLimit} are read`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const short = shortage(error, `${inMessage(path)} cannot be used`);
    if (short) throw short;
    throw refuse(code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`);
  }
}
