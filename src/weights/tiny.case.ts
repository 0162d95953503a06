/** The tiny network of test/weights and its expected weights, for this folder's tests. */
import { readFileSync } from "node:fs";
import { type Backbone, convolutions } from "../models/backbone.ts";
import type { WeightTensor } from "./weights.ts";

export const fixtures = new URL("../../test/weights/", import.meta.url);

export const tiny: Backbone = { name: "tiny", summary: "for tests", blocks: [[3, 2], [4]] };

/** The bytes of a golden file, as a copy. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, fixtures)));
}

/** The expected weights of a golden file in our convention, computed by restating each program's preprocessing. */
export function expectedTiny(name: string): Map<string, WeightTensor> {
  const { sixtyfourths } = JSON.parse(readFileSync(new URL("expected.json", fixtures), "utf8"));
  const kind = name.includes("keras") ? "keras" : name.includes("ours") ? "ours" : "torchvision";
  const deviation = [0.229, 0.224, 0.225];
  const factor = { keras: () => 255, ours: () => 1, torchvision: (channel: number) => 1 / deviation[channel]! }[kind];
  const mean = {
    keras: [123.68 / 255, 116.779 / 255, 103.939 / 255],
    ours: [0, 0, 0],
    torchvision: [0.485, 0.456, 0.406],
  };
  const expected = new Map<string, WeightTensor>();
  for (const { name: layer, inputs, outputs } of convolutions(tiny)) {
    const kernel = Float32Array.from(sixtyfourths[`${layer}.weight`], (x: number, i) => {
      const channel = Math.floor(i / 9) % 3;
      return (x / 64) * (layer === "conv1_1" ? factor(channel) : 1);
    });
    expected.set(`${layer}.weight`, { shape: [outputs, inputs, 3, 3], data: kernel });
    const bias = Float32Array.from(sixtyfourths[`${layer}.bias`], (x: number) => x / 64);
    expected.set(`${layer}.bias`, { shape: [outputs], data: bias });
  }
  return expected.set("mean", { shape: [3], data: Float32Array.from(mean[kind]) });
}
