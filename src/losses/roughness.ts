import { add, concat, constant, div, meanSquare, mixChannels, sub } from "../graph/index.ts";
import { gram } from "./gram.ts";
import { type FilterKind, lossKind } from "./loss.ts";
import { ahead, averaged } from "./pixels.ts";

/** What a flat painting is not taken for less than: one level of eight bits, as a difference of neighbours, squared. */
const LEAST = 1 / 255 ** 2;

/**
 * Luma and two differences of colour (ITU-R BT.601: Y, Cb, Cr), as weights of red, green and blue. Differences of colour
 * count four times: where neighbours differ, paintings differ about a quarter as much in colour as in lightness.
 */
const CHANNELS = [0.299, 0.587, 0.114, -0.676, -1.324, 2, 2, -1.676, -0.324];

/**
 * How rough a picture is: the products of the differences of neighbours, across and down, in lightness and in colour,
 * averaged over positions. That is a Gram matrix of 6 linear functions of the image; at scales 1, 2 and 4 it tells noise,
 * grit of colours and soft strokes apart where the Gram matrices of a network do not. S is the result's, S' the
 * painting's.
 *
 * - `balanced`: `mean (S - S')^2 / (mean S'^2 + 1 / 255^4)`, which stays finite for a flat painting
 * - `paper`, `mean`, `elements`: as the loss `gram`
 */
export const roughness: FilterKind = {
  ...lossKind("style", "The distance between how neighbouring pixels differ: noise and grit", (normalize) => {
    const plain = gram.make(normalize);
    if (normalize !== "balanced") return plain;
    return {
      ...plain,
      score: ([products, positions], [target]) =>
        div(meanSquare(sub(div(products!, positions!), target!)), add(meanSquare(target!), LEAST ** 2)),
    };
  }),
  filter: (scale) => ({
    name: `roughness${scale}`,
    scale,
    channels: 6,
    reach: 1,
    of(image, padding) {
      const colors = mixChannels(averaged(image, scale), constant(Float32Array.from(CHANNELS), [3, 3]));
      return concat([ahead(colors, 3, padding), ahead(colors, 2, padding)], 1);
    },
  }),
};
