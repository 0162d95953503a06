/** ONNX Runtime for Node, loaded when it is first needed: `--help` must not wait for it. */
import type { Env } from "onnxruntime-common";
import { UserError } from "../errors.ts";
import type { Ort } from "./ort.ts";

/** The package, or one line that says why it cannot be had. */
export async function loadOrt(): Promise<Ort & { readonly env: Pick<Env, "versions"> }> {
  try {
    const ort = await import("onnxruntime-node");
    // What goes wrong is thrown as well: users read it once, in our words.
    ort.env.logLevel = "fatal";
    return ort;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "resources",
      `ONNX Runtime could not be loaded on ${process.platform}-${process.arch}: ${reason.split("\n")[0]}`,
      { cause: error },
    );
  }
}
