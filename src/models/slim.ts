import type { Backbone } from "./backbone.ts";

/**
 * VGG19 to conv5_1, pruned and factorised: of the layers that losses read it has VGG19's own channels, of conv1_1 40 of
 * them. Less than a quarter of the work, 3.1 MB, part of the package. See training/MODEL_CARD.md.
 */
export const slim: Backbone = {
  name: "slim",
  summary: "VGG19 with factorised convolutions: comes with the package, a quarter of VGG19's work",
  blocks: [[40, 32], [128, 64], [256, 128, 128, 128], [512, 512, 256, 256], [512]],
  ranks: [[0, 0], [32, 40], [64, 64, 64, 64], [96, 128, 128, 128], [192]],
};
