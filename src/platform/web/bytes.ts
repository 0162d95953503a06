/** Reads the bytes of a `File`, a URL or a buffer in the browser. */

import { type ErrorCode, UserError } from "../../errors.ts";
import { sha256 as digestOf } from "../../sha256.ts";

/** A `File` or other `Blob`, a URL (relative to the page), or bytes. */
export type ByteSource = Blob | Uint8Array | ArrayBuffer | string | URL;

/** How a file is fetched. */
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes arrive; `total` is undefined if the server does not announce it. */
  readonly onProgress?: ((received: number, total: number | undefined) => void) | undefined;
}

export interface ByteOptions extends FetchOptions {
  /** The source's name in messages. */
  readonly name: string;
  /** The code of errors. */
  readonly code: ErrorCode;
  /** The largest number of bytes. */
  readonly limit: number;
}

/** Whether a source has to be fetched. */
export function isAddress(source: ByteSource): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

/** A source's name in messages: the file's name, or the last part of the URL. */
export function nameOf(source: ByteSource, otherwise: string): string {
  if (typeof File !== "undefined" && source instanceof File) return source.name || otherwise;
  if (!isAddress(source)) return otherwise;
  const address = String(source);
  if (/^(data|blob):/.test(address)) return otherwise;
  return address.replace(/[?#].*$/, "").replace(/^.*\/(?=.)/, "");
}

/** All bytes of `source`. Throws a `UserError` if they cannot be read or exceed the limit. */
export async function bytesOf(source: ByteSource, options: ByteOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { name, code, limit } = options;
  const refuse = (reason: string, cause?: unknown) => new UserError(code, `${name} ${reason}.`, { cause });
  if (isAddress(source)) return download(source, options, refuse);
  const size = source instanceof Blob ? source.size : source.byteLength;
  if (size > limit) throw refuse(tooLong(size, limit));
  if (!(source instanceof Blob)) return new Uint8Array(source as ArrayBuffer);
  const content = await source.arrayBuffer().catch((cause) => {
    throw refuse("cannot be read; it may have changed since it was chosen", cause);
  });
  return new Uint8Array(content);
}

async function download(
  address: string | URL,
  { limit, signal, onProgress }: ByteOptions,
  refuse: (reason: string, cause?: unknown) => UserError,
): Promise<Uint8Array<ArrayBuffer>> {
  const failed = (cause: unknown): never => {
    if (signal?.aborted) throw signal.reason;
    throw refuse("cannot be fetched; check the network, and that the server allows this page (CORS)", cause);
  };
  const response = await fetch(address, signal ? { signal } : {}).catch(failed);
  if (!response.ok)
    throw refuse(`cannot be fetched: the server answered ${response.status} ${response.statusText}`.trim());
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  // A compressed response is longer than its header says.
  const total = Number.isFinite(length) && !response.headers.get("content-encoding") ? length : undefined;
  if (total !== undefined && total > limit) throw refuse(tooLong(total, limit));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(failed);
    if (done) break;
    parts.push(value);
    received += value.length;
    if (received > limit) {
      await reader.cancel().catch(() => undefined);
      throw refuse(tooLong(received, limit));
    }
    onProgress?.(received, total);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function tooLong(size: number, limit: number): string {
  return `has ${size} bytes or more; at most ${limit} are read`;
}

/** SHA-256 in hexadecimal; empty on insecure pages, where browsers do not offer it. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await digestOf(bytes)) ?? "";
}
