/** Every known loss has its point and its place on the scale; what has no logarithm has none. */
import { expect, test } from "vitest";
import { linesOf, lossText, marksOf, rangeOf } from "./losses.ts";

const curves = {
  steps: [1, 2, 3, 4],
  terms: { "content conv4_2": [0, 0.5, 0.25, 0.125], "style conv1_1": [10, 1, 0.1, 0.01], variation: [0, 0, 0, 0] },
};

const lines = (terms: Record<string, number[]>) => linesOf({ steps: [1, 2], terms });

test("a line for every term and the total; none for a term that is always 0", () => {
  const values = Object.fromEntries(linesOf(curves).map((line) => [line.name, line.values]));
  expect(values).toEqual({
    "content conv4_2": [null, 0.5, 0.25, 0.125],
    "style conv1_1": [10, 1, 0.1, 0.01],
    total: [10, 1.5, 0.35, expect.closeTo(0.135)],
  });
});

test("infinities have no point; without steps there is no line", () => {
  const [a] = linesOf({ steps: [1, 2, 3], terms: { a: [1, Number.POSITIVE_INFINITY, Number.NaN] } });
  expect(a!.values).toEqual([1, null, null]);
  expect(linesOf({ steps: [], terms: {} })).toEqual([]);
});

test("the range holds all points but those that are negligible beside the largest", () => {
  expect(rangeOf(lines({ a: [100, 1] })).top).toBeGreaterThan(100);
  expect(rangeOf(lines({ a: [100, 1] })).bottom).toBeLessThan(1);
  expect(rangeOf(lines({ a: [100, 1] })).bottom).toBeGreaterThan(0.3);
  expect(rangeOf(lines({ a: [1, 1e-30] })).bottom).toBeGreaterThan(1e-8);
  // A single value has a scale, too.
  expect(rangeOf(lines({ a: [3, 3] })).top).toBeGreaterThan(rangeOf(lines({ a: [3, 3] })).bottom);
  expect(rangeOf([])).toEqual({ top: 1, bottom: 0.1 });
});

test.each([
  [
    [1000, 1],
    ["1", "10", "100", "1000"],
  ],
  [
    [0.9, 0.12],
    ["0.1", "1"],
  ],
  [
    [0.9, 0.3],
    ["0.5", "1"],
  ],
])("%j has labels at %j", (values, labels) => {
  expect(marksOf(rangeOf(lines({ a: values }))).map(lossText)).toEqual(labels);
});
