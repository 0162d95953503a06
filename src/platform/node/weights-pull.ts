/**
 * Downloading a backbone's weights: mirrors in order, the published digest checked, converted into our cache, by one
 * process at a time. Refuses to know how bytes travel (`download.ts`) and what they mean.
 */
import { readFile, rm } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import type { Backbone } from "../../models/backbone.ts";
import { manifestOf, type WeightsFile } from "../../weights/manifest.ts";
import { readWeights } from "../../weights/read.ts";
import { DownloadError, download } from "./download.ts";
import { checkDigest, findWeights, loadWeights, partPath, type WeightsOptions } from "./weights.ts";
import { keepWeights, withCacheLock } from "./weights-cache.ts";

/** How to pull, and what to tell meanwhile. */
export interface PullOptions extends WeightsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive. */
  readonly onProgress?: ((received: number, total: number) => void) | undefined;
  /** Called with a sentence: another process is at it, or another mirror had to be used. */
  readonly onNote?: ((note: string) => void) | undefined;
  /**
   * The address of a folder that serves the files by their published names, instead of the published addresses: a
   * company's mirror. By default the environment's PASTICHE_MODELS_URL.
   */
  readonly mirror?: string | undefined;
  /** No network. By default whether the environment's PASTICHE_OFFLINE is set, and not to 0. */
  readonly offline?: boolean | undefined;
  readonly connectMs?: number | undefined;
  readonly stallMs?: number | undefined;
}

/** What a pull did: nothing, because the weights were there; or converted another program's file; or downloaded. */
export interface PullResult {
  readonly status: "present" | "converted" | "downloaded";
  readonly path: string;
  readonly file?: string;
}

/**
 * Has a backbone's weights in our cache when it returns. Safe when several processes do it at once: one downloads, the
 * others wait. Throws a `UserError` `model` with one sentence if no mirror gave the right file, `file` if the cache cannot
 * be written, and the signal's reason if aborted (what had arrived is kept for the next attempt).
 */
export async function pullWeights(backbone: Backbone, options: PullOptions = {}): Promise<PullResult> {
  const { manifest = manifestOf(backbone.name), signal, onNote } = options;
  const present = await localWeights(backbone, options);
  if (present !== undefined) return present;
  if (manifest === undefined || manifest.files.length === 0) {
    throw new UserError(
      "model",
      `Nobody publishes weights for ${backbone.name}; bring a file: pastiche models import FILE.`,
    );
  }
  const offline = options.offline ?? !["", "0", undefined].includes(process.env.PASTICHE_OFFLINE);
  if (offline) {
    throw new UserError(
      "model",
      `PASTICHE_OFFLINE is set, so ${backbone.name} is not downloaded. ${haveFile(backbone)}`,
    );
  }
  const onWait = () => onNote?.(`Another process is getting ${backbone.name}; waiting for it.`);
  return withCacheLock(
    backbone.name,
    async () => {
      // Another process may have got them while this one waited.
      const found = await findWeights(backbone, { ...options, manifest: { ...manifest, files: [] } });
      if (found !== undefined) return { status: "present", path: found.path };
      return fetchFirst(backbone, manifest.files, options);
    },
    { signal, onWait },
  );
}

/** The result if the weights are here already, after converting another program's file. */
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
    return undefined; // a damaged file of another program's is no reason not to download
  }
}

/** The first file that some mirror gives, converted. */
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
        if (failures.length > 0) options.onNote?.(`${failures.join("; ")}; ${new URL(url).host} gave it.`);
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
  if (!URL.canParse(url)) throw new DownloadError(`${url} is no address; give one like https://mirror.example/models`);
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
    const { path } = await keepWeights(backbone, weights, { source: file.name, original });
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
