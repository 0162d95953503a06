import {
  add,
  argMax,
  columnsAt,
  concat,
  type Dim,
  div,
  float,
  greaterOrEqual,
  matmul,
  max,
  mul,
  multiplyDims,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  type Tensor,
  thinned,
  transpose,
} from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { places, squares } from "./statistics.ts";

/** Of a painting so many rows and columns are remembered, at most. */
const MOST = 48;
/** Keeps the direction of features that are all alike a number. */
const LEAST = 1e-12;

/**
 * How far each position is from the painting's most similar one (Kolkin et al. 2022, "Neural Neighbor Style Transfer", arXiv
 * 2203.13215, and the relaxed earth mover's distance of STROTSS, arXiv 1904.12785, in its one direction). Features F are
 * centred by the mean of the painting's, and compared by their angle; N is the number of positions, j the painting's:
 *
 * `1/N sum over i of min over j of (1 - cos(F_i, A_j))`, in every normalisation: it is a pure number already
 *
 * Where a Gram matrix asks that products are right on average, here every place is to look like some place of the
 * painting: strokes come whole, and what the painting has nothing of disappears.
 *
 * What is remembered are the features [C, K] of the painting on a grid, and how much each counts [1, K]; those of several
 * paintings stand one after the other. What counts less than half of the most is none. Each position is compared with all K, at
 * most 2304 of each painting: it is for deep layers, where positions are few.
 */
export const neighbors = lossKind(
  "style",
  "The distance to the most similar place of the painting: its strokes",
  () => ({
    columns: MOST ** 2,
    describe(features, weight) {
      const columns = rows(thinned(features, MOST));
      const counts = weight
        ? rows(thinned(weight, MOST))
        : float(greaterOrEqual(sum(mul(columns, 0), { axes: [0], keep: true }), 0));
      return [columns, counts];
    },
    measure(features, [columns, counts], weight) {
      const present = float(greaterOrEqual(counts!, mul(max(counts!), 0.5)));
      const mean = div(sum(mul(columns!, present), { axes: [1], keep: true }), sum(present));
      const [here, there] = [directions(sub(rows(features), mean)), directions(sub(columns!, mean))];
      // What does not count is further than any angle. Said by one more row: the product is large, and is to be made once.
      const one = add(mul(slice(here, 0, 0, 1), 0), 1);
      const [from, to] = [concat([here, one], 0), concat([there, mul(sub(present, 1), 4)], 0)];
      const alike = matmul(transpose(from), to);
      const nearest = columnsAt(there, argMax(alike));
      // The squared distance of directions is twice 1 - cos, and exactly 0 where they are one.
      return [squares(sub(here, nearest), weight && rows(weight)), places(features, weight)];
    },
    score: ([apart, positions]) => mul(div(apart!, positions!), 0.5),
  }),
);

/** One row of positions for every channel: [C, H * W]. */
function rows(features: Tensor): Tensor {
  const [, channels, height, width] = features.shape as [Dim, number, Dim, Dim];
  return reshape(features, [channels, multiplyDims(height, width)]);
}

/** Columns of length 1. */
function directions(columns: Tensor): Tensor {
  return div(columns, sqrt(add(sum(mul(columns, columns), { axes: [0], keep: true }), LEAST)));
}
