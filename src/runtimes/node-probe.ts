/**
 * Whether one of ONNX Runtime's providers really works on this machine: a child process runs a model of one operator on
 * it. A child, because drivers have been seen to abort the process and to print on the terminal. It refuses to know what
 * the failure means; the runtimes translate it.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { telemetryOff } from "./node-ort.ts";
import { smallest } from "./smallest.ts";

/** A first start may compile shaders; a driver that hangs is no driver. */
const PATIENCE = 20_000;

/** Run by Node with `-e`: no file of its own, so that it works the same from sources, package and tests. */
const PROGRAM = `
const [path, provider, model] = process.argv.slice(1);
const ort = require(path);
ort.env.logLevel = "fatal";
const answer = (value) => process.stdout.write(JSON.stringify(value), () => process.exit());
(async () => {
  const options = { executionProviders: [provider], logSeverityLevel: 4 };
  const session = await ort.InferenceSession.create(Buffer.from(model, "base64"), options);
  const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2, -3), [3]) });
  answer([...y.data].join() === "-1,-2,3" ? { ok: true } : { ok: false, reason: "it computes wrong numbers" });
})().catch((error) => answer({ ok: false, reason: String(error.message) }));
`;

export type Probe = { ok: true } | { ok: false; reason: string };

/** The answer of the child, with the whole reason as ONNX Runtime gives it; never rejects. */
export function probeProvider(provider: string): Promise<Probe> {
  let path: string;
  try {
    path = createRequire(import.meta.url).resolve("onnxruntime-node");
  } catch {
    return Promise.resolve({ ok: false, reason: "the package onnxruntime-node is not installed" });
  }
  const model = Buffer.from(smallest("Neg")).toString("base64");
  return new Promise((resolve) => {
    // A driver that hangs may not hear anything softer.
    const env = { ...process.env, ...telemetryOff };
    const options = { timeout: PATIENCE, killSignal: "SIGKILL", env } as const;
    execFile(process.execPath, ["-e", PROGRAM, path, provider, model], options, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as Probe);
      } catch {
        const signal = error?.signal;
        const end = error?.killed
          ? `no answer within ${PATIENCE / 1000} s`
          : `the process ended with ${signal ?? error?.code}`;
        resolve({ ok: false, reason: end });
      }
    });
  });
}
