/**
 * The GPU in the browser, through ONNX Runtime's WebGPU builds. Loop tensors stay on the GPU from step to step; `read`
 * copies them to the CPU.
 */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { ON_DEVICE, ortRuntime } from "./ort.ts";
import { unaryModel } from "./unary-model.ts";
import { loadWebOrt, type WebRuntimeChoice } from "./web-ort.ts";
import { type Probe, tryRuntime } from "./web-probe.ts";

/** ONNX Runtime waits for the GPU by suspending WebAssembly. Where the browser can do that, its build is smaller and faster. */
const builds = {
  jspi: {
    load: () => import("onnxruntime-web/jspi"),
    mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs", import.meta.url),
    wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm", import.meta.url),
  },
  asyncify: {
    load: () => import("onnxruntime-web/webgpu"),
    mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs", import.meta.url),
    wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm", import.meta.url),
  },
};

/** The build for this browser. JSPI is WebAssembly's JavaScript Promise Integration. */
function buildHere() {
  return "Suspending" in WebAssembly && "promising" in WebAssembly ? builds.jspi : builds.asyncify;
}

const session = { executionProviders: ["webgpu"], graphOptimizationLevel: "all", logSeverityLevel: 3 } as const;

/**
 * Copies tensors to the GPU. It stays open also because compiled shaders live only as long as some session does and a
 * job opens several in sequence.
 */
let copying: Promise<InferenceSession> | undefined;

let probed: Promise<Probe> | undefined;

export const webgpu: WebRuntimeChoice = {
  name: "webgpu",
  summary: "the GPU, through WebGPU",
  probe(options) {
    probed ??= graphicsCard().then((card) =>
      typeof card === "string" ? { ok: false, reason: card } : tryRuntime(() => webgpu.open(options)),
    );
    return probed;
  },
  async open(options = {}) {
    const card = await graphicsCard();
    const { load, ...files } = buildHere();
    const ort = await loadWebOrt(load, files, options);
    copying ??= ort.InferenceSession.create(unaryModel("Identity"), { ...session, ...ON_DEVICE });
    const copy = await copying.catch((error) => {
      copying = undefined;
      throw error;
    });
    return ortRuntime(ort, {
      name: "webgpu",
      version: ort.env.versions.web,
      description: `webgpu, ${typeof card === "string" ? "an unknown GPU" : cardName(card.info)}`,
      session,
      device: true,
      upload: async (x) => (await copy.run({ x })).y as Tensor,
      // Calls that overlap while one is suspended would corrupt each other's stack.
      inTurn: true,
    });
  },
};

/** Whether WebGPU is emulated on the CPU: it works then, but WebAssembly is faster. */
export async function isSoftware(): Promise<boolean> {
  const card = await graphicsCard();
  return typeof card !== "string" && card.info.isFallbackAdapter;
}

/** The adapter that the browser offers, or the reason why there is none; nothing is downloaded. */
async function graphicsCard(): Promise<GPUAdapter | string> {
  if (!globalThis.isSecureContext) return "WebGPU works on pages from https or localhost only";
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) return "this browser has no WebGPU, or it is switched off";
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  return adapter ?? "the browser offers no GPU";
}

function cardName({ description, vendor, architecture }: GPUAdapterInfo): string {
  return description || `${vendor} ${architecture}`.trim() || "the GPU";
}
