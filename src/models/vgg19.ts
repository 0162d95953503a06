import type { Backbone } from "./backbone.ts";

/**
 * The sixteen convolutions of VGG19 (Simonyan and Zisserman, arXiv 1409.1556, table 1, column E). Its weights are not
 * part of the package: `pastiche models pull vgg19`.
 */
export const vgg19: Backbone = {
  name: "vgg19",
  summary: "VGG19, the network of the paper: best quality; 80 MB of weights to download once",
  blocks: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
};
