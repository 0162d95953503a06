/** Every exported backbone: its table, its features, its errors. */
import { describe, expect, test } from "vitest";
import { run } from "../graph/fixtures.case.ts";
import { input, print, symbol } from "../graph/index.ts";
import type { ConvolutionWeights } from "../weights/weights.ts";
import { costTo, toy, toyWeights } from "./backbone.case.ts";
import { convolutions } from "./backbone.ts";
import { featureScale, scaleFeatures } from "./feature-scale.ts";
import { features, type Pooling, poolings } from "./features.ts";
import * as models from "./index.ts";

const image = input("image", [1, 3, symbol("H"), symbol("W")]);
const kinds = Object.keys(poolings) as Pooling[];

/** The graph of `layers`, printed. */
function printed(layers: readonly string[], pooling: Pooling = "max"): string {
  return print(features(toy, toyWeights(), image, layers, pooling));
}

const count = (text: string, op: string) => text.split(` = ${op}(`).length - 1;

describe.each(Object.entries(models))("%s", (exported, backbone) => {
  test("explains itself", () => {
    expect(backbone.name).toBe(exported);
    expect(backbone.summary).toMatch(/^\S.{10,100}$/);
  });

  test("layers are named conv1_1 to conv5_..., each fed by the previous one", () => {
    const layers = convolutions(backbone);
    expect(layers[0]).toMatchObject({ name: "conv1_1", inputs: 3 });
    expect(new Set(layers.map((layer) => layer.name)).size).toBe(layers.length);
    for (const [i, layer] of layers.entries()) {
      expect(layer.name).toMatch(/^conv[1-5]_[1-4]$/);
      if (i > 0) expect(layer.inputs).toBe(layers[i - 1]!.outputs);
    }
  });

  test("has all layers of the default settings", () => {
    const names = convolutions(backbone).map((layer) => layer.name);
    expect(names).toEqual(expect.arrayContaining(["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv4_2", "conv5_1"]));
  });
});

test("vgg19 has sixteen layers and costs 361,152 multiply-adds a pixel to conv5_1", () => {
  expect(convolutions(models.vgg19)).toHaveLength(16);
  expect(convolutions(models.vgg19).at(-1)).toEqual({ name: "conv5_4", inputs: 512, outputs: 512, rank: 0 });
  expect(costTo(models.vgg19, "conv5_1")).toBe(361_152);
});

test("pocket does an eleventh of the work", () => {
  expect(costTo(models.pocket, "conv5_1")).toBe(32_616);
});

test("slim does between a fifth and a quarter of the work", () => {
  expect(costTo(models.slim, "conv5_1") / costTo(models.vgg19, "conv5_1")).toBeGreaterThan(0.2);
  expect(costTo(models.slim, "conv5_1") / costTo(models.vgg19, "conv5_1")).toBeLessThan(0.25);
});

test("scaled weights scale the features of every layer", async () => {
  const layers = ["conv1_1", "conv3_1", "conv5_1"];
  const given = { image: { data: new Float32Array(3 * 32 * 32).map((_, i) => (i % 7) / 7), dims: [1, 3, 32, 32] } };
  const own = await run(features(toy, toyWeights(), image, layers, "max"), given);
  const scaled = await run(features(toy, scaleFeatures(toy, toyWeights(), 200), image, layers, "max"), given);
  for (const layer of layers) {
    const largest = Math.max(...own[layer]!);
    expect(largest, layer).toBeGreaterThan(0);
    const worst = Math.max(...scaled[layer]!.map((x, i) => Math.abs(x / 200 - own[layer]![i]!)));
    expect(worst / largest, layer).toBeLessThan(1e-5);
  }
  expect(featureScale({ ...toy, published: 50 }, 2)).toBe(100);
  expect(featureScale({ ...toy, published: 50 }, "own")).toBe(1);
  const weights = toyWeights();
  expect(scaleFeatures(toy, weights, 1)).toBe(weights);
});

