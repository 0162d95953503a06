/**
 * One step of each network on the CPU compared with a 4096^3 matrix product through the same runtime in the same run.
 * Usage: node bench/step.mjs [SIZE...]
 */
import { input, matmul } from "../dist/graph/index.js";
import { encode } from "../dist/onnx/model.js";
import { cpu } from "../dist/runtimes/node-cpu.js";
import { macsPerPixel, median, noisePicture, preparedStep } from "./parts.mjs";

const sizes = process.argv.slice(2).map(Number);
const rate = await productRate();
console.log(`matrix product 4096^3: ${rate.toFixed(0)} GFLOP/s`);
for (const model of /** @type {const} */ (["pocket", "slim", "vgg19"])) {
  for (const size of sizes.length > 0 ? sizes : [256, 512]) {
    const { step, dispose } = await preparedStep({ model, size });
    const ms = await median(step);
    await dispose();
    const speed = (4 * macsPerPixel(model) * size * size) / ms / 1e6;
    const share = ((100 * speed) / rate).toFixed(0);
    console.log(
      `${model} ${size}x${size}: ${ms.toFixed(0)} ms a step, ${speed.toFixed(0)} GFLOP/s, ${share}% of the product`,
    );
  }
}

async function productRate() {
  const runtime = await cpu.open();
  const [a, b] = [input("a", [4096, 4096]), input("b", [4096, 4096])];
  const program = await runtime.load(encode({ c: matmul(a, b) }));
  const { data } = noisePicture({ width: 4096, height: 4096 });
  const value = runtime.value(data.slice(0, 4096 ** 2), [4096, 4096]);
  const ms = await median(() => program.run({ a: value, b: value }), 3);
  await program.dispose();
  return (2 * 4096 ** 3) / ms / 1e6;
}
