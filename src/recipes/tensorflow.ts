import { bare } from "./bare.ts";
import type { Recipe } from "./recipe.ts";

/** TensorFlow's tutorial "Neural style transfer". */
export const tensorflow: Recipe = {
  summary:
    "TensorFlow's tutorial: ten epochs of a hundred steps of a sluggish Adam from the photo, a snapshot after each.",
  about: [
    "L = 1e-4 mean (F - P)^2 + 1e-2 sum 1/5 mean (G/M - A/M)^2: Gram matrices averaged over positions, everything else a mean over elements. Adam with learning rate .02, beta1 .99, beta2 .999, epsilon 1e-1, pixels clamped to 0 to 1, 10 epochs of 100 steps, a snapshot after each.",
    "The tutorial looks at block5_conv2 for the content; here it is block4_conv2, because slim and pocket end at conv5_1: with VGG19, --content-layers block5_conv2 gives the tutorial's. Its content weight is 1e4 in some editions and 1e-4 in others, which is almost none; this is the latter. TensorFlow adds epsilon before it corrects the second moment's bias, this Adam after it, as in the algorithm's paper: the first steps are a little longer here.",
    "Published variants are learning rates of .001 and .01, a content weight of 1e-1 and a style weight of 1, which `pastiche grid --recipe tensorflow` tries, and 50 and 100 epochs: --steps 5000, --steps 10000.",
  ],
  settings: {
    ...bare,
    alpha: 1e-4,
    beta: 1e-2,
    normalize: "mean",
    steps: 1000,
    firstSteps: 1000,
    optimizer: "adam",
    parameters: { learningRate: 0.02, beta1: 0.99, beta2: 0.999, epsilon: 0.1 },
  },
  snapshots: { every: 100 },
  grid: { learningRate: "0.001,0.01,0.02", alpha: "1e-4,1e-1", beta: "1e-2,1" },
};
