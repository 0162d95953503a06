/** The properties of every loss, and the formulas restated in double precision, for this folder's tests. */
import { run } from "../graph/fixtures.case.ts";
import { input, symbol, type Tensor } from "../graph/index.ts";
import type { FeatureLoss, ImageLoss, Normalization } from "./loss.ts";

export type Loss = FeatureLoss | ImageLoss;

export function isFeatureLoss(loss: Loss): loss is FeatureLoss {
  return "describe" in loss;
}

/** The loss at `x`, against `target` for a `FeatureLoss`. */
export function compare(loss: Loss, x: Tensor, target: readonly Tensor[] = []): Tensor {
  return isFeatureLoss(loss) ? loss.score(loss.measure(x, target), target) : loss.score(loss.measure(x));
}

/** Planar numbers: channels, each of rows. */
export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

export function planes(
  channels: number,
  height: number,
  width: number,
  at: (c: number, y: number, x: number) => number,
) {
  const data = new Float32Array(channels * height * width);
  let i = 0;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[i++] = at(c, y, x);
  return { channels, height, width, data };
}

function variable(name: string, { channels }: Planes, suffix = ""): Tensor {
  return input(name, [1, channels, symbol(`H${suffix}`), symbol(`W${suffix}`)]);
}

const feed = ({ channels, height, width, data }: Planes) => ({ data, dims: [1, channels, height, width] });

/**
 * The loss of `now` against the description of `target`, computed by the graph; with `weights` for the positions of the
 * two.
 */
export async function score(loss: Loss, now: Planes, target: Planes, weights?: [Planes, Planes]): Promise<number> {
  const x = variable("now", now);
  const [here, there] = weights ?? [];
  const weight = weights && variable("weight", weights[0]);
  if (!isFeatureLoss(loss)) return (await run({ y: compare(loss, x) }, { now: feed(now) })).y![0]!;
  // As in a job, the target is described by a separate program and may have another size.
  const remembered = loss.describe(variable("target", target), weight);
  const described = Object.fromEntries(remembered.map((part, i) => [`part ${i}`, part]));
  const parts = await run(described, { target: feed(target), ...(there && { weight: feed(there) }) });
  const same = loss.describe(x);
  const inputs = Object.fromEntries(
    same.map(({ shape }, i) => {
      const data = parts[`part ${i}`]!;
      const known = shape.reduce<number>((product, dim) => product * (typeof dim === "number" ? dim : 1), 1);
      const one = shape.length === 2 ? data.length / known : undefined;
      const dims = shape.map((dim, k) => (typeof dim === "number" ? dim : (one ?? feed(target).dims[k]!)));
      return [`target ${i}`, { data, dims }];
    }),
  );
  const given = same.map((part, i) => input(`target ${i}`, part.shape));
  const y = loss.score(loss.measure(x, given, weight), given);
  return (await run({ y }, { ...inputs, now: feed(now), ...(here && { weight: feed(here) }) })).y![0]!;
}

/** The loss's sums for `now` against `target` of the same size, with an optional weight per position. */
export async function sums(loss: Loss, now: Planes, target: Planes, weight?: Planes): Promise<Float32Array[]> {
  const [x, w] = [variable("now", now), weight && variable("weight", weight)];
  const parts = isFeatureLoss(loss)
    ? loss.measure(x, loss.describe(variable("target", target)), w)
    : loss.measure(x, w);
  const outputs = await run(Object.fromEntries(parts.map((part, i) => [`sum ${i}`, part])), {
    now: feed(now),
    target: feed(target),
    ...(weight && { weight: feed(weight) }),
  });
  return parts.map((_, i) => outputs[`sum ${i}`]!);
}

/** Sum over all elements. */
function total({ data }: Planes, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += term(i);
  return sum;
}

/** The paper's G = F F^T, without averaging. */
function products({ channels, height, width, data }: Planes): number[] {
  const places = height * width;
  return Array.from({ length: channels ** 2 }, (_, i) => {
    const [a, b] = [Math.floor(i / channels) * places, (i % channels) * places];
    let sum = 0;
    for (let k = 0; k < places; k++) sum += data[a + k]! * data[b + k]!;
    return sum;
  });
}

/** G/M. */
function gramOf(f: Planes): number[] {
  return products(f).map((x) => x / (f.height * f.width));
}

/** sum (G/M - A/M')^2. */
function gramDistance(f: Planes, p: Planes): number {
  const [g, a] = [gramOf(f), gramOf(p)];
  return sumOf(g.map((x, i) => (x - a[i]!) ** 2));
}

/** Means and covariances of the channels, by definition. */
function moments({ channels, height, width, data }: Planes): { mean: number[]; covariance: number[] } {
  const places = height * width;
  const channel = (c: number) => Array.from(data.subarray(c * places, (c + 1) * places));
  const mean = Array.from({ length: channels }, (_, c) => sumOf(channel(c)) / places);
  const covariance = Array.from({ length: channels ** 2 }, (_, i) => {
    const [a, b] = [Math.floor(i / channels), i % channels];
    const other = channel(b);
    return sumOf(channel(a).map((x, k) => (x - mean[a]!) * (other[k]! - mean[b]!))) / places;
  });
  return { mean, covariance };
}

