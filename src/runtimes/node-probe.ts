/**
 * Tests whether an ONNX Runtime provider works on this machine by running a model of one operator in a child process. A
 * child, because some drivers abort the process or print on the terminal. The runtimes interpret the failure.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { telemetryOff } from "./node-ort.ts";
import { unaryModel } from "./unary-model.ts";

/** The first start may compile shaders; a driver that takes longer than this counts as not working. */
const PATIENCE = 20_000;

/** Run by Node with `-e`, so that it works the same from sources, package and tests. */
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

/** The child's answer, with ONNX Runtime's complete error message; never rejects. */
export function probeProvider(provider: string): Promise<Probe> {
  let path: string;
  try {
    path = createRequire(import.meta.url).resolve("onnxruntime-node");
  } catch {
    return Promise.resolve({ ok: false, reason: "the package onnxruntime-node is not installed" });
  }
  const model = Buffer.from(unaryModel("Neg")).toString("base64");
  return new Promise((resolve) => {
    // A hanging driver may ignore other signals.
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
