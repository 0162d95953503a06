/** Properties of every pyramid, for any sizes. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type PyramidOptions, pyramid } from "./pyramid.ts";

const options: fc.Arbitrary<PyramidOptions> = fc.record({
  width: fc.integer({ min: 1, max: 16_384 }),
  height: fc.integer({ min: 1, max: 16_384 }),
  minSize: fc.integer({ min: 16, max: 16_384 }),
  levels: fc.integer({ min: 1, max: 32 }),
  steps: fc.integer({ min: 1, max: 1000 }),
  firstSteps: fc.integer({ min: 1, max: 1000 }),
});

const long = ({ width, height }: { width: number; height: number }) => Math.max(width, height);

function always(holds: (given: PyramidOptions, levels: ReturnType<typeof pyramid>) => void): void {
  void fc.assert(
    fc.property(options, (given) => holds(given, pyramid(given))),
    { numRuns: 1000 },
  );
}

test("with a grain every side is the nearest multiple of it", () => {
  always((given, levels) => {
    const grained = pyramid({ ...given, grain: 16 });
    expect(grained).toHaveLength(levels.length);
    for (const [i, { width, height, steps }] of grained.entries()) {
      expect([width % 16, height % 16, steps]).toEqual([0, 0, levels[i]!.steps]);
      expect(Math.abs(width - Math.max(16, levels[i]!.width))).toBeLessThanOrEqual(8.5);
      expect(Math.abs(height - Math.max(16, levels[i]!.height))).toBeLessThanOrEqual(8.5);
    }
  });
});

test("the last level has exactly the requested size", () => {
  always(({ width, height, steps, firstSteps }, levels) => {
    expect(levels.at(-1)).toEqual({ width, height, steps: levels.length > 1 ? steps : expect.any(Number) });
    if (levels.length === 1) expect([steps, firstSteps]).toContain(levels[0]!.steps);
  });
});

test("there is at least one level, and never more than requested", () => {
  always(({ levels: most }, levels) => {
    expect(levels.length).toBeGreaterThanOrEqual(1);
    expect(levels.length).toBeLessThanOrEqual(most);
  });
});

test("sizes are whole pixels and rise by sqrt(2), up to rounding", () => {
  always((_, levels) => {
    for (const [i, level] of levels.entries()) {
      for (const side of [level.width, level.height]) {
        expect(Number.isInteger(side)).toBe(true);
        expect(side).toBeGreaterThanOrEqual(1);
      }
      const next = levels[i + 1];
      if (!next) continue;
      expect(long(next)).toBeGreaterThan(long(level));
      expect(next.width).toBeGreaterThanOrEqual(level.width);
      expect(next.height).toBeGreaterThanOrEqual(level.height);
      expect(Math.abs(long(next) - long(level) * Math.SQRT2)).toBeLessThanOrEqual(0.5 + 0.5 * Math.SQRT2 + 1e-9);
    }
  });
});

test("the first level is at least minSize, if the picture is, and no smaller level would satisfy that", () => {
  always(({ width, height, minSize, levels: most }, levels) => {
    const first = long(levels[0]!);
    if (long({ width, height }) >= minSize) expect(first).toBeGreaterThanOrEqual(minSize);
    else expect(levels).toHaveLength(1);
    if (levels.length < most) expect(first / Math.SQRT2).toBeLessThan(minSize + 1);
  });
});

test("a picture of 512 x 384 from 128 has five levels", () => {
  const levels = pyramid({ width: 512, height: 384, minSize: 128, levels: 32, steps: 80, firstSteps: 200 });
  expect(levels.map(({ width, height, steps }) => `${width}x${height}: ${steps}`)).toEqual([
    "128x96: 200",
    "181x136: 80",
    "256x192: 80",
    "362x272: 80",
    "512x384: 80",
  ]);
});

test("a single level takes the steps of a level, not those of the first of several", () => {
  const one = { width: 100, height: 80, minSize: 128, levels: 32, steps: 80, firstSteps: 200 };
  expect(pyramid(one)).toEqual([{ width: 100, height: 80, steps: 80 }]);
  expect(pyramid({ ...one, width: 2000, levels: 1 })).toEqual([{ width: 2000, height: 80, steps: 80 }]);
});
