/** A few steps are all kept, many are thinned evenly, and the last one always remains. */
import { expect, test } from "vitest";
import type { StepEvent } from "../../transfer/events.ts";
import { lossHistory } from "./history.ts";

const at = (step: number): StepEvent => ({
  type: "step",
  step,
  steps: 1e6,
  level: 0,
  loss: step,
  terms: { a: step, b: -step },
  progress: 0,
});

test.each([
  [5, 10, [1, 2, 3, 4, 5], 1],
  [11, 10, [2, 4, 6, 8, 10, 11], 2],
  [45, 10, [8, 16, 24, 32, 40, 45], 8],
])("%i steps in a log of %i", (count, most, steps, every) => {
  const log = lossHistory(most);
  for (let step = 1; step <= count; step++) log.add(at(step));
  expect(log.curves()).toEqual({ steps, terms: { a: steps, b: steps.map((step) => -step) }, every });
});

test("goes on after what is known, thinned as that was", () => {
  const log = lossHistory(10, { steps: [4, 8], terms: { a: [4, 8], b: [0, 0] }, every: 4 });
  for (let step = 9; step <= 13; step++) log.add(at(step));
  expect(log.curves()).toEqual({ steps: [4, 8, 12, 13], terms: { a: [4, 8, 12, 13], b: [0, 0, -12, -13] }, every: 4 });
});

test("nothing was told", () => {
  expect(lossHistory(10).curves()).toEqual({ steps: [], terms: {}, every: 1 });
});
