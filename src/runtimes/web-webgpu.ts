/**
 * The graphics card in the browser, through ONNX Runtime's WebGPU build. What goes around from step to step stays on the
 * card; `read` brings it over. It refuses to know which card that is, beyond its name for people.
 */
import { ortRuntime } from "./ort.ts";
import { smallest } from "./smallest.ts";
import { loadWebOrt, type WebRuntimeChoice } from "./web-ort.ts";
import { type Probe, tryRuntime } from "./web-probe.ts";

const files = {
  mjs: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs", import.meta.url),
  wasm: new URL("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm", import.meta.url),
};

const session = { executionProviders: ["webgpu"], graphOptimizationLevel: "all", logSeverityLevel: 3 } as const;

/** Compiled shaders last as long as any session does, and a job has several, one after the other: so one stays. */
let staying: Promise<unknown> | undefined;

let probed: Promise<Probe> | undefined;

export const webgpu: WebRuntimeChoice = {
  name: "webgpu",
  summary: "the graphics card, through WebGPU",
  probe(options) {
    probed ??= graphicsCard().then((card) =>
      typeof card === "string" ? { ok: false, reason: card } : tryRuntime(() => webgpu.open(options)),
    );
    return probed;
  },
  async open(options = {}) {
    const card = await graphicsCard();
    const ort = await loadWebOrt(() => import("onnxruntime-web/webgpu"), files, options);
    staying ??= ort.InferenceSession.create(smallest("Identity"), session);
    await staying.catch((error) => {
      staying = undefined;
      throw error;
    });
    return ortRuntime(ort, {
      name: "webgpu",
      description: `webgpu, ${typeof card === "string" ? "an unknown graphics card" : cardName(card.info)}`,
      session,
      device: true,
      // The build waits for the card by unwinding its stack: two calls at once would overwrite each other's.
      inTurn: true,
    });
  },
};

/** Whether WebGPU computes on the processor after all: it works, and WebAssembly is faster. */
export async function isSoftware(): Promise<boolean> {
  const card = await graphicsCard();
  return typeof card !== "string" && card.info.isFallbackAdapter;
}

/** The card that the browser offers, or why there is none; costs no download. */
async function graphicsCard(): Promise<GPUAdapter | string> {
  if (!globalThis.isSecureContext) return "WebGPU works on pages from https or localhost only";
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) return "this browser has no WebGPU, or it is switched off";
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  return adapter ?? "the browser offers no graphics card";
}

function cardName({ description, vendor, architecture }: GPUAdapterInfo): string {
  return description || `${vendor} ${architecture}`.trim() || "the graphics card";
}
