import { add, clip, div, mul, pow, sqrt, sub } from "../graph/index.ts";
import { parameter } from "../parameters/parameter.ts";
import { part } from "../parameters/part.ts";
import { numberIn } from "../parameters/value.ts";
import { likeImage, number, type Optimizer } from "./optimizer.ts";

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1), then clamped to [0, 1]. Moments are reset at every level: those
 * of the smaller image slow the descent down, because they lack the detail that the finer level adds.
 */
export const adam = part(
  "Adam: many small, steady steps",
  {
    learningRate: parameter(numberIn({ above: 0, max: 10 }), "roughly the largest change of a pixel in a step", {
      default: 0.02,
      word: "lr",
      aliases: ["learning-rate"],
      placeholder: "rate",
    }),
    beta1: parameter(numberIn({ min: 0, below: 1 }), "decay of the gradient's mean", { default: 0.9 }),
    beta2: parameter(numberIn({ min: 0, below: 1 }), "decay of the gradient's mean square", { default: 0.99 }),
    epsilon: parameter(
      numberIn({ above: 0, max: 1000 }),
      "added to the root mean square; damps pixels with almost no gradient",
      { default: 1e-8 },
    ),
  },
  (): Optimizer => ({
    pointwise: true,
    state: {
      first: { shape: likeImage },
      second: { shape: likeImage },
      steps: { shape: number },
    },
    update({ image, gradient, state, parameters: { learningRate, beta1, beta2, epsilon } }) {
      const steps = add(state.steps!, 1);
      const first = add(mul(beta1!, state.first!), mul(sub(1, beta1!), gradient));
      const second = add(mul(beta2!, state.second!), mul(sub(1, beta2!), mul(gradient, gradient)));
      // Bias correction of the two moments, section 3 of the paper.
      const rate = div(learningRate!, sub(1, pow(beta1!, steps)));
      const root = sqrt(div(second, sub(1, pow(beta2!, steps))));
      const moved = clip(sub(image, div(mul(rate, first), add(root, epsilon!))), 0, 1);
      return { image: moved, shown: moved, state: { first, second, steps } };
    },
  }),
);
