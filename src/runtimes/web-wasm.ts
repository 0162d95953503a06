/**
 * The CPU in the browser: WebAssembly with SIMD, and with threads where the page is cross-origin isolated (headers
 * `Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`). A step blocks its
 * thread: call it in a worker.
 */
import { ortRuntime } from "./ort.ts";
import { loadWebOrt, threadsHere, type WebRuntimeChoice } from "./web-ort.ts";
import { type Probe, tryRuntime } from "./web-probe.ts";

const files = {
  mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.mjs", import.meta.url),
  wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url),
};

let probed: Promise<Probe> | undefined;

export const wasm: WebRuntimeChoice = {
  name: "wasm",
  summary: "the CPU, through WebAssembly",
  probe(options) {
    probed ??= tryRuntime(() => wasm.open(options));
    return probed;
  },
  async open(options = {}) {
    const ort = await loadWebOrt(() => import("onnxruntime-web/wasm"), files, options);
    const threads = threadsHere(options);
    const why = globalThis.crossOriginIsolated ? "" : " (the page is not cross-origin isolated)";
    return ortRuntime(ort, {
      name: "wasm",
      version: ort.env.versions.web,
      description: `wasm, ${threads} ${threads === 1 ? "thread" : "threads"}${why}`,
      session: {
        executionProviders: ["wasm"],
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
        executionMode: "sequential",
        // As on the CPU: less memory, and no slower.
        enableMemPattern: false,
      },
    });
  },
};
