import { balanced } from "./balanced.ts";
import type { Recipe } from "./recipe.ts";

/** More of everything that `balanced` has. */
export const fine: Recipe = {
  summary: "The slowest and best: larger, more levels and steps, means and covariances of the features matched apart.",
  about: [
    "As `balanced`, with the style loss `moments` (means and covariances of the features apart), a first level of 90 pixels, and ten times the steps. At 1024 pixels that is about forty times the work of `balanced` at 512. The result is the running average of the last ten steps or so.",
  ],
  settings: {
    ...balanced.settings,
    size: 1024,
    styleLoss: "moments",
    steps: 300,
    firstSteps: 500,
    minSize: 90,
    average: 0.9,
    parameters: { ...balanced.settings.parameters, beta1: 0.9 },
  },
};
