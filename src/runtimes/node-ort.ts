/**
 * Loads ONNX Runtime for Node on first use, so that `--help` does not wait for it. Its telemetry (since 1.30: files in
 * HOME and TMPDIR, DNS queries for a collector) is off unless the environment has ORT_DISABLE_TELEMETRY=0.
 */
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type { Env } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { Ort } from "./ort.ts";

/** The environment's setting of telemetry; default "1", disabled. */
export const telemetryOff = { ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY || "1" };

// The native library reads the environment of the process. A worker only has a copy of it, so a worker can rely on the
// setting only if the main thread has loaded this module or the variable was set from outside.
const silent = isMainThread || Boolean(process.env.ORT_DISABLE_TELEMETRY);
Object.assign(process.env, telemetryOff);

/** The loader's error in one line; if memory ran out, with what to do about it. */
function plain(reason: string): string {
  const little = /map segment|allocate memory/.test(reason);
  const line = reason.split("\n")[0]!;
  return little ? `${line}; close some programs or raise the limit (ulimit -v).` : `${line}.`;
}

/** The package, or a `UserError` that says why it cannot be loaded. */
export async function loadOrt(): Promise<Ort & { readonly env: Pick<Env, "versions"> }> {
  if (!silent) {
    throw new UserError(
      "usage",
      "ONNX Runtime's telemetry cannot be switched off from a worker: import pastiche/node in the main thread, too, before " +
        "the worker is made, or set ORT_DISABLE_TELEMETRY=1 for the whole process (0 allows it).",
    );
  }
  try {
    // Faster than `import`, which analyses such modules first.
    const ort: typeof import("onnxruntime-node") = createRequire(import.meta.url)("onnxruntime-node");
    // Errors are thrown too, so that ONNX Runtime's own log would only repeat them.
    ort.env.logLevel = "fatal";
    return ort;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "resources",
      `ONNX Runtime could not be loaded on ${process.platform}-${process.arch}: ${plain(reason)}`,
      { cause: error },
    );
  }
}
