/** Lists and ranges are parsed; anything else is refused with one sentence. */
import { expect, test } from "vitest";
import { cheapestOrder, combinations } from "./combinations.ts";
import { parseValues } from "./values.ts";

const label = "--vary x";

test.each([
  ["1,2,3", ["1", "2", "3"]],
  [" a , b ", ["a", "b"]],
  ["1-5", ["1", "2", "3", "4", "5"]],
  ["1-5 (+2)", ["1", "3", "5"]],
  ["1-6(+2)", ["1", "3", "5"]],
  ["10-5 (-3)", ["10", "7"]],
  ["5-3", ["5", "4", "3"]],
  ["1-3 (+0.5)", ["1", "1.5", "2", "2.5", "3"]],
  ["0-0.3 (+0.1)", ["0", "0.1", "0.2", "0.3"]],
  ["1-10 [5]", ["1", "3.25", "5.5", "7.75", "10"]],
  ["0-1 [6]", ["0", "0.2", "0.4", "0.6", "0.8", "1"]],
  ["1e-3-1e-1 [3]", ["0.001", "0.0505", "0.1"]],
  ["-1-1 (+1)", ["-1", "0", "1"]],
  ["1-2,7", ["1", "2", "7"]],
  ["3-3", ["3"]],
  ["conv1_1:2,conv2_1; conv3_1", ["conv1_1:2,conv2_1", "conv3_1"]],
  ["style-1.jpg", ["style-1.jpg"]],
])("%j is %j", (text, values) => {
  expect(parseValues(text, { label })).toEqual(values);
});

test("whole numbers are rounded where they are evenly spaced, and then told once", () => {
  expect(parseValues("1-10 [5]", { label, whole: true })).toEqual(["1", "3", "6", "8", "10"]);
  expect(parseValues("1-3 [5]", { label, whole: true })).toEqual(["1", "2", "3"]);
});

test("names are no ranges", () => {
  expect(parseValues("1-3,4-5", { label, names: true })).toEqual(["1-3", "4-5"]);
});

test.each([
  "",
  "1,,2",
  "1,",
  "5-1 (+1)",
  "1-5 (+0)",
  "1-5 (-1)",
  "1-9 [1]",
  "1-9 [0]",
  "1-9 [1000]",
  "1-1e9",
  "2,2",
  "1-3,2",
])("%j is refused", (text) => {
  expect(() => parseValues(text, { label })).toThrow(/^--vary x: expected /);
});

test("combinations: the first of the order changes slowest", () => {
  expect(combinations([2, 3], [0, 1])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  expect(combinations([2, 3], [1, 0])).toEqual([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0, 2],
    [1, 2],
  ]);
  expect(combinations([], [])).toEqual([[]]);
  expect(cheapestOrder([0, 5, 0, 7])).toEqual([3, 1, 0, 2]);
});
