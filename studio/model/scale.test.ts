/** A slider gives back the strength that it shows. */
import { expect, test } from "vitest";
import { positionOf, strengthAt } from "./scale.ts";

test.each([0.65, 1, 1e-3, 65_025, 0])("around %d", (usual) => {
  expect(strengthAt(0, usual)).toBe(0);
  expect(positionOf(0, usual)).toBe(0);
  if (usual > 0) expect(strengthAt(0.5, usual)).toBe(Number(usual.toPrecision(3)));
  for (const position of [0.05, 0.3, 0.5, 0.77, 1]) {
    expect(positionOf(strengthAt(position, usual), usual)).toBeCloseTo(position, 2);
  }
});

test("what a command line asked for beyond the slider is held to its ends", () => {
  expect(positionOf(1e9, 1)).toBe(1);
  expect(positionOf(1e-9, 1)).toBeGreaterThan(0);
});
