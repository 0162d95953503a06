/** A slider gives back the strength that it shows. */
import { expect, test } from "vitest";
import { positionOf, strengthAt } from "./scale.ts";

test.each([0.65, 1, 1e-3, 65_025, 0])("around %d", (usual) => {
  expect(strengthAt(0, { usual })).toBe(0);
  expect(positionOf(0, { usual })).toBe(0);
  if (usual > 0) expect(strengthAt(0.5, { usual })).toBe(Number(usual.toPrecision(3)));
  for (const position of [0.05, 0.3, 0.5, 0.77, 1]) {
    expect(positionOf(strengthAt(position, { usual }), { usual })).toBeCloseTo(position, 2);
  }
});

test("what a command line asked for beyond the slider is held to its ends", () => {
  expect(positionOf(1e9, { usual: 1 })).toBe(1);
  expect(positionOf(1e-9, { usual: 1 })).toBeGreaterThan(0);
});

test("a slider without nothing goes down to a part", () => {
  const scale = { usual: 1, reach: 4, zero: false };
  expect([0, 0.5, 1].map((position) => strengthAt(position, scale))).toEqual([0.25, 1, 4]);
  expect([0.25, 1, 4].map((strength) => positionOf(strength, scale))).toEqual([0, 0.5, 1]);
});
