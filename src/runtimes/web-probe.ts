/** Tests whether a runtime of the browser works by running the smallest model. */
import type { Runtime } from "./runtime.ts";
import { unaryModel } from "./unary-model.ts";

export type Probe = { ok: true } | { ok: false; reason: string };

/** Opens the runtime and runs a model of one operator. Never rejects. */
export async function tryRuntime(open: () => Promise<Runtime>): Promise<Probe> {
  try {
    const runtime = await open();
    const program = await runtime.load({ bytes: unaryModel("Neg"), externalData: [] }, { resident: ["y"] });
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

/** ONNX Runtime's error in one line, with what to do about it. */
function plain(reason: string): string {
  const [, file] = /dynamically imported module:? (\S+)/.exec(reason) ?? [];
  if (file === undefined) return reason.split("\n")[0]!;
  return (
    `ONNX Runtime's file ${file} was not found; set wasmPaths to its folder ` +
    '(and Vite\'s development server needs optimizeDeps: { exclude: ["pastiche"] })'
  );
}
