/** The runtimes of Node and the choice between them. */
import { existsSync } from "node:fs";
import { invalid, UserError } from "../../errors.ts";
import { constant, conv, input, relu, symbol, type Tensor } from "../../graph/index.ts";
import { encode } from "../../onnx/model.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import { cuda } from "../../runtimes/node-cuda.ts";
import { webgpu } from "../../runtimes/node-webgpu.ts";
import type { Runtime, RuntimeChoice, RuntimeOptions } from "../../runtimes/runtime.ts";

export { processors } from "../../runtimes/node-threads.ts";

/** Node's runtimes, usually the fastest first. */
export const runtimes: readonly RuntimeChoice[] = [cuda, webgpu, cpu];

/**
 * Throws a `usage` error (about `label`) unless a runtime has that name. Whether it works is only known when it is
 * opened.
 */
export function checkRuntimeName(name: string, label = "runtime"): void {
  const names = ["auto", ...runtimes.map((one) => one.name)];
  if (!names.includes(name)) throw invalid("usage", label, `one of ${names.join(", ")}`, name);
}

/** Opens a runtime by name; `auto` is the fastest that works. Errors: `usage`, `resources`. */
export async function openRuntime(name = "auto", options: RuntimeOptions = {}): Promise<Runtime> {
  if (name === "auto") return fastest(options);
  checkRuntimeName(name);
  const choice = runtimes.find((one) => one.name === name)!;
  const probe = await choice.probe();
  if (!probe.ok) throw new UserError("resources", `The ${name} runtime does not work here: ${probe.reason}.`);
  return choice.open(options);
}

/**
 * A working GPU is not always faster than the CPU (a driver may compute in software): if there is one, both run a few
 * convolutions and the faster is used.
 */
async function fastest(options: RuntimeOptions): Promise<Runtime> {
  const processor = await cpu.open(options);
  if (!mayHaveGraphicsCard()) return processor;
  const probes = await Promise.all(runtimes.map((choice) => (choice === cpu ? { ok: false } : choice.probe())));
  let best = { runtime: processor, time: Number.POSITIVE_INFINITY };
  const devices = runtimes.filter((_, i) => probes[i]!.ok);
  for (const choice of devices.length > 0 ? [...devices, cpu] : []) {
    try {
      const runtime = choice === cpu ? processor : await choice.open(options);
      const time = await trial(runtime);
      if (time < best.time) best = { runtime, time };
    } catch {
      // A device that fails now would fail in the job, too.
    }
  }
  return best.runtime;
}

/** A cheap check: on Linux a GPU has a device file, or the environment names the Vulkan driver. */
function mayHaveGraphicsCard(): boolean {
  if (process.platform !== "linux") return true;
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
  return Boolean(VK_DRIVER_FILES || VK_ICD_FILENAMES) || ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"].some(existsSync);
}

/** Milliseconds of four convolutions with 64 channels at 128x128, in the second run. */
async function trial(runtime: Runtime): Promise<number> {
  const kernel = constant(new Float32Array(64 * 64 * 9).fill(1e-3), [64, 64, 3, 3]);
  let x: Tensor = input("x", [1, 64, symbol("H"), symbol("W")]);
  for (let i = 0; i < 4; i++) x = relu(conv(x, kernel));
  const program = await runtime.load(encode({ y: x }));
  const value = runtime.value(new Float32Array(64 * 128 * 128), [1, 64, 128, 128]);
  let time = 0;
  for (let i = 0; i < 2; i++) {
    const start = performance.now();
    const { y } = await program.run({ x: value });
    await y!.read();
    y!.dispose();
    time = performance.now() - start;
  }
  await program.dispose();
  return time;
}
