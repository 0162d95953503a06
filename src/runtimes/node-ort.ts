/**
 * ONNX Runtime for Node, loaded when it is first needed: `--help` must not wait for it. Its telemetry (since 1.30: files in
 * HOME and TMPDIR, a collector's address looked up) is off, unless the environment says ORT_DISABLE_TELEMETRY=0.
 */
import { isMainThread } from "node:worker_threads";
import type { Env } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { Ort } from "./ort.ts";

/** What the environment says of telemetry; "1" where it says nothing. */
export const telemetryOff = { ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY || "1" };

// The native library reads the environment of the process. A worker has a copy only, which the library never sees: it is
// right in a worker if the main thread has loaded this module, or was told from outside.
const silent = isMainThread || Boolean(process.env.ORT_DISABLE_TELEMETRY);
Object.assign(process.env, telemetryOff);

/** The loader's reason in a line; where memory ran out, what to do. */
function plain(reason: string): string {
  const little = /map segment|allocate memory/.test(reason);
  const line = reason.split("\n")[0]!;
  return little ? `${line}; close some programs or raise the limit (ulimit -v).` : `${line}.`;
}

/** The package, or one line that says why it cannot be had. */
export async function loadOrt(): Promise<Ort & { readonly env: Pick<Env, "versions"> }> {
  if (!silent) {
    throw new UserError(
      "usage",
      "ONNX Runtime's telemetry cannot be switched off from a worker: import pastiche/node in the main thread, too, before " +
        "the worker is made, or set ORT_DISABLE_TELEMETRY=1 for the whole process (0 allows it).",
    );
  }
  try {
    const ort = await import("onnxruntime-node");
    // What goes wrong is thrown as well: users read it once, in our words.
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
