import type { Backbone } from "./backbone.ts";

/**
 * A VGG19 of a quarter of the width, cut after conv5_1 and trained to see what VGG19 sees: 1/16 of the work, 1.6 MB,
 * part of the package. See training/MODEL_CARD.md.
 */
export const pocket: Backbone = {
  name: "pocket",
  summary: "our own small network: comes with the package, 16 times less work",
  blocks: [[16, 16], [32, 32], [64, 64, 64, 64], [128, 128, 128, 128], [128]],
  // Its teacher's activations average about 1. Found by looking at what strengths for the published weights do here.
  published: 200,
};
