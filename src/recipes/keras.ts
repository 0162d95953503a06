import { bare } from "./bare.ts";
import type { Recipe } from "./recipe.ts";

/** The way of Keras's example of neural style transfer. */
export const keras: Recipe = {
  summary:
    "As in Keras's example: from the photo, by Adam, with content, style and total variation, every weight a flag.",
  about: [
    "L = alpha 1/2 sum (F - P)^2 + beta sum 1/5 1/(4 N^2 M^2) sum (G - A)^2 + tv sum of squared differences of neighbouring pixels, on block4_conv2 and block1_conv1 to block5_conv1. Adam with Keras's own beta1 .9, beta2 .999 and epsilon 1e-7.",
    "Keras optimises values from 0 to 255; here they are 0 to 1. The features are the same, so content and style keep their weights; squared differences of pixels are 255^2 times smaller, so a total variation weight of 1 there is 65025 here; a learning rate of 5 there is 5/255 here, and epsilon 255 times as large.",
    "In the example N and M of the style loss are 3 and the picture's pixels, whatever the layer; here they are the layer's own, as in the paper. Its total variation is raised to 1.25; here it is a plain sum of squares. Pixels are clamped to 0 to 1.",
  ],
  settings: {
    ...bare,
    alpha: 0.025,
    beta: 1,
    tv: 65_025,
    optimizer: "adam",
    parameters: { learningRate: 0.0196, beta1: 0.9, beta2: 0.999, epsilon: 2.55e-5 },
  },
};
