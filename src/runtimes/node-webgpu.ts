/**
 * The GPU, through ONNX Runtime for Node's WebGPU provider (Dawn: Vulkan on Linux, Metal on macOS, Direct3D 12 on
 * Windows). Loop tensors stay on the GPU from step to step.
 */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { loadOrt } from "./node-ort.ts";
import { type Probe, probeProvider } from "./node-probe.ts";
import { type Ort, ortRuntime } from "./ort.ts";
import type { RuntimeChoice } from "./runtime.ts";
import { unaryModel } from "./unary-model.ts";

const session = {
  executionProviders: ["webgpu"],
  logSeverityLevel: 4,
  graphOptimizationLevel: "all",
} as const;

let probed: Promise<Probe> | undefined;

export const webgpu: RuntimeChoice = {
  name: "webgpu",
  summary: "the GPU, through WebGPU (Vulkan, Metal or Direct3D 12)",
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
      description: "webgpu, the GPU",
      session,
      device: true,
      download: await downloader(ort),
    });
  },
};

let copying: Promise<InferenceSession> | undefined;

/**
 * ONNX Runtime for Node keeps outputs on the device and accepts them as inputs, but up to at least 1.30 `getData` of
 * such a tensor aborts the process ("not implemented"). So an identity model copies them to the CPU. Its session is
 * kept open, because compiled shaders live only as long as some session does, and a job opens several in sequence.
 */
async function downloader(ort: Ort): Promise<(tensor: Tensor) => Promise<Float32Array>> {
  copying ??= ort.InferenceSession.create(unaryModel("Identity"), session);
  const copy = await copying.catch((error) => {
    copying = undefined;
    throw error;
  });
  return async (x) => (await copy.run({ x })).y!.data as Float32Array;
}

/** ONNX Runtime's error in one line, with what to do about it. */
function plain(reason: string): string {
  if (/no supported adapters|WebGPU adapter/i.test(reason)) {
    const vulkan = process.platform === "linux" ? ", or no Vulkan loader (Debian: libvulkan1) and driver" : "";
    return `no GPU that WebGPU can use${vulkan}`;
  }
  return reason.split("\n")[0]!.replace(/^\/\S+ /, "");
}
