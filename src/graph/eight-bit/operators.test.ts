/** Every eight-bit operator against its float32 version, within the quantisation error of its tensors. */
import { describe, expect, test } from "vitest";
import { run } from "../fixtures.case.ts";
import { add, float, greater, mul, relu } from "../operators/arithmetic.ts";
import { conv } from "../operators/convolution.ts";
import { matmul, selfProduct } from "../operators/linear.ts";
import { reshape, reshapeLike } from "../operators/movement.ts";
import { averagePool, maxPool, upsample } from "../operators/pooling.ts";
import { numbers } from "../problem.case.ts";
import { evaluateDim, multiplyDims, symbol } from "../shape.ts";
import { constant, input, scalar, type Tensor } from "../tensor.ts";
import * as integer from "./operators.ts";

const C = 8;
const H = symbol("H");
const W = symbol("W");
const SIZES = { H: 6, W: 10 };
const kernel = constant(numbers(C * C * 9, 3), [C, C, 3, 3]);
const bias = constant(numbers(C, 4), [C]);

/** Activations are outputs of a ReLU; gradients have both signs; "small" tensors have half the height and width. */
const features = relu(input("features", [1, C, H, W]));
const gradient = input("gradient", [1, C, H, W]);
const small = input("small", [1, C, multiplyDims(H, 0.5), multiplyDims(W, 0.5)]);
const matrix = input("matrix", [C, C]);

const as = (zero: 0 | 128, range: number): integer.Scaled => ({ zero, scale: scalar(range / integer.LEVELS[zero]) });
const eight = { features: integer.quantise(features, as(0, 1)), gradient: integer.quantise(gradient, as(128, 1)) };
const eightSmall = integer.quantise(small, as(128, 1));
const on = float(greater(integer.dequantise(eight.features), 0));

/**
 * The eight-bit result, the float32 result, and the tolerance: half a quantisation step of the inputs and of the
 * output.
 */
const cases: Record<string, [Tensor, Tensor, number]> = {
  quantise: [integer.dequantise(eight.gradient), gradient, 0.5 / 127],
  "conv and relu": [
    integer.dequantise(integer.quantisedConv(eight.features, kernel, bias, as(0, 12))),
    relu(conv(features, kernel, bias)),
    6 / 127 + 72 / 255,
  ],
  "conv and relu, with a bias of its own": [
    integer.dequantise(integer.quantisedConv(eight.features, kernel, bias, as(0, 12), false)),
    relu(conv(features, kernel, bias)),
    6 / 127 + 72 / 255,
  ],
  "conv of a gradient": [
    integer.dequantise(integer.quantisedConv(eight.gradient, kernel, undefined, as(128, 12))),
    conv(gradient, kernel),
    6 / 127 + 72 / 127,
  ],
  "max pooling": [integer.dequantise(integer.quantisedMaxPool(eight.features)), maxPool(features), 0.5 / 255],
  "average pooling": [
    integer.dequantise(integer.quantisedAveragePool(eight.features)),
    averagePool(features),
    1.01 / 255,
  ],
  add: [
    integer.dequantise(integer.quantisedAdd(eight.gradient, eight.gradient, as(128, 2))),
    add(gradient, gradient),
    2 / 127,
  ],
  mask: [integer.dequantise(integer.masked(eight.gradient, eight.features)), mul(gradient, on), 0.5 / 127],
  "mask of what is twice as large": [
    integer.dequantise(integer.maskedUpsampled(eightSmall, eight.features)),
    mul(upsample(small), on),
    0.5 / 127,
  ],
  Gram: [
    mul(integer.quantisedGram(eight.features), 1 / 60),
    mul(selfProduct(reshape(features, [C, multiplyDims(H, W)])), 1 / 60),
    1.01 / 255,
  ],
  product: [
    integer.dequantise(integer.quantisedProduct(matrix, eight.features, as(128, 4))),
    reshapeLike(matmul(matrix, reshape(features, [C, multiplyDims(H, W)])), features),
    2 / 127 + 8 / 255 + 4 / 127,
  ],
};

