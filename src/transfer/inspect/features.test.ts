/** Features and Gram matrices against an independent computation, and their sheets. */
import { expect, test } from "vitest";
import { run } from "../../graph/fixtures.case.ts";
import { input } from "../../graph/index.ts";
import type { Image } from "../../image/image.ts";
import { crop } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { toy, toyWeights } from "../../models/backbone.case.ts";
import { features } from "../../models/features.ts";
import { countingRuntime } from "../fixtures.case.ts";
import { IMAGE } from "../step/step.ts";
import { extractFeatures, type LayerFeatures } from "./features.ts";
import { featureSheet } from "./sheet.ts";

const extractor = { backbone: toy, weights: toyWeights(), pooling: "max" as const };

test("features and Gram matrices of the picture cropped to multiples of 16; everything is freed", async () => {
  const runtime = await countingRuntime();
  const image = noiseImage({ width: 50, height: 37 }, 1);
  const extracted = await extractFeatures(runtime, extractor, image, ["conv3_1", "conv1_1"]);
  expect(extracted.map(({ layer, channels, width, height }) => [layer, channels, width, height])).toEqual([
    ["conv3_1", 8, 12, 8],
    ["conv1_1", 4, 48, 32],
  ]);
  const cut = crop(image, { width: 48, height: 32 });
  const graph = features(toy, extractor.weights, input("image", IMAGE), ["conv1_1", "conv3_1"], "max");
  const expected = await run(graph, { image: { data: cut.data, dims: [1, 3, 32, 48] } });
  for (const { layer, channels, width, height, features: maps, gram } of extracted) {
    expect(maps).toEqual(expected[layer]);
    const places = width * height;
    for (let a = 0; a < channels; a++) {
      for (let b = 0; b < channels; b++) {
        let sum = 0;
        for (let i = 0; i < places; i++) sum += maps[a * places + i]! * maps[b * places + i]!;
        expect(gram[a * channels + b]).toBeCloseTo(sum / places, 4);
      }
    }
  }
  expect([runtime.live, runtime.programs]).toEqual([0, 0]);
});

test("a picture smaller than 16 pixels is padded with its edges", async () => {
  const [extracted] = await extractFeatures(
    await countingRuntime(),
    extractor,
    noiseImage({ width: 5, height: 40 }, 1),
    ["conv1_1"],
  );
  expect(extracted).toMatchObject({ width: 16, height: 32 });
});

test("an unknown layer is a usage error", async () => {
  const wrong = extractFeatures(await countingRuntime(), extractor, noiseImage({ width: 16, height: 16 }, 1), [
    "conv9_9",
  ]);
  await expect(wrong).rejects.toThrow(expect.objectContaining({ code: "usage" }));
});

/** Two maps of 2x1, the second twice as bright; a third that is dark. */
const extracted: LayerFeatures = {
  layer: "conv1_1",
  channels: 3,
  width: 2,
  height: 1,
  features: Float32Array.of(0, 1, 1, 2, 0, 0),
  gram: Float32Array.of(4, 1, 0, 1, 9, 0, 0, 0, 0),
};

/** How many pixels have each of these greys exactly. */
function greys({ data, width, height }: Image, ...values: number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of data.subarray(0, width * height)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return values.map((value) => counts.get(Math.fround(value)) ?? 0);
}

test("maps are scaled each or by layer, and enlarged without interpolation", () => {
  // 8 pixels for 2: squares of 4. In the first map one is white, in the second both are bright, the third is black.
  const own = featureSheet([extracted], { show: "maps", mapSize: 8 });
  expect(greys(own, 0, 0.5, 1)).toEqual([3 * 16, 16, 2 * 16]);
  const shared = featureSheet([extracted], { show: "maps", mapSize: 8, contrast: "layer" });
  expect(greys(shared, 0, 0.5, 1)).toEqual([3 * 16, 2 * 16, 16]);
  const first = featureSheet([extracted], { show: "maps", mapSize: 8, maps: 1 });
  expect(greys(first, 0, 0.5, 1)).toEqual([16, 0, 16]);
});

test("Gram matrices are square roots, the largest white", () => {
  const square = 85 ** 2;
  const gram = featureSheet([extracted], { show: "gram" });
  expect(greys(gram, 1, 2 / 3, 1 / 3, 0)).toEqual([square, square, 2 * square, 5 * square]);
  const both = featureSheet([extracted, extracted], { title: "title" });
  expect(both.height).toBeGreaterThan(gram.height);
  expect(greys(both, 2 / 3)).toEqual([2 * square]);
});
