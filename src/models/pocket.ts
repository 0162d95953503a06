import type { Backbone } from "./backbone.ts";

/**
 * A small VGG19, cut after conv5_1, whose features predict those of VGG19 linearly: the losses read them through the
 * read-outs in its weights, in the scale of the published VGG19. An eleventh of the work, 2.3 MB, part of the package.
 * Layers that only losses read are wider than those that only feed the next. See training/MODEL_CARD.md.
 */
export const pocket: Backbone = {
  name: "pocket",
  summary: "our own small network: comes with the package, 11 times less work",
  blocks: [[24, 16], [64, 32], [128, 64, 64, 64], [128, 160, 128, 128], [192]],
};
