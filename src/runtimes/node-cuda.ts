/**
 * NVIDIA cards, through ONNX Runtime for Node's CUDA provider (Linux, x64). Its libraries are not in the npm package:
 * the package's install script fetches them, CUDA 12 and cuDNN 9 are the user's to install. ONNX Runtime for Node cannot
 * keep tensors on a CUDA device, so every step brings the image over and back.
 */
import { loadOrt } from "./node-ort.ts";
import { type Probe, probeProvider } from "./node-probe.ts";
import { ortRuntime } from "./ort.ts";
import type { RuntimeChoice } from "./runtime.ts";

let probed: Promise<Probe> | undefined;

export const cuda: RuntimeChoice = {
  name: "cuda",
  summary: "an NVIDIA card, through CUDA 12 (Linux, x64)",
  probe() {
    probed ??= probeCuda();
    return probed;
  },
  async open() {
    return ortRuntime(await loadOrt(), {
      name: "cuda",
      description: "cuda, the NVIDIA card",
      session: { executionProviders: ["cuda"], logSeverityLevel: 4, graphOptimizationLevel: "all" },
    });
  },
};

async function probeCuda(): Promise<Probe> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return {
      ok: false,
      reason: `ONNX Runtime has it for Linux on x64 only, this is ${process.platform}-${process.arch}`,
    };
  }
  const answer = await probeProvider("cuda");
  return answer.ok ? answer : { ok: false, reason: plain(answer.reason) };
}

/** ONNX Runtime's reason in one line that says what to do. */
function plain(reason: string): string {
  if (/failed to load shared library/i.test(reason)) {
    return (
      "ONNX Runtime's CUDA libraries are not installed; ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false " +
      "fetches them, CUDA 12 and cuDNN 9 must be there too"
    );
  }
  return reason.split("\n")[0]!.replace(/^\/\S+ /, "");
}
