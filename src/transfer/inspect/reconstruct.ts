/**
 * What a layer keeps of a picture: it is painted anew from noise, with no other aim than that the layer sees the same
 * (Gatys et al., arXiv 1508.06576, figure 1; Mahendran and Vedaldi, arXiv 1412.0035). Settings only: it is a job like any
 * other, whose photo and painting are one picture.
 */
import { type Backbone, convolutions } from "../../models/backbone.ts";
import type { SettingsInput } from "../../settings/settings.ts";

export const reconstructions = ["content", "style"] as const;
export type Reconstruction = (typeof reconstructions)[number];

/**
 * The settings of a job that keeps of its picture what `layers` see: where things are (content), or what they are made of
 * (style). One level, because a smaller one would tell what the layer does not see at this size, nothing else to aim at, and
 * every step in floats, because little noise is much where little is kept.
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
 * The layers of the paper's figure, each list one reconstruction: of content the second convolution of every block, of
 * style the first of every block up to there. Where a block has one convolution only, that is taken.
 */
export function figureLayers(backbone: Backbone, kind: Reconstruction): string[][] {
  const names = new Set(convolutions(backbone).map(({ name }) => name));
  const blocks = backbone.blocks.map((_, i) => i + 1);
  if (kind === "style") return blocks.map((block) => blocks.slice(0, block).map((b) => `conv${b}_1`));
  return blocks.map((block) => [names.has(`conv${block}_2`) ? `conv${block}_2` : `conv${block}_1`]);
}
