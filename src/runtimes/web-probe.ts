/** Whether a runtime of the browser really works: the smallest model is run on it. It refuses to know which one it is. */
import type { Runtime } from "./runtime.ts";
import { smallest } from "./smallest.ts";

export type Probe = { ok: true } | { ok: false; reason: string };

/** Opens the runtime and runs a model of one operator. Never rejects. */
export async function tryRuntime(open: () => Promise<Runtime>): Promise<Probe> {
  try {
    const runtime = await open();
    const program = await runtime.load(smallest("Neg"), { resident: ["y"] });
    const x = runtime.value(Float32Array.of(1, 2, -3), [3]);
    const { y } = await program.run({ x });
    const right = [...(await y!.read())].join() === "-1,-2,3";
    y!.dispose();
    x.dispose();
    await program.dispose();
    return right ? { ok: true } : { ok: false, reason: "it computes wrong numbers" };
  } catch (error) {
    return { ok: false, reason: plain(error instanceof Error ? error.message : String(error)) };
  }
}

/** ONNX Runtime's reason in one line that says what to do. */
function plain(reason: string): string {
  const [, file] = /dynamically imported module:? (\S+)/.exec(reason) ?? [];
  if (file === undefined) return reason.split("\n")[0]!;
  return (
    `ONNX Runtime's file ${file} was not found: wasmPaths names the folder it is in ` +
    '(and Vite\'s development server needs optimizeDeps: { exclude: ["pastiche"] })'
  );
}
