/** The prediction of the remaining time. */
import { expect, test } from "vitest";
import { pace } from "./pace.ts";

test("nothing is predicted before a step that was not cold", () => {
  const speed = pace();
  expect(speed.secondsFor(100)).toBeUndefined();
  speed.measured(100, 9, true);
  expect(speed.secondsFor(100)).toBeUndefined();
  speed.measured(100, 1, false);
  expect(speed.secondsFor(300)).toBeCloseTo(3, 12);
});

test("a step that takes much longer, as it loads a program, does not change the prediction", () => {
  const speed = pace();
  speed.measured(100, 40, false);
  for (let step = 0; step < 8; step++) speed.measured(100, 1, false);
  expect(speed.secondsFor(100)).toBeCloseTo(1, 12);
});

test("the prediction follows steps that have become slower", () => {
  const speed = pace();
  for (let step = 0; step < 200; step++) speed.measured(100, 1, false);
  for (let step = 0; step < 15; step++) speed.measured(100, 3, false);
  expect(speed.secondsFor(100)).toBeCloseTo(3, 12);
});
