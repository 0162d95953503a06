/**
 * Downloads a backbone's weights: tries mirrors in order, verifies the published digest, converts into our cache, in
 * one process at a time.
 */
import { readFile, rm } from "node:fs/promises";
import { UserError } from "../../../errors.ts";
import type { Backbone } from "../../../models/backbone.ts";
import { manifestOf, type WeightsFile } from "../../../weights/manifest.ts";
import { readWeights } from "../../../weights/read.ts";
import { storeWeights, withCacheLock } from "./cache.ts";
import { DownloadError, download } from "./download.ts";
import { checkDigest, findWeights, loadWeights, partPath, type WeightsOptions } from "./weights.ts";

/** Options and callbacks of a pull. */
export interface PullOptions extends WeightsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive. */
  readonly onProgress?: ((received: number, total: number) => void) | undefined;
  /** Called with a sentence: another process is downloading, or another mirror was used. */
  readonly onNote?: ((note: string) => void) | undefined;
  /**
   * The URL of a folder with the files under their published names, in place of the published URLs. Default:
   * PASTICHE_MODELS_URL.
   */
  readonly mirror?: string | undefined;
  /** Disables downloads. Default: whether PASTICHE_OFFLINE is set, and not to 0. */
  readonly offline?: boolean | undefined;
  readonly connectMs?: number | undefined;
  readonly stallMs?: number | undefined;
}

/** The outcome: the weights were present, were converted from another program's file, or were downloaded. */
export interface PullResult {
  readonly status: "present" | "converted" | "downloaded";
  readonly path: string;
  readonly file?: string;
}

/**
 * Ensures that a backbone's weights are in our cache. Safe in several processes at once: one downloads, the others
 * wait. Throws a `UserError` `model` if no mirror delivered the right file, `file` if the cache cannot be written, and
 * the signal's reason if aborted (received data is kept for the next attempt).
 */
export async function pullWeights(backbone: Backbone, options: PullOptions = {}): Promise<PullResult> {
  const { manifest = manifestOf(backbone.name), signal, onNote } = options;
  const present = await localWeights(backbone, options);
  if (present !== undefined) return present;
  if (manifest === undefined || manifest.files.length === 0) {
    throw new UserError(
      "model",
      `There are no published weights of ${backbone.name}; import a file: pastiche models import FILE.`,
    );
  }
  const offline = options.offline ?? !["", "0", undefined].includes(process.env.PASTICHE_OFFLINE);
  if (offline) {
    throw new UserError(
      "model",
      `PASTICHE_OFFLINE is set, so ${backbone.name} is not downloaded. ${haveFile(backbone)}`,
    );
  }
  const onWait = () => onNote?.(`Another process is downloading ${backbone.name}; waiting for it.`);
  return withCacheLock(
    backbone.name,
    async () => {
      // Another process may have finished while this one waited.
      const found = await findWeights(backbone, { ...options, manifest: { ...manifest, files: [] } });
      if (found !== undefined) return { status: "present", path: found.path };
      return fetchFirst(backbone, manifest.files, options);
    },
    { signal, onWait },
  );
}

/** The result if the weights are present already, possibly after converting another program's file. */
async function localWeights(backbone: Backbone, options: PullOptions): Promise<PullResult | undefined> {
  const found = await findWeights(backbone, options);
  if (found === undefined) return undefined;
  if (found.file === undefined) return { status: "present", path: found.path };
  try {
    await loadWeights(backbone, options);
    const now = await findWeights(backbone, options);
    if (now?.origin !== "cache") return { status: "present", path: found.path }; // our cache could not be written
    return { status: "converted", path: now.path, file: found.path };
  } catch (error) {
    if (!(error instanceof UserError && error.code === "model")) throw error;
    options.onNote?.(error.message);
    return undefined; // another program's file is damaged: download instead
  }
}

/** Downloads from the first mirror that delivers, and converts. */
async function fetchFirst(
  backbone: Backbone,
  files: readonly WeightsFile[],
  options: PullOptions,
): Promise<PullResult> {
  const mirror = options.mirror ?? process.env.PASTICHE_MODELS_URL;
  const failures: string[] = [];
  for (const file of files) {
    for (const url of mirror ? [`${mirror.replace(/\/+$/, "")}/${file.name}`] : file.urls) {
      try {
        const result = await fetchOne(backbone, file, url, options);
        if (failures.length > 0) options.onNote?.(`${failures.join("; ")}; ${new URL(url).host} delivered it.`);
        return result;
      } catch (error) {
        if (!(error instanceof DownloadError)) throw error;
        if (!failures.includes(error.message)) failures.push(error.message);
      }
    }
  }
  throw new UserError(
    "model",
    `Could not download ${backbone.name}: ${failures.join("; ")}. Offline? ${haveFile(backbone)}`,
  );
}

async function fetchOne(backbone: Backbone, file: WeightsFile, url: string, options: PullOptions): Promise<PullResult> {
  const { signal, onProgress, connectMs, stallMs } = options;
  const part = partPath(backbone);
  if (!URL.canParse(url)) throw new DownloadError(`${url} is not a URL; give one like https://mirror.example/models`);
  await download(url, part, {
    bytes: file.bytes,
    signal,
    connectMs,
    stallMs,
    onProgress: (received) => onProgress?.(received, file.bytes),
  });
  const bytes = await readFile(part);
  try {
    const original = checkDigest(bytes, file, `The file from ${new URL(url).host}`);
    const weights = await readWeights(bytes, backbone, file.name);
    const { path } = await storeWeights(backbone, weights, { source: file.name, original });
    return { status: "downloaded", path, file: file.name };
  } catch (error) {
    if (error instanceof UserError && error.code === "model")
      throw new DownloadError(error.message.replace(/(; remove it if it is yours)?\.$/, ""));
    throw error;
  } finally {
    await rm(part, { force: true });
    await rm(`${part}.json`, { force: true });
  }
}

function haveFile(backbone: Backbone): string {
  return `If you have the file: pastiche models import FILE --model ${backbone.name}.`;
}
