import {
  add,
  argMax,
  columnsAt,
  concat,
  div,
  float,
  greaterOrEqual,
  matmul,
  max,
  mul,
  slice,
  sqrt,
  sub,
  subsample,
  sum,
  type Tensor,
  transpose,
} from "../graph/index.ts";
import { lossKind } from "./loss.ts";
import { places, rows, squares } from "./statistics.ts";

/** At most this many rows and columns of a painting are stored. */
const MOST = 48;
/** Keeps the direction of zero vectors finite. */
const LEAST = 1e-12;

/**
 * The distance of each position to the most similar one of the painting (Kolkin et al. 2022, "Neural Neighbor Style
 * Transfer", arXiv 2203.13215; one direction of the relaxed earth mover's distance of STROTSS, arXiv 1904.12785).
 * Features F are centred by the mean of the painting's features A and compared by cosine; N is the number of positions:
 *
 * `1/N sum over i of min over j of (1 - cos(F_i, A_j))`, in every normalisation, because it is dimensionless
 *
 * A Gram matrix constrains averages of products; this loss constrains every position to resemble some position of the
 * painting. Strokes are reproduced whole, and content that the painting has nothing like disappears.
 *
 * The description consists of the painting's features [C, K] on a grid and their weights [1, K]; those of several
 * paintings are concatenated. Positions below half of the largest weight are ignored. Each position is compared with
 * all K, up to 2304 per painting, so the loss is meant for deep layers with few positions.
 */
export const neighbors = lossKind(
  "style",
  "The distance to the most similar place of the painting: its brushwork",
  () => ({
    columns: MOST ** 2,
    describe(features, weight) {
      const columns = rows(subsample(features, MOST));
      const counts = weight
        ? rows(subsample(weight, MOST))
        : float(greaterOrEqual(sum(mul(columns, 0), { axes: [0], keep: true }), 0));
      return [columns, counts];
    },
    measure(features, [columns, counts], weight) {
      const present = float(greaterOrEqual(counts!, mul(max(counts!), 0.5)));
      const mean = div(sum(mul(columns!, present), { axes: [1], keep: true }), sum(present));
      const [here, there] = [directions(sub(rows(features), mean)), directions(sub(columns!, mean))];
      // Ignored positions get a distance above any angle, as one more row of the product, which is too large to be
      // computed twice.
      const one = add(mul(slice(here, 0, 0, 1), 0), 1);
      const [from, to] = [concat([here, one], 0), concat([there, mul(sub(present, 1), 4)], 0)];
      const alike = matmul(transpose(from), to);
      const nearest = columnsAt(there, argMax(alike));
      // The squared distance of unit vectors is 2 (1 - cos), and exactly 0 where they are equal.
      return [squares(sub(here, nearest), weight && rows(weight)), places(features, weight)];
    },
    score: ([apart, positions]) => mul(div(apart!, positions!), 0.5),
  }),
);

/** Normalises every column to length 1. */
function directions(columns: Tensor): Tensor {
  return div(columns, sqrt(add(sum(mul(columns, columns), { axes: [0], keep: true }), LEAST)));
}
