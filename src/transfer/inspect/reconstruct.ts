/**
 * Reconstructs a picture from a layer's features or Gram matrices (Gatys et al., arXiv 1508.06576, figure 1; Mahendran
 * and Vedaldi, arXiv 1412.0035): the settings of an ordinary job whose photo and painting are the same picture.
 */
import { type Backbone, convolutions } from "../../models/backbone.ts";
import type { SettingsInput } from "../../settings/settings.ts";

export const reconstructions = ["content", "style"] as const;
export type Reconstruction = (typeof reconstructions)[number];

/**
 * The settings of a job that reconstructs from `layers`: content or style. One level, because a smaller one would give
 * information that the layer does not have at this size; no other terms; and float32, because the signal is weak.
 */
export function reconstruction(kind: Reconstruction, layers: readonly string[]): SettingsInput {
  const weights = Object.fromEntries(layers.map((layer) => [layer, 1]));
  return {
    contentLayers: kind === "content" ? weights : {},
    styleLayers: kind === "style" ? weights : {},
    alpha: 1,
    beta: 1,
    tv: 0,
    laplacian: 0,
    roughness: 0,
    color: "free",
    init: "noise",
    levels: 1,
    precision: "fp32",
    size: 256,
    steps: 300,
  };
}

/**
 * The layers of the paper's figure, one list per reconstruction: for content the second convolution of every block, for
 * style the first of every block up to there. A block with one convolution contributes that one.
 */
export function figureLayers(backbone: Backbone, kind: Reconstruction): string[][] {
  const names = new Set(convolutions(backbone).map(({ name }) => name));
  const blocks = backbone.blocks.map((_, i) => i + 1);
  if (kind === "style") return blocks.map((block) => blocks.slice(0, block).map((b) => `conv${b}_1`));
  return blocks.map((block) => [names.has(`conv${block}_2`) ? `conv${block}_2` : `conv${block}_1`]);
}