describe("features", () => {
  test.each(kinds)("%s pooling: layers have the channels and the size of their block", async (pooling) => {
    const layers = ["conv1_1", "conv3_1", "conv5_1"];
    const graph = features(toy, toyWeights(), image, layers, pooling);
    const found = await run(graph, { image: { data: new Float32Array(3 * 32 * 48).fill(0.7), dims: [1, 3, 32, 48] } });
    expect(Object.keys(found)).toEqual(layers);
    expect(layers.map((layer) => found[layer]!.length)).toEqual([4 * 32 * 48, 8 * 8 * 12, 8 * 2 * 3]);
    for (const layer of layers) expect(Math.min(...found[layer]!)).toBeGreaterThanOrEqual(0);
  });

  test.each([
    [["conv1_1"], 1, 0],
    [["conv3_1", "conv2_1"], 3, 2],
    [["conv4_2", "conv1_1"], 5, 3],
    [["conv5_1"], 6, 4],
  ])("%s: the graph is only as deep as needed", (layers, convs, pools) => {
    expect(count(printed(layers), "Conv")).toBe(convs);
    expect(count(printed(layers), "MaxPool")).toBe(pools);
    expect(count(printed(layers, "average"), "AveragePool")).toBe(pools);
  });

  test("equal a network computed by hand", async () => {
    const one = { name: "one", summary: "", blocks: [[1]] };
    const kernel = Float32Array.from({ length: 27 }, (_, i) => (i - 13) / 10);
    const conv1_1 = { kernel, bias: Float32Array.of(0.5) };
    const weights = { mean: Float32Array.of(0.5, 0.25, 0), layers: { conv1_1 } };
    const data = Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => ((i * 37) % 101) / 101);
    const graph = features(one, weights, image, ["conv1_1"], "max");
    const seen = (await run(graph, { image: { data, dims: [1, 3, 16, 16] } })).conv1_1!;
    const expected = (y: number, x: number) => {
      let sum = 0.5;
      for (let c = 0; c < 3; c++) {
        for (let v = -1; v <= 1; v++) {
          for (let u = -1; u <= 1; u++) {
            const inside = y + v >= 0 && y + v < 16 && x + u >= 0 && x + u < 16;
            const mean = [0.5, 0.25, 0][c]!;
            // Zero padding after the mean is subtracted is padding with the mean colour.
            if (inside) sum += kernel[c * 9 + (v + 1) * 3 + u + 1]! * (data[(c * 16 + y + v) * 16 + x + u]! - mean);
          }
        }
      }
      return Math.max(0, sum);
    };
    for (const [y, x] of [
      [7, 9],
      [0, 0],
      [15, 4],
      [3, 15],
    ] as const) {
      expect(seen[y * 16 + x]).toBeCloseTo(expected(y, x), 5);
    }
  });

  test("a read-out is a linear map of a layer's channels, and does not affect later layers", async () => {
    const layers = ["conv1_1", "conv2_1"];
    const matrix = Float32Array.from({ length: 16 }, (_, i) => ((i * 5) % 7) - 3);
    const { mean, layers: plain } = toyWeights();
    const weights = { mean, layers: { ...plain, conv1_1: { ...plain.conv1_1!, readout: matrix } } };
    const given = { image: { data: new Float32Array(3 * 16 * 16).map((_, i) => (i % 7) / 7), dims: [1, 3, 16, 16] } };
    const own = await run(features(toy, toyWeights(), image, layers, "max"), given);
    const read = await run(features(toy, weights, image, layers, "max"), given);
    expect(read.conv2_1).toEqual(own.conv2_1);
    for (let channel = 0; channel < 4; channel++) {
      for (const place of [0, 17, 255]) {
        let sum = 0;
        for (let c = 0; c < 4; c++) sum += matrix[channel * 4 + c]! * own.conv1_1![c * 256 + place]!;
        expect(read.conv1_1![channel * 256 + place]).toBeCloseTo(sum, 4);
      }
    }
  });

  test("a factorised convolution equals the convolution with the product of its factors", async () => {
    const { conv1_1, ...rest } = toyWeights().layers as Record<string, ConvolutionWeights> & {
      conv1_1: ConvolutionWeights;
    };
    const rank = 2;
    const kernel = conv1_1.kernel.slice(0, rank * 27);
    const expansion = Float32Array.from({ length: 4 * rank }, (_, i) => (i % 5) - 2);
    const product = Float32Array.from({ length: 4 * 27 }, (_, i) => {
      const [row, tap] = [Math.floor(i / 27), i % 27];
      return expansion[row * rank]! * kernel[tap]! + expansion[row * rank + 1]! * kernel[27 + tap]!;
    });
    const given = { image: { data: new Float32Array(3 * 32 * 32).map((_, i) => (i % 11) / 11), dims: [1, 3, 32, 32] } };
    const seen = (first: ConvolutionWeights) =>
      run(features(toy, { layers: { ...rest, conv1_1: first } }, image, ["conv1_1", "conv3_1"], "max"), given);
    const whole = await seen({ kernel: product, bias: conv1_1.bias });
    const factors = await seen({ kernel, expansion, bias: conv1_1.bias });
    for (const layer of ["conv1_1", "conv3_1"]) {
      const largest = Math.max(...whole[layer]!);
      const worst = Math.max(...whole[layer]!.map((x, i) => Math.abs(x - factors[layer]![i]!)));
      expect(worst / largest, layer).toBeLessThan(1e-5);
    }
  });

  test("an unknown layer is a usage error that lists the layers", () => {
    expect(() => printed(["conv1_1", "conv9_1"])).toThrow(
      "toy has no layer conv9_1. Its layers: conv1_1, conv2_1, conv3_1, conv4_1, conv4_2, conv5_1.",
    );
    expect(() => printed(["conv9_1"])).toThrow(expect.objectContaining({ code: "usage" }));
  });

  test("weights that lack a layer are a model error", () => {
    const { conv2_1: _, ...layers } = toyWeights().layers;
    const weights = { layers };
    expect(() => features(toy, weights, image, ["conv3_1"], "max")).toThrow(
      expect.objectContaining({ code: "model", message: "The weights have no layer conv2_1." }),
    );
    expect(() => features(toy, weights, image, ["conv1_1"], "max")).not.toThrow();
  });
});
