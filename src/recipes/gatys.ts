import { bare } from "./bare.ts";
import type { Recipe } from "./recipe.ts";

/** Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style", arXiv 1508.06576. */
export const gatys: Recipe = {
  summary: "The paper of Gatys, Ecker and Bethge to the letter: from white noise, by L-BFGS, at one size.",
  about: [
    "L = alpha L_content + beta L_style with alpha / beta = 1e-3; L_content = 1/2 sum (F - P)^2 on conv4_2; L_style = sum w_l E_l, E_l = 1/(4 N^2 M^2) sum (G - A)^2, w_l = 1/5 on conv1_1, conv2_1, conv3_1, conv4_1 and conv5_1. Average pooling, white noise as start, L-BFGS.",
    "The paper does not say how many steps: 500 here. Where the painting has another size than the photo, each Gram matrix is divided by its own M. Noise is Gaussian around mid-grey. The paper rescaled VGG's weights so that activations average 1, and its ratio of strengths belongs to those: features are scaled to a twentieth of VGG's as published, which is about that.",
  ],
  settings: {
    ...bare,
    alpha: 1e-3,
    beta: 1,
    init: "noise",
    pooling: "average",
    gain: 0.05,
    optimizer: "lbfgs",
    parameters: { learningRate: 0.1, history: 10 },
  },
};
