/**
 * NVIDIA GPUs, through ONNX Runtime for Node's CUDA provider (Linux, x64). Its libraries are not in the npm package:
 * the package's install script downloads them, and the user installs CUDA 12 and cuDNN 9. ONNX Runtime for Node cannot
 * keep tensors on a CUDA device, so every step copies the image to the device and back.
 */
import { loadOrt } from "./node-ort.ts";
import { type Probe, probeProvider } from "./node-probe.ts";
import { ortRuntime } from "./ort.ts";
import type { RuntimeChoice } from "./runtime.ts";

let probed: Promise<Probe> | undefined;

export const cuda: RuntimeChoice = {
  name: "cuda",
  summary: "an NVIDIA GPU, through CUDA 12 (Linux, x64)",
  probe() {
    probed ??= probeCuda();
    return probed;
  },
  async open() {
    return ortRuntime(await loadOrt(), {
      name: "cuda",
      description: "cuda, the NVIDIA GPU",
      session: { executionProviders: ["cuda"], logSeverityLevel: 4, graphOptimizationLevel: "all" },
    });
  },
};

async function probeCuda(): Promise<Probe> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return {
      ok: false,
      reason: `ONNX Runtime supports it on Linux x64 only; this is ${process.platform}-${process.arch}`,
    };
  }
  const answer = await probeProvider("cuda");
  return answer.ok ? answer : { ok: false, reason: plain(answer.reason) };
}

/** ONNX Runtime's error in one line, with what to do about it. */
function plain(reason: string): string {
  if (/failed to load shared library/i.test(reason)) {
    return (
      "ONNX Runtime's CUDA libraries are not installed; ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false " +
      "downloads them; CUDA 12 and cuDNN 9 must be installed too"
    );
  }
  return reason.split("\n")[0]!.replace(/^\/\S+ /, "");
}
