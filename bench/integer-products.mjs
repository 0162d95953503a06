/**
 * Eight-bit convolutions of VGG19 at 512 pixels as QLinearConv, and as im2col and a product of integer matrices (QLinearMatMul,
 * MatMulInteger with its scale), in turns on one thread: medians. Usage: node bench/integer-products.mjs [ROUNDS]
 */
import { loadavg } from "node:os";
import { constant, input, integers, node, scalar } from "../dist/graph/tensor.js";
import { encode } from "../dist/onnx/model.js";
import { sessionOptions } from "../dist/runtimes/node-cpu.js";
import { loadOrt } from "../dist/runtimes/node-ort.js";

const rounds = Number(process.argv[2] ?? 5);
const ort = await loadOrt();
const zero = constant(Uint8Array.of(0), []);

/**
 * @param {string} op
 * @param {import("../dist/graph/tensor.js").Tensor[]} inputs
 * @param {number[]} shape
 * @param {import("../dist/graph/tensor.js").ElementType} [type]
 * @param {Record<string, number | string | number[]>} [attributes]
 */
const of = (op, inputs, shape, type = "uint8", attributes = {}) => node(op, inputs, { shape, type, attributes });

/**
 * The three graphs for `channels` at `side` squared positions, channels last.
 *
 * @param {number} channels
 * @param {number} side
 */
function graphs(channels, side) {
  const image = input("x", [1, side, side, channels], "uint8");
  const values = Int8Array.from({ length: channels * channels * 9 }, (_, i) => ((i * 37) % 127) - 63);
  const scales = constant(new Float32Array(channels).fill(0.01), [channels]);
  const zeros = constant(new Int8Array(channels), [channels]);
  const kernel = constant(values, [channels, channels, 3, 3]);
  const conv = of(
    "com.microsoft.QLinearConv",
    [image, scalar(0.02), zero, kernel, scales, zeros, scalar(1), zero],
    [1, side, side, channels],
    "uint8",
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1], channels_last: 1 },
  );
  const padded = of("Pad", [image, integers(0, 1, 1, 0, 0, 1, 1, 0), zero], [1, side + 2, side + 2, channels]);
  const taps = Array.from({ length: 9 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3), i % 3];
    const bounds = [integers(y, x), integers(y + side, x + side), integers(1, 2)];
    return of("Slice", [padded, ...bounds], [1, side, side, channels]);
  });
  const columns = of("Concat", taps, [1, side, side, 9 * channels], "uint8", { axis: 3 });
  const rows = of("Reshape", [columns, integers(-1, 9 * channels)], [side * side, 9 * channels]);
  const matrix = constant(values.slice(), [9 * channels, channels]);
  const linear = [rows, scalar(0.02), zero, matrix, scales, zeros, scalar(1), zero];
  const sums = of("MatMulInteger", [rows, matrix, zero], [side * side, channels], "int32");
  const whole = of("Cast", [sums], [side * side, channels], "float32", { to: "float32" });
  const scaled = of("Mul", [whole, scalar(2e-4)], [side * side, channels], "float32");
  return {
    QLinearConv: conv,
    "im2col, QLinearMatMul": of("QLinearMatMul", linear, [side * side, channels]),
    "im2col, MatMulInteger": of("QuantizeLinear", [scaled, scalar(1), zero], [side * side, channels]),
  };
}

console.log(`one thread, load ${loadavg()[0]?.toFixed(1)}`);
for (const [channels, side] of /** @type {const} */ ([
  [512, 64],
  [256, 128],
  [128, 256],
  [64, 512],
])) {
  const x = new ort.Tensor("uint8", new Uint8Array(channels * side * side).fill(3), [1, side, side, channels]);
  const all = [];
  for (const [name, y] of Object.entries(graphs(channels, side))) {
    const { bytes, externalData } = encode({ y });
    const session = await ort.InferenceSession.create(bytes, { ...sessionOptions(1), externalData });
    all.push({ name, session, times: /** @type {number[]} */ ([]) });
  }
  // The first round is a warm-up.
  for (let round = 0; round <= rounds; round++) {
    for (const { session, times } of all) {
      const before = process.cpuUsage();
      await session.run({ x });
      const { user, system } = process.cpuUsage(before);
      if (round > 0) times.push((user + system) / 1000);
    }
  }
  const operations = 2 * 9 * channels ** 2 * side ** 2;
  const texts = all.map(({ name, times }) => {
    const ms = times.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    return `${name} ${ms.toFixed(1)} ms (${(operations / ms / 1e6).toFixed(0)} GOP/s)`;
  });
  for (const { session } of all) await session.release();
  console.log(`${channels} channels, ${side}x${side}: ${texts.join("; ")}`);
}
