/**
 * ONNX Runtime for browsers, made ready once: where its WebAssembly is found and how many threads it gets. Both flavours
 * are separate builds of it, loaded only when asked for, each in a chunk of its own.
 *
 * The WebAssembly file and the script that its threads run are found by the bundler: `new URL("onnxruntime-web/...",
 * import.meta.url)` makes assets of them in Vite and webpack. The script must be a file of its own: were it the one that
 * ONNX Runtime's bundles carry inside, each thread would run the page's code, of which a bundler makes it a part. Vite's
 * development server needs `optimizeDeps: { exclude: ["pastiche"] }`, and its build `worker: { format: "es" }` where
 * pastiche is used in a worker. Where all that does not do (no bundler, another server for large files), `wasmPaths`
 * says where `onnxruntime-web/dist` is.
 */
import type { Env } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { Runtime, RuntimeChoice, RuntimeOptions } from "./runtime.ts";
import type { Probe } from "./web-probe.ts";

/** What the browser's runtimes may be told. The first one opened of a kind decides for the page's life. */
export interface WebRuntimeOptions extends RuntimeOptions {
  /** The address of a folder with `onnxruntime-web/dist`'s `.wasm` and `.mjs` files, ending in a slash. */
  readonly wasmPaths?: string | undefined;
}

/** A runtime of the browser: trying it out loads it, and so needs to be told the same. */
export interface WebRuntimeChoice extends RuntimeChoice {
  probe(options?: WebRuntimeOptions): Promise<Probe>;
  open(options?: WebRuntimeOptions): Promise<Runtime>;
}

/** More threads than this only wait for each other at the sizes of pictures. */
const MOST_THREADS = 16;

/** How many threads there will be: WebAssembly shares memory between threads on cross-origin isolated pages only. */
export function threadsHere({ threads }: RuntimeOptions): number {
  if (!globalThis.crossOriginIsolated) return 1;
  return Math.max(1, Math.min(threads ?? navigator.hardwareConcurrency ?? 1, MOST_THREADS));
}

/** The build that `load` imports, told its files and the options, or one line that says why it cannot be had. */
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
