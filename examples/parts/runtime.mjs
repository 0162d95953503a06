/**
 * A runtime of one's own: ONNX Runtime's CPU with options of one's own, and a count of what runs. Another build or another
 * execution provider is bound in the same way. Usage: node examples/parts/runtime.mjs PHOTO PAINTING RESULT
 */
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
// Before ONNX Runtime, whose telemetry it switches off.
import { stylize, writePicture } from "pastiche/node";

/** @typedef {import("pastiche/parts").Value & { tensor: Tensor }} Held */

/** @type {(tensor: Tensor) => Held} */
const held = (tensor) => ({
  tensor,
  dims: tensor.dims,
  read: async () => /** @type {Float32Array} */ (tensor.data),
  dispose: () => tensor.dispose(),
});

/**
 * @param {number} threads
 * @returns {import("pastiche/parts").Runtime & { runs: number }}
 */
export function countingRuntime(threads) {
  const options = { executionProviders: ["cpu"], intraOpNumThreads: threads, enableMemPattern: false };
  return {
    runs: 0,
    name: "counting",
    description: `counting, ${threads} threads`,
    value: (data, dims) => held(new Tensor("float32", data, dims)),
    async load({ bytes, externalData }) {
      const session = await InferenceSession.create(bytes, { ...options, externalData });
      return {
        run: async (inputs, wanted = session.outputNames) => {
          this.runs++;
          const feeds = session.inputNames.map((name) => [name, /** @type {Held} */ (inputs[name]).tensor]);
          const outputs = await session.run(Object.fromEntries(feeds), wanted);
          return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, held(tensor)]));
        },
        dispose: () => session.release(),
      };
    },
  };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [content, style, result] = argv.slice(2);
  const runtime = countingRuntime(2);
  const { image } = await stylize({ content, style, settings: { size: 256 } }, { runtime });
  await writePicture(result, { image });
  console.log(`${runtime.runs} runs of programs`);
}
