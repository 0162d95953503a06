import type { Recipe } from "./recipe.ts";

/** The default: what was found by numbers and by looking, on a dozen pairs of pictures. */
export const balanced: Recipe = {
  summary: "The default: coarse to fine, in the painting's colours, with strengths that mean the same everywhere.",
  about: [
    "Levels from 128 pixels up, each sqrt(2) as large as the one before; image and Adam's moments are carried up. The photo is first given the painting's colours (the map of optimal transport between the two clouds of colours), and is content target and start in these.",
    "Every term is divided by the mean square of its own target, so that a strength means the same on any network, at any size, for any painting. The result is the running average of the last hundred steps or so.",
  ],
  settings: {
    size: 512,
    model: "auto",
    alpha: 0.1,
    beta: 1,
    tv: 0.5,
    contentLayers: { conv4_2: 1 },
    styleLayers: { conv1_1: 3, conv2_1: 2, conv3_1: 2, conv4_1: 1, conv5_1: 0.5 },
    styleLoss: "gram",
    blend: [1],
    styleScale: [1],
    strokes: [1],
    color: "style",
    colorMap: "symmetric",
    init: "content",
    initNoise: 0,
    optimizer: "adam",
    steps: 80,
    firstSteps: 200,
    levels: 32,
    minSize: 128,
    pooling: "max",
    gain: "own",
    normalize: "balanced",
    average: 0.99,
    seamless: false,
    seed: 0,
    parameters: { learningRate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
  },
};
