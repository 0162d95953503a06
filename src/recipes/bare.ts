/** The method and nothing else: what the recipes of other programs leave as it is. Everything of our own is off. */
import type { Recipe } from "./recipe.ts";

export const bare = {
  size: 512,
  model: "auto",
  alpha: 1,
  beta: 1,
  tv: 0,
  contentLayers: { conv4_2: 1 },
  styleLayers: { conv1_1: 0.2, conv2_1: 0.2, conv3_1: 0.2, conv4_1: 0.2, conv5_1: 0.2 },
  styleLoss: "gram",
  blend: [1],
  styleScale: [1],
  strokes: [1],
  color: "free",
  colorMap: "symmetric",
  init: "content",
  initNoise: 0,
  steps: 500,
  firstSteps: 500,
  levels: 1,
  minSize: 512,
  pooling: "max",
  gain: 1,
  normalize: "paper",
  average: 0,
  seed: 0,
} as const satisfies Omit<Recipe["settings"], "optimizer" | "parameters">;
