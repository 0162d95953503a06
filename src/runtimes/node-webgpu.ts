/**
 * The GPU, through ONNX Runtime for Node's WebGPU provider (Dawn: Vulkan on Linux, Metal on macOS, Direct3D 12 on
 * Windows). Loop tensors stay on the GPU from step to step.
 */
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { loadOrt } from "./node-ort.ts";
import { type Probe, probeProvider } from "./node-probe.ts";
import { ON_DEVICE, type Ort, ortRuntime } from "./ort.ts";
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
    const { down, up } = await copiers(ort);
    return ortRuntime(ort, {
      name: "webgpu",
      description: "webgpu, the GPU",
      session,
      device: true,
      download: async (x) => (await down.run({ x })).y!.data as Float32Array,
      upload: async (x) => (await up.run({ x })).y as Tensor,
    });
  },
};

interface Copiers {
  readonly down: InferenceSession;
  readonly up: InferenceSession;
}

let copying: Promise<Copiers> | undefined;

/**
 * ONNX Runtime for Node keeps outputs on the device and accepts them as inputs, but up to at least 1.30 `getData` of
 * such a tensor aborts the process ("not implemented"). So identity models copy them to the CPU, and back. Their sessions
 * are kept open, because compiled shaders live only as long as some session does, and a job opens several in sequence.
 */
async function copiers({ InferenceSession }: Ort): Promise<Copiers> {
  const open = async () => ({
    down: await InferenceSession.create(unaryModel("Identity"), session),
    up: await InferenceSession.create(unaryModel("Identity"), { ...session, ...ON_DEVICE }),
  });
  copying ??= open();
  return copying.catch((error) => {
    copying = undefined;
    throw error;
  });
}

/** ONNX Runtime's error in one line, with what to do about it. */
function plain(reason: string): string {
  if (/no supported adapters|WebGPU adapter/i.test(reason)) {
    const vulkan = process.platform === "linux" ? ", or no Vulkan loader (Debian: libvulkan1) and driver" : "";
    return `no GPU that WebGPU can use${vulkan}`;
  }
  return reason.split("\n")[0]!.replace(/^\/\S+ /, "");
}
