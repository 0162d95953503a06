/**
 * Downloads a large file over HTTPS into a partial file and resumes after interruptions. Redirects away from HTTPS are
 * refused (except to loopback, for tests).
 */
import { open, readFile, rm, stat, writeFile } from "node:fs/promises";

/** Limits and callbacks of a download. */
export interface DownloadOptions {
  /** The expected size; nothing beyond it is written. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each chunk with the number of bytes received so far. */
  readonly onProgress?: ((received: number) => void) | undefined;
  /** Timeout until the response begins (default 5 s). */
  readonly connectMs?: number | undefined;
  /** Timeout between chunks of the response (default 30 s). */
  readonly stallMs?: number | undefined;
}

/** Why a server did not deliver the file, as the second half of a sentence: "github.com answered 404 Not Found". */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

const redirectLimit = 5;
/** The largest number of reconnections while bytes keep arriving. */
const cutLimit = 20;

/**
 * Downloads `url` into `part`, resuming an earlier attempt at the same URL. On return `part` has the expected size; the
 * caller verifies its digest. Throws `DownloadError` if the server does not deliver, the signal's reason if aborted,
 * and file system errors.
 */
export async function download(url: string, part: string, options: DownloadOptions): Promise<void> {
  let idle = 0;
  for (let cuts = 0; ; cuts++) {
    const before = await sizeOf(part);
    try {
      if (await attempt(url, part, options)) return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Cut)) throw error;
      idle = (await sizeOf(part)) > before ? 0 : idle + 1;
      if (idle > 1 || cuts >= cutLimit) throw new DownloadError(error.message);
    }
  }
}

/** The connection ended early: worth another attempt from there. */
class Cut extends Error {}

async function attempt(url: string, part: string, options: DownloadOptions): Promise<boolean> {
  const { bytes, signal, onProgress, connectMs = 5_000, stallMs = 30_000 } = options;
  const begun = await resumable(url, part, bytes);
  const stop = new AbortController();
  const aborted = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", aborted);
  let why = `${hostOf(url)} gave no answer within ${connectMs / 1000} s`;
  let timer = setTimeout(() => stop.abort(), connectMs);
  const patience = (ms: number, message: string) => {
    clearTimeout(timer);
    why = message;
    timer = setTimeout(() => stop.abort(), ms);
  };
  try {
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (begun.from > 0) headers.range = `bytes=${begun.from}-`;
    if (begun.from > 0 && begun.validator) headers["if-range"] = begun.validator;
    const response = await follow(url, headers, stop.signal, () => patience(connectMs, why)).catch((error) => {
      signal?.throwIfAborted();
      if (error instanceof DownloadError) throw error;
      throw new DownloadError(stop.signal.aborted ? why : `${hostOf(url)} could not be reached (${causeOf(error)})`);
    });
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new Cut(`${hostOf(url)} would not continue the download`);
    }
    if (!response.ok || response.body === null) {
      throw new DownloadError(`${hostOf(url)} answered ${response.status} ${response.statusText}`.trimEnd());
    }
    const from = response.status === 206 ? begun.from : 0;
    const total = lengthOf(response, from);
    if (total !== undefined && total !== bytes) {
      throw new DownloadError(`${hostOf(url)} offers ${total} bytes, not the ${bytes} of the right file`);
    }
    await writeFile(`${part}.json`, JSON.stringify({ url, validator: validatorOf(response) }));
    let at = from;
    const file = await open(part, from > 0 ? "r+" : "w");
    try {
      onProgress?.(at);
      const silence = `${hostOf(url)} sent nothing for ${stallMs / 1000} s`;
      patience(stallMs, silence);
      for await (const chunk of response.body) {
        patience(stallMs, silence);
        if (at + chunk.length > bytes) throw new DownloadError(`${hostOf(url)} sends more than ${bytes} bytes`);
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        onProgress?.(at);
      }
    } catch (error) {
      if (isFileError(error) || error instanceof DownloadError) throw error;
      throw new Cut(stop.signal.aborted ? why : `${hostOf(url)} cut the connection at ${at} of ${bytes} bytes`);
    } finally {
      await file.close();
    }
    if (at < bytes) throw new Cut(`${hostOf(url)} cut the connection at ${at} of ${bytes} bytes`);
    return true;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", aborted);
    void stop.abort();
  }
}

/** Requests a URL, following redirects that stay on HTTPS. */
async function follow(url: string, headers: Record<string, string>, signal: AbortSignal, onHop: () => void) {
  let next = url;
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const { protocol, hostname } = new URL(next);
    const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
    if (protocol !== "https:" && !(protocol === "http:" && loopback)) {
      throw new DownloadError(`${hostOf(url)} leads to ${protocol}//${hostname}, which is not https`);
    }
    onHop();
    const response = await fetch(next, { headers, signal, redirect: "manual" });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || response.status === 304 || location === null)
      return response;
    await response.body?.cancel();
    next = new URL(location, next).href;
  }
  throw new DownloadError(`${hostOf(url)} redirects in circles`);
}

/** The size of an earlier attempt at the same URL, and the server's validator of that version. */
async function resumable(url: string, part: string, bytes: number): Promise<{ from: number; validator?: string }> {
  const from = await sizeOf(part);
  if (from === 0 || from >= bytes) return { from: 0 };
  try {
    const note = JSON.parse(await readFile(`${part}.json`, "utf8")) as { url?: string; validator?: string };
    if (note.url !== url) return { from: 0 };
    return note.validator ? { from, validator: note.validator } : { from };
  } catch {
    return { from: 0 };
  }
}

/** A strong ETag, else the date: valid in If-Range (RFC 9110, section 13.1.5). */
function validatorOf({ headers }: Response): string | undefined {
  const tag = headers.get("etag");
  return tag !== null && !tag.startsWith("W/") ? tag : (headers.get("last-modified") ?? undefined);
}

/** The complete file's length by the response's headers, if present. A wrong Content-Range counts as a wrong length. */
function lengthOf(response: Response, from: number): number | undefined {
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
    return range !== null && Number(range[1]) === from ? Number(range[2]) : -1;
  }
  const length = response.headers.get("content-length");
  return length === null ? undefined : Number(length);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && ["open", "write", "close"].includes(String(error.syscall));
}

function causeOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