function given() {
  const of = (x: Tensor, seed: number) => {
    const dims = x.shape.map((dim) => evaluateDim(dim, SIZES));
    return {
      dims,
      data: numbers(
        dims.reduce((a, b) => a * b, 1),
        seed,
      ),
    };
  };
  return {
    features: of(features, 1),
    gradient: of(gradient, 2),
    small: of(small, 3),
    matrix: of(matrix, 4),
  };
}

describe("eight bits agree with float32", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    const [eight, floats, bound] = cases[name]!;
    const inputs = given();
    const needed = new Set<string>();
    const walk = (x: Tensor) => {
      if (x.name) needed.add(x.name);
      x.inputs.forEach(walk);
    };
    [eight, floats].forEach(walk);
    const used = Object.fromEntries(Object.entries(inputs).filter(([name]) => needed.has(name)));
    const found = await run({ eight, floats }, used);
    const apart = found.floats!.map((x, i) => Math.abs(x - found.eight![i]!));
    expect(found.eight).toHaveLength(found.floats!.length);
    expect(Math.max(...apart)).toBeLessThanOrEqual(bound * 1.0001);
    // The agreement is not only within the tolerance: the values correlate.
    expect(correlation(found.floats!, found.eight!)).toBeGreaterThan(0.99);
  });
});

function correlation(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) [ab, aa, bb] = [ab + a[i]! * b[i]!, aa + a[i]! ** 2, bb + b[i]! ** 2];
  return ab / Math.sqrt(aa * bb);
}

/**
 * Processors without VNNI saturate the sum of two products at 16 bits. With weights that use all of 8 bits, sums like
 * these come out at half of their value, or at a hundredth where the other half is subtracted again.
 */
describe("sums of the largest values do not saturate", () => {
  const SIDE = 8;
  /** By channel: all equal, large values in several arrangements, and all negative. */
  const patterns: Record<string, (channel: number) => number> = {
    equal: () => 1,
    "large and small": (channel) => (channel % 2 === 0 ? 1 : 0.01),
    "two large, two small": (channel) => (channel % 4 < 2 ? 1 : 0.01),
    "small between large": (channel) => (channel % 4 === 0 || channel % 4 === 3 ? 1 : 0.01),
    "below zero": () => -1,
  };
  const kinds = Object.keys(patterns).flatMap((name) => [4, 5, 16, 64].map((channels) => ({ name, channels })));

  test.each(kinds)("weights $name, $channels channels", async ({ name, channels }) => {
    const x = input("x", [1, channels, SIDE, SIDE]);
    const weights = Float32Array.from({ length: channels ** 2 }, (_, i) => patterns[name]!(i % channels));
    const sum = weights.subarray(0, channels).reduce((a, b) => a + b, 0);
    const matrix = input("matrix", [channels, channels]);
    const kernel = constant(
      Float32Array.from({ length: 9 * channels ** 2 }, (_, i) => weights[Math.floor(i / 9)]!),
      [channels, channels, 3, 3],
    );
    const bias = constant(new Float32Array(channels).fill(Math.sign(sum)), [channels]);
    const [seen, back] = [integer.quantise(x, as(0, 1)), integer.quantise(x, as(128, 1))];
    const [one, nine] = [as(128, Math.abs(sum)), as(128, Math.abs(9 * sum) + 1)];
    const eights = {
      held: integer.quantisedConv(seen, kernel, bias, nine),
      own: integer.quantisedConv(seen, kernel, bias, nine, false),
      back: integer.quantisedConv(back, kernel, undefined, nine),
      product: integer.quantisedProduct(matrix, seen, one),
    };
    const found = await run(
      Object.fromEntries(Object.entries(eights).map(([kind, eight]) => [kind, integer.dequantise(eight)])),
      {
        x: { data: new Float32Array(channels * SIDE ** 2).fill(1), dims: [1, channels, SIDE, SIDE] },
        matrix: { data: weights, dims: [channels, channels] },
      },
    );
    const middle = SIDE ** 2 / 2 + SIDE / 2;
    const exact = { held: 9 * sum + Math.sign(sum), own: 9 * sum + Math.sign(sum), back: 9 * sum, product: sum };
    for (const [kind, expected] of Object.entries(exact)) {
      expect(Math.abs(found[kind]![middle]! / expected - 1), kind).toBeLessThan(0.02);
    }
  });
});

