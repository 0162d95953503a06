/**
 * What a network sees in a picture: the features of some of its layers and their Gram matrices, computed once. How that is
 * shown, it refuses to know.
 */
import { input } from "../../graph/index.ts";
import { crop, type Image, padEdges } from "../../image/image.ts";
import * as losses from "../../losses/index.ts";
import { features } from "../../models/features.ts";
import { encode } from "../../onnx/model.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import { GRAIN } from "../pictures/edges.ts";
import { dispose, imageValue } from "../step/program.ts";
import { type Eye, IMAGE } from "../step/step.ts";

/** One layer's view of a picture. */
export interface Seen {
  readonly layer: string;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** `channels` planes of `width * height` values, none below 0. */
  readonly features: Float32Array;
  /** The mean product of every two channels: `channels` rows of as many values. */
  readonly gram: Float32Array;
}

/**
 * The features of `image` at `layers`, in their order. The picture is cut to whole multiples of 16 pixels, the middle of it
 * kept. An unknown layer is a `usage` error.
 */
export async function see(
  runtime: Runtime,
  { backbone, weights, pooling }: Eye,
  image: Image,
  layers: readonly string[],
): Promise<Seen[]> {
  const gram = losses.gram.make("paper");
  const found = features(backbone, weights, input("image", IMAGE), layers, pooling);
  const outputs = layers.flatMap((layer) => [
    [`features ${layer}`, found[layer]!] as const,
    [`gram ${layer}`, gram.describe(found[layer]!)[0]!] as const,
  ]);
  const program = await runtime.load(encode(Object.fromEntries(outputs)));
  const value = imageValue(runtime, whole(image));
  try {
    const results = await program.run({ image: value });
    try {
      const seen: Seen[] = [];
      for (const layer of layers) {
        const maps = results[`features ${layer}`]!;
        const [, channels, height, width] = maps.dims as [number, number, number, number];
        const copy = async (name: string) => (await results[`${name} ${layer}`]!.read()).slice();
        seen.push({ layer, channels, width, height, features: await copy("features"), gram: await copy("gram") });
      }
      return seen;
    } finally {
      dispose(results);
    }
  } finally {
    value.dispose();
    await program.dispose();
  }
}

/** The middle of `image` in whole multiples of 16 pixels; one that is smaller than 16 is continued at its edges. */
function whole(image: Image): Image {
  const sides = (round: (x: number) => number) => ({
    width: Math.max(GRAIN, round(image.width / GRAIN) * GRAIN),
    height: Math.max(GRAIN, round(image.height / GRAIN) * GRAIN),
  });
  const wide = { width: Math.max(GRAIN, image.width), height: Math.max(GRAIN, image.height) };
  return crop(padEdges(image, wide), sides(Math.floor));
}
