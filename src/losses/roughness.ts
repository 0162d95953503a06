import { add, concat, constant, differences, div, mixChannels, roll, sub, sumSquare } from "../graph/index.ts";
import { gram } from "./gram.ts";
import { type FilterKind, lossKind } from "./loss.ts";
import { averaged } from "./pixels.ts";

/**
 * A lower bound of the target's energy, for flat paintings: one step of eight bits as a difference of neighbours,
 * squared.
 */
const LEAST = 1 / 255 ** 2;

/**
 * Luma and two colour differences (ITU-R BT.601: Y, Cb, Cr) as weights of red, green and blue. Colour differences are
 * scaled by four, because between neighbours paintings differ about a quarter as much in colour as in luma.
 */
const CHANNELS = [0.299, 0.587, 0.114, -0.676, -1.324, 2, 2, -1.676, -0.324];

/**
 * The roughness of a picture: the products of horizontal and vertical neighbour differences in luma and colour,
 * averaged over positions. This is a Gram matrix of 6 linear functions of the image. At scales 1, 2 and 4 it
 * distinguishes noise, colour noise and soft strokes, which Gram matrices of network layers do not. S is the result's,
 * S' the painting's.
 *
 * - `balanced`: `mean (S - S')^2 / (mean S'^2 + 1 / 255^4)`, which stays finite for a flat painting
 * - `paper`, `mean`, `elements`: as the loss `gram`
 */
export const roughness: FilterKind = {
  ...lossKind("style", "The distance between statistics of neighbour differences: noise and grain", (normalize) => {
    const plain = gram.make(normalize);
    if (normalize !== "balanced") return plain;
    return {
      ...plain,
      score: ([products, positions], [target]) => {
        const difference = sub(div(products!, positions!), target!);
        // The quotient of the means is that of the sums; there are 6 x 6 products.
        return div(sumSquare(difference), add(sumSquare(target!), 6 ** 2 * LEAST ** 2));
      },
    };
  }),
  filter: (scale) => ({
    name: `roughness${scale}`,
    scale,
    channels: 6,
    reach: 1,
    of(image, padding) {
      const mixture = constant(Float32Array.from(CHANNELS), [3, 3]);
      const smaller = averaged(image, scale);
      if (padding === "zero") return differences(smaller, mixture);
      const colors = mixChannels(smaller, mixture);
      return concat([sub(roll(colors, 3, 1), colors), sub(roll(colors, 2, 1), colors)], 1);
    },
  }),
};
