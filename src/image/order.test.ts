/** Sorting by digits gives the order that comparing gives, up to tiny differences. */
import { expect, test } from "vitest";
import { random } from "./noise.ts";
import { sorter } from "./order.ts";

test.each([
  ["near each other", 1e-3],
  ["as colours are", 1],
  ["far apart", 1e6],
])("numbers %s are in ascending order", (_, scale) => {
  const { normal } = random(7);
  const sort = sorter(3000);
  for (let round = 0; round < 2; round++) {
    const values = Float64Array.from({ length: 3000 }, () => scale * normal());
    const sorted = [...sort(values)].map((i) => values[i]!);
    const expected = [...values].sort((a, b) => a - b);
    const worst = Math.max(...sorted.map((x, i) => Math.abs(x - expected[i]!)));
    expect(worst / Math.max(scale, 1)).toBeLessThan(2 ** -24);
  }
});

test("equal numbers stay in their order, and every index is there once", () => {
  const values = Float64Array.from({ length: 500 }, (_, i) => (i * 7) % 5);
  const order = [...sorter(500)(values)];
  const expected = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  expect(order).toEqual(expected);
});
