/**
 * Prepares ONNX Runtime for browsers once: where its WebAssembly is and how many threads it uses. The WASM and WebGPU
 * runtimes use separate builds, each loaded on demand in a chunk of its own.
 *
 * The bundler finds the WebAssembly file and the threads' script: `new URL("onnxruntime-web/...", import.meta.url)`
 * makes assets of them in Vite and webpack. The script must be a separate file: the one inside ONNX Runtime's bundles
 * would become part of the page's chunk, and each thread would run the page's code. Vite's development server needs
 * `optimizeDeps: { exclude: ["pastiche"] }`, and its build `worker: { format: "es" }` if pastiche is used in a worker.
 * Without a bundler, or with another server for large files, `wasmPaths` names the location of `onnxruntime-web/dist`.
 */
import type { Env } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { Runtime, RuntimeChoice, RuntimeOptions } from "./runtime.ts";
import type { Probe } from "./web-probe.ts";

/** Options of the browser's runtimes. The first one opened of a kind determines them for the page's lifetime. */
export interface WebRuntimeOptions extends RuntimeOptions {
  /** The URL of a folder with the `.wasm` and `.mjs` files of `onnxruntime-web/dist`, ending in a slash. */
  readonly wasmPaths?: string | undefined;
}

/** A runtime of the browser; its probe loads it and so needs the same options. */
export interface WebRuntimeChoice extends RuntimeChoice {
  probe(options?: WebRuntimeOptions): Promise<Probe>;
  open(options?: WebRuntimeOptions): Promise<Runtime>;
}

/** More threads do not help at the sizes of pictures. */
const MOST_THREADS = 16;

/** The number of threads: WebAssembly shares memory between threads on cross-origin isolated pages only. */
export function threadsHere({ threads }: RuntimeOptions): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(threads ?? navigator.hardwareConcurrency ?? 1, MOST_THREADS));
}

/** Loads and configures a build, or throws a `UserError` that says why it cannot be loaded. */
export async function loadWebOrt<Build extends { readonly env: Env }>(
  load: () => Promise<Build>,
  files: Readonly<Record<"mjs" | "wasm", URL>>,
  options: WebRuntimeOptions,
): Promise<Build> {
  try {
    const ort = await load();
    ort.env.logLevel = "error";
    ort.env.wasm.numThreads = threadsHere(options);
    ort.env.wasm.wasmPaths = options.wasmPaths ?? files;
    return ort;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError("resources", `ONNX Runtime could not be loaded: ${reason.split("\n")[0]}`, { cause });
  }
}
