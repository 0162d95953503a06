/** Files written by Keras, PyTorch and others (test/weights/make_weights.py) all give the same network. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { convolutions } from "../models/backbone.ts";
import { readWeights } from "./read.ts";
import { expectedTiny, fixture, fixtures, tiny } from "./tiny.case.ts";
import { weightTensors } from "./weights.ts";

const files = readdirSync(fixtures).filter((name) => /^tiny.*\.(h5|pth|safetensors)$/.test(name));

test("there is a file of every kind", () => {
  expect(files).toHaveLength(11);
});

test.each(files)("%s gives the network", async (name) => {
  const weights = weightTensors(await readWeights(fixture(name), tiny, name));
  const expected = expectedTiny(name);
  expect([...weights.keys()]).toEqual([...expected.keys()]);
  for (const [key, { shape, data }] of expected) {
    expect(weights.get(key)!.shape, key).toEqual(shape);
    expect(weights.get(key)!.data, key).toEqual(data);
  }
});

test("mean and scale are folded correctly", async () => {
  // One grey pixel through the centre of conv1_1's kernel: kernel * (image - mean) equals original kernel * prepared
  // input.
  const pixel = [0.9, 0.5, 0.2];
  const prepared = {
    "tiny-torchvision.safetensors": [(0.9 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.2 - 0.406) / 0.225],
    "tiny-keras.h5": [0.9 * 255 - 123.68, 0.5 * 255 - 116.779, 0.2 * 255 - 103.939],
  };
  const { sixtyfourths } = JSON.parse(readFileSync(new URL("expected.json", fixtures), "utf8"));
  for (const [name, input] of Object.entries(prepared)) {
    const weights = await readWeights(fixture(name), tiny);
    for (let output = 0; output < convolutions(tiny)[0]!.outputs; output++) {
      const tap = (channel: number) => output * 27 + channel * 9 + 4;
      const original = input.reduce((sum, x, c) => sum + (x * sixtyfourths["conv1_1.weight"][tap(c)]) / 64, 0);
      const { kernel } = weights.layers.conv1_1!;
      const mean = weights.mean!;
      const folded = pixel.reduce((sum, x, c) => sum + (x - mean[c]!) * kernel[tap(c)]!, 0);
      expect(folded).toBeCloseTo(original, 3);
    }
  }
});