describe("a bias stored in extra channels", () => {
  const inputs = 4;
  const outputs = 16;
  const weights = constant(numbers(outputs * inputs * 9, 5), [outputs, inputs, 3, 3]);
  const biases = constant(
    numbers(outputs, 6).map((x) => 3 * x),
    [outputs],
  );
  const least = integer.leastRange(weights, biases);

  // The rounding error is a few dozen units of the products, whatever the scale.
  test.each([1, 1.7, 30, 1000])(
    "equals the float32 bias when features reach %f times the smallest range",
    async (times) => {
      const scale = (least * times) / 255;
      const x = integer.quantise(input("x", [1, inputs, 2, 2]), { zero: 0, scale: scalar(scale) });
      const out = integer.quantisedConv(x, weights, biases, { zero: 0, scale: scalar(3 / 255) });
      const zeros = { x: { data: new Float32Array(inputs * 4), dims: [1, inputs, 2, 2] } };
      const found = (await run({ y: integer.dequantise(out) }, zeros)).y!;
      for (let i = 0; i < found.length; i++) {
        const exact = Math.max(0, (biases.data as Float32Array)[Math.floor(i / 4)]!);
        expect(Math.abs(found[i]! - exact)).toBeLessThan(1.5 / 255 + (32 * scale) / 127);
      }
    },
  );

  test("fits only above the smallest range", () => {
    const larger = constant(
      (biases.data as Float32Array).map((x) => 2 * x),
      [outputs],
    );
    expect(integer.leastRange(weights, larger)).toBeCloseTo(2 * least, 6);
  });
});

test("the gradient of max pooling goes to the first maximum of a block, and nowhere in a block of zeros", async () => {
  // A block with one maximum, one of zeros, and every combination of equal values.
  const rows = [
    [0.2, 0.6, 0, 0, 0.5, 0.5, 0.1, 0.5, 0.1, 0.2, 0.5, 0.1, 0.5, 0.5, 0.2, 0.1],
    [0.1, 0.4, 0, 0, 0.1, 0.3, 0.5, 0.3, 0.5, 0.5, 0.1, 0.5, 0.5, 0.5, 0.3, 0.4],
  ];
  const blocks = 8;
  const x = input("x", [1, 1, 2, 2 * blocks]);
  const g = input("g", [1, 1, 1, blocks]);
  const seen = integer.quantise(x, as(0, 1));
  const back = integer.maskedUnpooled(integer.quantise(g, as(128, 1)), seen, integer.quantisedMaxPool(seen));
  const found = await run(
    { back: integer.dequantise(back) },
    {
      x: { data: Float32Array.from(rows.flat()), dims: [1, 1, 2, 2 * blocks] },
      g: { data: Float32Array.of(1, 1, -1, 1, -1, 1, -1, 1), dims: [1, 1, 1, blocks] },
    },
  );
  expect([...found.back!]).toEqual([
    ...[0, 1, 0, 0, -1, 0, 0, 1, 0, 0, 1, 0, -1, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 1],
  ]);
});

test("the used fraction of a range", async () => {
  const x = input("x", [1, 1, 2, 2]);
  const eights = [integer.quantise(x, as(0, 1)), integer.quantise(x, as(0, 0.2)), integer.quantise(x, as(128, 1))];
  const found = await run(
    { all: integer.used(eights), unsigned: integer.used(eights.slice(0, 2)), signed: integer.used(eights.slice(2)) },
    { x: { data: Float32Array.of(0.5, -0.9, 0.1, 0), dims: [1, 1, 2, 2] } },
  );
  const [half, over, below] = found.all!;
  expect(half).toBeCloseTo(0.5, 2);
  expect(over).toBe(1);
  expect(below).toBeCloseTo(0.9, 2);
  expect([...found.unsigned!]).toEqual([half, over]);
  expect([...found.signed!]).toEqual([below]);
});
