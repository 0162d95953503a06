import { bare } from "./bare.ts";
import type { Recipe } from "./recipe.ts";

/** TensorFlow's "Neural Style Transfer with tf.keras and eager execution", from noise. */
export const eager: Recipe = {
  summary: "TensorFlow's notebook on eager execution, from noise: 1000 steps of Adam, snapshots at 100, 400 and 1000.",
  about: [
    "L = 1e3 mean (F - P)^2 + 1e-2 sum 1/5 mean (G/M - A/M)^2, Gram matrices averaged over positions. From random noise at 512 pixels, 1000 steps of Adam with learning rate 5, beta1 .99, beta2 .999, epsilon 1e-1 on BGR values with their means subtracted, which stay within what a picture can hold.",
    "There, values go from 0 to 255; here from 0 to 1, which makes the learning rate 5/255 and epsilon 255 times as large. Subtracting means and turning RGB around changes nothing of the optimisation: the network does it. The notebook squeezes every picture to a square of 512; here its long side is 512. It looks at block5_conv2 for the content; here it is block4_conv2, because slim and pocket end at conv5_1.",
  ],
  settings: {
    ...bare,
    alpha: 1e3,
    beta: 1e-2,
    init: "noise",
    normalize: "mean",
    steps: 1000,
    firstSteps: 1000,
    optimizer: "adam",
    parameters: { learningRate: 0.0196, beta1: 0.99, beta2: 0.999, epsilon: 25.5 },
  },
  snapshots: { at: [100, 400, 1000] },
};
