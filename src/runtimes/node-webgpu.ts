/**
 * The graphics card, through ONNX Runtime for Node's WebGPU provider (Dawn: Vulkan on Linux, Metal on macOS, Direct3D 12
 * on Windows). What goes around from step to step stays on the card. It refuses to know which card that is.
 */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { loadOrt } from "./node-ort.ts";
import { type Probe, probeProvider } from "./node-probe.ts";
import { type Ort, ortRuntime } from "./ort.ts";
import type { RuntimeChoice } from "./runtime.ts";
import { smallest } from "./smallest.ts";

const session = {
  executionProviders: ["webgpu"],
  logSeverityLevel: 4,
  graphOptimizationLevel: "all",
} as const;

let probed: Promise<Probe> | undefined;

export const webgpu: RuntimeChoice = {
  name: "webgpu",
  summary: "the graphics card, through WebGPU (Vulkan, Metal or Direct3D 12)",
  probe() {
    probed ??= probeProvider("webgpu").then((answer) =>
      answer.ok ? answer : { ok: false, reason: plain(answer.reason) },
    );
    return probed;
  },
  async open() {
    const ort = await loadOrt();
    return ortRuntime(ort, {
      name: "webgpu",
      description: "webgpu, the graphics card",
      session,
      device: true,
      download: await downloader(ort),
    });
  },
};

let copying: Promise<InferenceSession> | undefined;

/**
 * ONNX Runtime for Node keeps outputs on the device and takes them as inputs, but up to 1.30 at least its `getData` of
 * such a tensor aborts the process ("not implemented"). So a model that does nothing brings them over. Its session stays,
 * and with it all compiled shaders: they last as long as any session does, and a job has several, one after the other.
 */
async function downloader(ort: Ort): Promise<(tensor: Tensor) => Promise<Float32Array>> {
  copying ??= ort.InferenceSession.create(smallest("Identity"), session);
  const copy = await copying.catch((error) => {
    copying = undefined;
    throw error;
  });
  return async (x) => (await copy.run({ x })).y!.data as Float32Array;
}

/** ONNX Runtime's reason in one line that says what to do. */
function plain(reason: string): string {
  if (/no supported adapters|WebGPU adapter/i.test(reason)) {
    const vulkan = process.platform === "linux" ? ", or no Vulkan loader (Debian: libvulkan1) and driver" : "";
    return `no graphics card that WebGPU can use${vulkan}`;
  }
  return reason.split("\n")[0]!.replace(/^\/\S+ /, "");
}
