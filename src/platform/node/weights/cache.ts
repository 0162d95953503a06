/**
 * The cache of converted weights: one safetensors file per backbone in `models/`, with its origin and a digest of its
 * tensors.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../errors.ts";
import type { Backbone } from "../../../models/backbone.ts";
import { encodeFloats } from "../../../weights/floats.ts";
import { readWeights } from "../../../weights/read.ts";
import { openSafetensors, writeSafetensors } from "../../../weights/safetensors.ts";
import { type Weights, weightTensors } from "../../../weights/weights.ts";
import { cacheFolder } from "../cache-folder.ts";
import { withLock } from "../files/lock.ts";
import { inMessage } from "../files/paths.ts";
import { shortage } from "../files/shortage.ts";
import { writeAtomically } from "../files/write.ts";

/** To be raised when cache files of earlier versions can no longer be used. */
const formatVersion = "1";

/** The metadata of a cache file. */
export interface CacheRecord {
  /** The original file's name. */
  readonly source: string;
  /** The original's digest, `algorithm:hex`. */
  readonly original: string;
  /** SHA-256 of the tensors in this file. */
  readonly digest: string;
}

/** The cache file of a backbone, whether it exists or not. */
export function cachePath(backbone: string): string {
  return join(cacheFolder(), "models", `${backbone}.safetensors`);
}

/**
 * Runs `action` while no other process changes this backbone's cache entry; removes temporary files of killed
 * processes.
 */
export async function withCacheLock<T>(
  backbone: string,
  action: () => Promise<T>,
  options: { signal?: AbortSignal | undefined; onWait?: (() => void) | undefined } = {},
): Promise<T> {
  const folder = join(cacheFolder(), "models");
  try {
    return await withLock(
      join(folder, `${backbone}.lock`),
      async () => {
        for (const name of await readdir(folder)) {
          if (/^\.pastiche-.*\.tmp$/.test(name) && (await isOld(join(folder, name)))) await rm(join(folder, name));
        }
        return action();
      },
      options,
    );
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(
      "file",
      `The cache folder ${inMessage(folder)} cannot be used (${code}); set PASTICHE_HOME to another folder.`,
      { cause: error },
    );
  }
}

/** Writes converted weights and returns the path. Call it within `withCacheLock`. */
export async function storeWeights(
  backbone: Backbone,
  weights: Weights,
  { source, original }: Omit<CacheRecord, "digest">,
): Promise<{ path: string; digest: string }> {
  const path = cachePath(backbone.name);
  const digest = weightsDigest(weights);
  const metadata = { format: "pastiche", version: formatVersion, backbone: backbone.name, source, original, digest };
  await writeAtomically(path, writeSafetensors(weightTensors(weights), { metadata }), { force: true });
  return { path, digest };
}

/**
 * The cached weights; undefined if there are none. Structure, names and shapes are always checked, the tensors' digest
 * only with `verify`. Throws a `UserError` for a damaged file.
 */
export async function cachedWeights(
  backbone: Backbone,
  { verify = false }: { verify?: boolean } = {},
): Promise<(CacheRecord & { path: string; weights: Weights }) | undefined> {
  const path = cachePath(backbone.name);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw (
      shortage(error, `${inMessage(path)} cannot be read`) ??
      new UserError("file", `${inMessage(path)} cannot be read (${error.code}).`, { cause: error })
    );
  });
  if (bytes === undefined) return undefined;
  const mend = `run \`pastiche models remove ${backbone.name}\` and download or import it again`;
  const weights = await readWeights(bytes, backbone, inMessage(path)).catch((error) => {
    throw error instanceof UserError ? new UserError(error.code, `${error.message} To repair it, ${mend}.`) : error;
  });
  const { metadata, dataOffset } = openSafetensors(bytes);
  const [version, digest] = [metadata.get("version"), metadata.get("digest")];
  if (metadata.get("format") !== "pastiche" || version !== formatVersion || digest === undefined) {
    throw new UserError(
      "model",
      `${inMessage(path)} is of version ${version ?? "?"}, expected ${formatVersion}; ${mend}.`,
    );
  }
  if (verify && digestOf(bytes, dataOffset) !== digest) {
    throw new UserError("model", `${inMessage(path)} has changed since it was written; ${mend}.`);
  }
  const [source, original] = [metadata.get("source") ?? "unknown", metadata.get("original") ?? "unknown"];
  return { path, weights, digest, source, original };
}

/** SHA-256 of the tensors as stored in a cache file. */
export function weightsDigest(weights: Weights): string {
  const hash = createHash("sha256");
  for (const { data } of weightTensors(weights).values()) hash.update(encodeFloats(data, "F32"));
  return hash.digest("hex");
}

/** SHA-256 of a safetensors file's data. */
export function digestOf(bytes: Uint8Array, dataOffset: number): string {
  return createHash("sha256").update(bytes.subarray(dataOffset)).digest("hex");
}

/** A temporary file younger than a minute may belong to a process that writes another backbone. */
async function isOld(path: string): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && Date.now() - file.mtimeMs > 60_000;
}
