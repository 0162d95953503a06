/**
 * An optimiser of one's own: Lion (Chen et al., arXiv 2302.06675), which moves every pixel by the same amount, in the
 * direction of a running mean of its gradient. Usage: node examples/parts/optimizer.mjs PHOTO PAINTING RESULT
 */
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { stylize, writePicture } from "pastiche/node";
import { add, clip, float, greater, likeImage, mul, numberIn, parameter, sub } from "pastiche/parts";

/** @type {import("pastiche/parts").OwnOptimizer} */
export const lion = {
  name: "lion",
  summary: "Lion: the sign of a running mean of gradients",
  // They are settings: { learningRate: 0.02, beta1: 0.8 }.
  parameters: {
    learningRate: parameter(numberIn({ above: 0, max: 1 }), "change of every pixel in a step", { default: 0.01 }),
    beta1: parameter(numberIn({ min: 0, below: 1 }), "weight of the mean in a step", { default: 0.9 }),
    beta2: parameter(numberIn({ min: 0, below: 1 }), "decay of the mean", { default: 0.99 }),
  },
  make: () => ({
    pointwise: true,
    state: { mean: { shape: likeImage } },
    update({ image, gradient, state, parameters: { learningRate, beta1, beta2 } }) {
      const step = mixed(beta1, state.mean, gradient);
      const moved = clip(sub(image, mul(learningRate, sign(step))), 0, 1);
      return { image: moved, shown: moved, state: { mean: mixed(beta2, state.mean, gradient) } };
    },
  }),
};

/** @typedef {import("pastiche/parts").Tensor} Tensor */

/** @type {(weight: Tensor, a: Tensor, b: Tensor) => Tensor} */
const mixed = (weight, a, b) => add(mul(weight, a), mul(sub(1, weight), b));

/** @type {(x: Tensor) => Tensor} */
const sign = (x) => sub(float(greater(x, 0)), float(greater(0, x)));

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [content, style, result] = argv.slice(2);
  const { image } = await stylize({ content, style, optimizer: lion, settings: { size: 256, learningRate: 0.02 } });
  await writePicture(result, { image });
}
