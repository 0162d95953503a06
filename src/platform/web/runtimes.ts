/** The runtimes of a browser and the choice between them. */
import { UserError } from "../../errors.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import type { WebRuntimeChoice, WebRuntimeOptions } from "../../runtimes/web-ort.ts";
import { wasm } from "../../runtimes/web-wasm.ts";
import { isSoftware, webgpu } from "../../runtimes/web-webgpu.ts";

/** The browser's runtimes, fastest first. */
export const runtimes: readonly WebRuntimeChoice[] = [webgpu, wasm];

/**
 * Opens a runtime by name; `auto` is `webgpu` on a working GPU, else `wasm`. It has run a model then: its WebAssembly is
 * compiled. Errors: `usage`, `resources`.
 */
export async function openRuntime(name = "auto", options: WebRuntimeOptions = {}): Promise<Runtime> {
  if (name === "auto") {
    const card = !(await isSoftware()) && (await webgpu.probe(options)).ok;
    return openRuntime(card ? "webgpu" : "wasm", options);
  }
  const choice = runtimes.find((one) => one.name === name);
  if (!choice) {
    const names = ["auto", ...runtimes.map((one) => one.name)].join(", ");
    throw new UserError("usage", `runtime: expected one of ${names}, got ${JSON.stringify(name)}.`);
  }
  const probe = await choice.probe(options);
  if (!probe.ok) throw new UserError("resources", `The ${name} runtime does not work here: ${probe.reason}.`);
  return choice.open(options);
}