/** Squared differences of neighbours at distance `dx` to the right and `dy` below: their sum and their number. */
function neighbours({ channels, height, width, data }: Planes, dx: number, dy: number): { sum: number; count: number } {
  let [sum, count] = [0, 0];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y + dy < height; y++) {
      for (let x = 0; x + dx < width; x++) {
        const at = (row: number, column: number) => data[(c * height + row) * width + column]!;
        sum += (at(y + dy, x + dx) - at(y, x)) ** 2;
        count++;
      }
    }
  }
  return { sum, count };
}

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Mean squared differences of means, and of covariances divided by `divisor`. */
function momentDistance(f: Planes, p: Planes, divisor: number): number {
  const [now, then] = [moments(f), moments(p)];
  const share = (a: readonly number[], b: readonly number[]) => sumOf(a.map((x, i) => (x - b[i]!) ** 2)) / a.length;
  return share(now.mean, then.mean) + share(now.covariance, then.covariance) / divisor ** 2;
}

/** The mean of 1 - cos to the most similar position, with features centred by the target's mean. */
function farthest(f: Planes, p: Planes): number {
  const column = (x: Planes, i: number) =>
    Array.from({ length: x.channels }, (_, c) => x.data[c * x.height * x.width + i]!);
  const all = (x: Planes) => Array.from({ length: x.height * x.width }, (_, i) => column(x, i));
  const { mean } = moments(p);
  const directed = (v: readonly number[]) => {
    const centred = v.map((x, c) => x - mean[c]!);
    return centred.map((x) => x / Math.hypot(...centred));
  };
  const there = all(p).map(directed);
  const nearest = all(f)
    .map(directed)
    .map((a) => Math.min(...there.map((b) => 1 - sumOf(a.map((x, c) => x * b[c]!)))));
  return sumOf(nearest) / nearest.length;
}

/** Every loss's formula as in its paper or docstring. */
export const formulas: Record<string, Record<Normalization, (now: Planes, target: Planes) => number>> = {
  content: {
    mean: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / f.data.length,
    elements: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / f.data.length,
    paper: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / 2,
    balanced: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / total(p, (i) => p.data[i]! ** 2),
  },
  gram: {
    mean: (f, p) => gramDistance(f, p) / f.channels ** 2,
    elements: (f, p) => gramDistance(f, p) / f.channels ** 4,
    paper: (f, p) => {
      const [n, m] = [f.channels, f.height * f.width];
      const [g, a] = [products(f), products(p)];
      return sumOf(g.map((x, i) => (x - a[i]!) ** 2)) / (4 * n ** 2 * m ** 2);
    },
    balanced: (f, p) => gramDistance(f, p) / sumOf(gramOf(p).map((x) => x ** 2)),
  },
  laplacian: {
    mean: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / f.data.length,
    elements: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / f.data.length,
    paper: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / 2,
    balanced: (f, p) => total(f, (i) => (f.data[i]! - p.data[i]!) ** 2) / total(p, (i) => p.data[i]! ** 2 + 255 ** -2),
  },
  moments: {
    mean: (f, p) => momentDistance(f, p, 1),
    elements: (f, p) => momentDistance(f, p, f.channels),
    paper: (f, p) => {
      const [now, then] = [moments(f), moments(p)];
      const squares = (a: readonly number[], b: readonly number[]) => sumOf(a.map((x, i) => (x - b[i]!) ** 2));
      const n = f.channels;
      return squares(now.mean, then.mean) / n + squares(now.covariance, then.covariance) / (4 * n ** 2);
    },
    balanced: (f, p) => {
      const [now, then] = [moments(f), moments(p)];
      const share = (a: readonly number[], b: readonly number[]) =>
        sumOf(a.map((x, i) => (x - b[i]!) ** 2)) / sumOf(b.map((x) => x ** 2));
      return (share(now.mean, then.mean) + share(now.covariance, then.covariance)) / 2;
    },
  },
  neighbors: { mean: farthest, elements: farthest, paper: farthest, balanced: farthest },
  roughness: {
    mean: (f, p) => gramDistance(f, p) / f.channels ** 2,
    elements: (f, p) => gramDistance(f, p) / f.channels ** 4,
    paper: (f, p) => gramDistance(f, p) / (4 * f.channels ** 2),
    balanced: (f, p) => gramDistance(f, p) / (sumOf(gramOf(p).map((x) => x ** 2)) + f.channels ** 2 * 255 ** -4),
  },
  variation: {
    elements: (x) => neighbours(x, 1, 0).sum + neighbours(x, 0, 1).sum,
    mean: (x) => {
      const [right, below] = [neighbours(x, 1, 0), neighbours(x, 0, 1)];
      return right.sum / right.count + below.sum / below.count;
    },
    paper: (x) => neighbours(x, 1, 0).sum + neighbours(x, 0, 1).sum,
    balanced: (x) => {
      const [right, below] = [neighbours(x, 1, 0), neighbours(x, 0, 1)];
      return right.sum / right.count + below.sum / below.count;
    },
  },
};
