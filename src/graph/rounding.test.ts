import { describe, expect, test } from "vitest";
import { numbers } from "./problem.case.ts";
import { roundedKernel } from "./rounding.ts";

const [outputs, inputs] = [4, 6];
const size = inputs * 9;
const kernel = numbers(outputs * size, 5);

/** The errors of one output channel in levels. */
function errors(output: number): number[] {
  const { values, scales } = roundedKernel(kernel, outputs);
  const at = (i: number) => output * size + i;
  return Array.from({ length: size }, (_, i) => kernel[at(i)]! / scales[output]! - values[at(i)]!);
}

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

describe.each([0, 1, 2, 3])("output channel %i", (output) => {
  test("every weight is at its nearest or second nearest level", () => {
    for (const error of errors(output)) expect(Math.abs(error)).toBeLessThan(1.5);
  });

  test("the sum of a 3x3 kernel is kept to a level and a half, that of the channel to half a level", () => {
    const all = errors(output);
    for (let i = 0; i < size; i += 9) expect(Math.abs(sum(all.slice(i, i + 9)))).toBeLessThan(1.5);
    expect(Math.abs(sum(all))).toBeLessThanOrEqual(0.5001);
  });

  test("its largest weight is at 127, or one below", () => {
    const { values } = roundedKernel(kernel, outputs);
    const most = Math.max(...values.subarray(output * size, (output + 1) * size).map(Math.abs));
    expect(most).toBeGreaterThanOrEqual(126);
    expect(most).toBeLessThanOrEqual(127);
  });
});

test("a channel without weights stays without", () => {
  const { values, scales } = roundedKernel(new Float32Array(18), 2);
  expect(values.every((x) => x === 0)).toBe(true);
  expect(scales.every((x) => x > 0)).toBe(true);
});
