/** The bytes of a network's weights and of what it computes from a pixel. */
import type { Size } from "../../image/image.ts";
import {
  type Backbone,
  blockOf,
  type Convolution,
  convolutions,
  multiplyAdds,
  weightCount,
} from "../../models/backbone.ts";
import type { Extractor } from "../step/step.ts";
import { type FeatureTerm, scaleOf, type Terms } from "../step/terms.ts";

/** What is needed to compute sizes. */
export interface NetworkWork {
  readonly extractor: Pick<Extractor, "backbone" | "padding"> & {
    readonly weights?: Pick<Extractor["weights"], "layers">;
  };
  readonly terms: Terms;
  /** The number of pictures that describe the style: every painting at every size. Default 1. */
  readonly stylePictures?: number;
}

/** Features of so many bytes: the memory of one more program counts, and loading a program takes less than a step. */
const LARGE = 250e6;

/** Whether the programs of both precisions are loaded one at a time for an image of `work` pixels. */
export function runsAlone(network: NetworkWork, { width, height }: Size): boolean {
  return networkBytes(network).features * width * height >= LARGE;
}

/** The layers down to the deepest one that a term reads. */
function computedLayers(backbone: Backbone, terms: readonly FeatureTerm[]): Convolution[] {
  const layers = convolutions(backbone);
  const deepest = Math.max(0, ...terms.map((term) => layers.findIndex(({ name }) => name === term.layer)));
  return layers.slice(0, deepest + 1);
}

/** The bytes of a layer's features per pixel, in float32. */
function perPixel({ name, outputs }: Pick<Convolution, "name" | "outputs">): number {
  return (4 * outputs) / 4 ** (blockOf(name) - 1);
}

/**
 * The layers from block `first` on: bytes of their features per pixel in float32, of all and of those that a term reads; and their share
 * of the work of a forward pass.
 */
export function layersFrom({ extractor: { backbone }, terms }: NetworkWork, first: number) {
  const layers = computedLayers(backbone, terms.features);
  const some = layers.filter(({ name }) => blockOf(name) >= first);
  const products = (of: readonly Convolution[]) => of.reduce((sum, layer) => sum + multiplyAdds(layer), 0);
  const bytes = (of: readonly Convolution[]) => of.reduce((sum, layer) => sum + perPixel(layer), 0);
  const read = some.filter(({ name }) => terms.features.some(({ layer }) => layer === name));
  return { features: bytes(some), read: bytes(read), share: products(some) / products(layers) };
}

/** Bytes of the used weights; and per pixel, of what is computed from it. */
export function networkBytes({
  extractor: { backbone, weights },
  terms: { features: terms },
  stylePictures = 1,
}: NetworkWork) {
  const layers = convolutions(backbone);
  const seen = computedLayers(backbone, terms);
  const bytesOf = ({ layer, filter }: FeatureTerm) =>
    filter ? (4 * filter.channels) / filter.scale ** 2 : perPixel(layers.find(({ name }) => name === layer)!);
  const total = (some: readonly FeatureTerm[]) => some.reduce((sum, term) => sum + bytesOf(term), 0);
  const mapped = (some: readonly FeatureTerm[]) => {
    const read = some.filter(({ layer }) => weights?.layers[layer]?.readout);
    return total([...new Map(read.map((term) => [term.layer, term])).values()]);
  };
  const pairs = ({ loss: { columns = 0 }, ...term }: FeatureTerm) => (4 * columns * stylePictures) / scaleOf(term) ** 2;
  return {
    weights: seen.reduce((sum, layer) => sum + 4 * weightCount(layer), 0),
    features: seen.reduce((sum, { name, outputs, rank }) => sum + perPixel({ name, outputs: outputs + rank }), 0),
    readouts: mapped(terms),
    // Tensors weighted by regions are computed in float32.
    unweighted: mapped(terms.filter(({ region }) => region === undefined)),
    weighted: total(terms.filter(({ region }) => region !== undefined)),
    similarities: Math.max(0, ...terms.map(pairs)),
    content: total(terms.filter(({ picture }) => picture === "content")),
  };
}
