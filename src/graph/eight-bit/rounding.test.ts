import { describe, expect, test } from "vitest";
import { numbers } from "../problem.case.ts";
import { roundedKernel } from "./rounding.ts";

const [outputs, inputs] = [4, 6];
const size = inputs * 9;
const kernel = numbers(outputs * size, 5);

/** The rounding errors of one output channel, in units of its scale. */
function errors(output: number): number[] {
  const { values, scales } = roundedKernel(kernel, outputs);
  const at = (i: number) => output * size + i;
  return Array.from({ length: size }, (_, i) => kernel[at(i)]! / scales[output]! - values[at(i)]!);
}

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

describe.each([0, 1, 2, 3])("output channel %i", (output) => {
  test("every weight is rounded to the nearest or second nearest integer", () => {
    for (const error of errors(output)) expect(Math.abs(error)).toBeLessThan(1.5);
  });

  test("the sum of a 3x3 kernel is preserved to 1.5 units, that of the channel to half a unit", () => {
    const all = errors(output);
    for (let i = 0; i < size; i += 9) expect(Math.abs(sum(all.slice(i, i + 9)))).toBeLessThan(1.5);
    expect(Math.abs(sum(all))).toBeLessThanOrEqual(0.5001);
  });

  test("its largest weight, or sum of two neighbours, is 127, or differs by one", () => {
    const { values } = roundedKernel(kernel, outputs);
    const row = values.subarray(output * size, (output + 1) * size);
    const most = Math.max(...row.map(Math.abs), ...sumsOfTwo(row));
    expect(most).toBeGreaterThanOrEqual(126);
    expect(most).toBeLessThanOrEqual(128);
  });
});

/** The sums of all neighbouring channels, at every position of the kernel. */
function sumsOfTwo(row: Int8Array): number[] {
  const channels = (i: number) => Math.floor(i / 9);
  return [...row].flatMap((x, i) => (channels(i) % 2 === 0 ? [Math.abs(x + row[i + 9]!)] : []));
}

describe("the sum of two neighbouring weights", () => {
  test.each([2, 6, 64])("of %i channels is within 128, whatever the weights", (channels) => {
    for (const power of [1, 3, 0.05]) {
      // From few large weights to all equally large.
      const data = numbers(9 * channels, 7).map((x) => Math.sign(x) * Math.abs(x) ** power);
      const { values } = roundedKernel(data, 1);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(127);
      expect(Math.max(...sumsOfTwo(values))).toBeLessThanOrEqual(128);
    }
  });

  test("of an odd number of channels is within 128 for any two", () => {
    const { values } = roundedKernel(numbers(9 * 5, 7), 1);
    const most = Math.max(...values.map(Math.abs));
    expect(most).toBeLessThanOrEqual(64);
    expect(most).toBeGreaterThanOrEqual(63);
  });

  test("does not reduce large weights with small neighbours", () => {
    const data = new Float32Array(18);
    data[4] = 1;
    data[13] = -1;
    expect([...roundedKernel(data, 1).values].filter((x) => x !== 0)).toEqual([127, -127]);
  });
});

test("a channel of zeros stays zero", () => {
  const { values, scales } = roundedKernel(new Float32Array(18), 2);
  expect(values.every((x) => x === 0)).toBe(true);
  expect(scales.every((x) => x > 0)).toBe(true);
});
