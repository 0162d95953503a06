import { add, div, mul, sum } from "../graph/index.ts";
import { content } from "./content.ts";
import { type FilterKind, lossKind } from "./loss.ts";
import { averaged, curvature } from "./pixels.ts";

/** A lower bound of the target's energy, for flat photos: one step of eight bits, squared. */
const LEAST = 1 / 255 ** 2;

/**
 * The distance between Laplacians (Li, Xu, Nie and Liu 2017, "Laplacian-Steered Neural Style Transfer", arXiv
 * 1707.01253). The image is averaged over blocks of pixels; the Laplacian is the sum of its second differences over
 * red, green and blue. It responds to edges and not to smooth areas, so that faces and outlines are preserved while
 * colours are free. D is the Laplacian of the result, E that of the photo, N the number of positions.
 *
 * - `balanced`: `sum (D - E)^2 / (sum E^2 + N / 255^2)`, which stays finite for a flat photo
 * - `paper`: `1/2 sum (D - E)^2`, as a content loss (the paper omits the half)
 * - `mean`, `elements`: `mean (D - E)^2`
 */
export const laplacian: FilterKind = {
  ...lossKind("content", "The distance between Laplacians: the photo's edges", (normalize) => {
    const plain = content.make(normalize);
    if (normalize !== "balanced") return plain;
    return {
      ...plain,
      score: ([difference, square, positions], [target]) =>
        div(difference!, add(square!, mul(positions!, LEAST * (target!.shape[1] as number)))),
    };
  }),
  filter: (scale) => ({
    name: `laplacian${scale}`,
    scale,
    channels: 1,
    reach: 1,
    of(image, padding) {
      const sums = sum(averaged(image, scale), { axes: [1], keep: true });
      return add(curvature(sums, 2, padding), curvature(sums, 3, padding));
    },
  }),
};
