import { balanced } from "./balanced.ts";
import type { Recipe } from "./recipe.ts";

/** Every place as some place of the painting is: after Neural Neighbor Style Transfer, in this program's manner. */
export const neighbors: Recipe = {
  summary: "Whole strokes: every place of the result is drawn to the most similar place of the painting.",
  about: [
    "The style loss `neighbors`, after Kolkin et al. 2022 (arXiv 2203.13215): each position of three layers is compared with all of the painting and drawn to the most similar. Where Gram matrices spread the painting's average over the photo, strokes come whole here, and what the painting has nothing of becomes what it has.",
    "It does not see single pixels, so the painting's roughness is asked for beside it, and the photo's edges, because flat strokes would cover them. Poolings are averages, at which strokes are longer. Theirs differs: hypercolumns of VGG16 at a quarter of the size, each place matched once and then approached, a pyramid of coefficients in place of pixels, colours matched at the end. Pictures are worked on as a whole, not in tiles.",
  ],
  settings: {
    ...balanced.settings,
    alpha: 0.4,
    tv: 2,
    laplacian: 0.1,
    roughness: 2,
    styleLoss: "neighbors",
    styleLayers: { conv2_1: 1, conv3_1: 1, conv4_1: 1 },
    colorMap: "transport",
    contentTarget: "mapped",
    steps: 40,
    firstSteps: 100,
    pooling: "average",
    average: 0.95,
    parameters: { learningRate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
  },
};
