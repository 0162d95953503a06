import { bare } from "./bare.ts";
import type { Recipe } from "./recipe.ts";

/** neural-style by Justin Johnson: https://github.com/jcjohnson/neural-style, its defaults. */
export const neuralStyle: Recipe = {
  summary: "Justin Johnson's neural-style with its defaults: content 5, style 100, total variation 1e-3, L-BFGS.",
  about: [
    "L = 5 mean (F - P)^2 on relu4_2 + 100 sum mean (G/(N M) - A/(N M))^2 on relu1_1 to relu5_1, each with weight 1, + total variation 1e-3. L-BFGS, 1000 evaluations, a snapshot every 100, start from almost nothing.",
    "There, pixels go from 0 to 256, and the gradient of the total variation is that of half the sum of squared differences: 1e-3 there is 1e-3 / 2 * 256^2 = 32.768 here. Its start is noise of a thousandth of a grey value around the mean colour of ImageNet; here it is around mid-grey.",
    "Torch's L-BFGS takes every step whole and remembers 100 pairs; this one takes back what does not help and remembers 10, which looks the same and needs a tenth of the memory (--history 100 for as many).",
  ],
  settings: {
    ...bare,
    alpha: 5,
    beta: 100,
    tv: 32.768,
    styleLayers: { conv1_1: 1, conv2_1: 1, conv3_1: 1, conv4_1: 1, conv5_1: 1 },
    init: "gray",
    initNoise: 2e-5,
    normalize: "elements",
    steps: 1000,
    firstSteps: 1000,
    optimizer: "lbfgs",
    parameters: { learningRate: 0.1, history: 10 },
  },
  snapshots: { every: 100 },
};
