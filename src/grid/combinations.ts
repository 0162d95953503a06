/** All combinations of the values of some settings, in the order of their runs. */

/**
 * Every combination as one index for each axis, so that the axis `order[0]` changes slowest. `sizes` are the numbers of
 * values.
 */
export function combinations(sizes: readonly number[], order: readonly number[]): number[][] {
  let all: number[][] = [sizes.map(() => 0)];
  for (const axis of order) {
    all = all.flatMap((indices) =>
      Array.from({ length: sizes[axis]! }, (_, i) => indices.map((index, at) => (at === axis ? i : index))),
    );
  }
  return all;
}

/** The axes with the most expensive change outermost, so that it happens seldom; equal ones stay as they are. */
export function cheapestOrder(costs: readonly number[]): number[] {
  return [...costs.keys()].sort((a, b) => costs[b]! - costs[a]!);
}
