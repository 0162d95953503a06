/** Computes the features of a picture at some layers, and their Gram matrices. */
import { input } from "../../graph/index.ts";
import { crop, type Image, padEdges } from "../../image/image.ts";
import * as losses from "../../losses/index.ts";
import { features } from "../../models/features.ts";
import { encode } from "../../onnx/model.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import { GRAIN } from "../pictures/edges.ts";
import { dispose, imageValue } from "../step/program.ts";
import { type Extractor, IMAGE } from "../step/step.ts";

/** One layer's features. */
export interface LayerFeatures {
  readonly layer: string;
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  /** `channels` planes of `width * height` values, all at least 0. */
  readonly features: Float32Array;
  /** The mean products of every two channels: `channels` rows of `channels` values. */
  readonly gram: Float32Array;
}

/**
 * The features of `image` at `layers`, in their order. The image is cropped to multiples of 16 pixels around its
 * centre. An unknown layer is a `usage` error.
 */
export async function extractFeatures(
  runtime: Runtime,
  { backbone, weights, pooling }: Extractor,
  image: Image,
  layers: readonly string[],
): Promise<LayerFeatures[]> {
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
      const extracted: LayerFeatures[] = [];
      for (const layer of layers) {
        const maps = results[`features ${layer}`]!;
        const [, channels, height, width] = maps.dims as [number, number, number, number];
        const copy = async (name: string) => (await results[`${name} ${layer}`]!.read()).slice();
        extracted.push({ layer, channels, width, height, features: await copy("features"), gram: await copy("gram") });
      }
      return extracted;
    } finally {
      dispose(results);
    }
  } finally {
    value.dispose();
    await program.dispose();
  }
}

/** The centre of `image` in multiples of 16 pixels; an image below 16 pixels is padded by its edges. */
function whole(image: Image): Image {
  const sides = (round: (x: number) => number) => ({
    width: Math.max(GRAIN, round(image.width / GRAIN) * GRAIN),
    height: Math.max(GRAIN, round(image.height / GRAIN) * GRAIN),
  });
  const wide = { width: Math.max(GRAIN, image.width), height: Math.max(GRAIN, image.height) };
  return crop(padEdges(image, wide), sides(Math.floor));
}
