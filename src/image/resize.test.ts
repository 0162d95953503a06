/** Resampling agrees with Pillow, and has the properties of any resampling. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { worst } from "../../test/pictures/fixtures.ts";
import { blank } from "./image.ts";
import { type Kernel, kernels, resize, resizePlanes } from "./resize.ts";

interface Golden {
  from: [number, number];
  to: [number, number];
  kernel: Kernel;
  values: number[];
}

const golden: Golden[] = JSON.parse(
  readFileSync(new URL("../../test/pictures/golden/resize.json", import.meta.url), "utf8"),
);

const size = ([width, height]: [number, number]) => ({ width, height });

/** The test plane of test/pictures/resize.py. */
function plane(width: number, height: number): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    return ((x * 37 + y * 101 + x * y * 13) % 251) / 256;
  });
}

describe("resize", () => {
  test.each(golden)("agrees with Pillow: $from to $to, $kernel", ({ from, to, kernel, values }) => {
    const result = resizePlanes(plane(...from), size(from), size(to), kernel);
    expect(result.length).toBe(values.length);
    const worst = Math.max(...values.map((value, i) => Math.abs(value - result[i]!)));
    expect(worst).toBeLessThan(2e-6);
  });

  test("keeps a constant, whatever the sizes, at the edges too", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.constantFrom(...kernels), (w, h, W, H, kernel) => {
        const image = blank({ width: w, height: h }, [0.25, 0.5, 1]);
        const result = resize(image, { width: W, height: H }, { kernel });
        expect(result.data.length).toBe(3 * W * H);
        for (let c = 0; c < 3; c++) {
          const value = [0.25, 0.5, 1][c]!;
          expect(
            worst(result.data.subarray(c * W * H, (c + 1) * W * H), new Float32Array(W * H).fill(value)),
          ).toBeLessThan(1e-6);
        }
      }),
    );
  });

  test("treats planes independently", () => {
    const from = { width: 9, height: 4 };
    const to = { width: 5, height: 7 };
    const first = plane(9, 4);
    const second = first.map((v) => 7 - 100 * v);
    const both = resizePlanes(Float32Array.of(...first, ...second), from, to);
    expect([...both.subarray(0, 35)]).toEqual([...resizePlanes(first, from, to)]);
    expect([...both.subarray(35)]).toEqual([...resizePlanes(second, from, to)]);
  });

  test("does not clamp, and always returns a new array", () => {
    const step = Float32Array.of(0, 0, 0, 1, 1, 1);
    const larger = resizePlanes(step, { width: 6, height: 1 }, { width: 24, height: 1 });
    expect(Math.max(...larger)).toBeGreaterThan(1);
    const same = resizePlanes(step, { width: 6, height: 1 }, { width: 6, height: 1 });
    expect(same).not.toBe(step);
    expect(same).toEqual(step);
  });

  test("12 megapixels to 512 in about a second", () => {
    const image = blank({ width: 4000, height: 3000 });
    const start = performance.now();
    resize(image, { width: 512, height: 384 });
    // Generous for a busy machine: about 0.35 s on an idle core.
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("rejects a length that is not a whole number of planes", () => {
    expect(() => resizePlanes(new Float32Array(7), { width: 3, height: 2 }, { width: 1, height: 1 })).toThrow(
      "internal: resizePlanes",
    );
  });
});

test.each(kernels)("%s, circular, equals the centre of the image tiled 3x3", (kernel) => {
  const sides = fc.integer({ min: 8, max: 24 });
  fc.assert(
    fc.property(sides, sides, sides, sides, (width, height, columns, rows) => {
      const one = plane(width, height);
      const nine = Float32Array.from({ length: 9 * width * height }, (_, i) => {
        const [x, y] = [i % (3 * width), Math.floor(i / (3 * width))];
        return one[(y % height) * width + (x % width)]!;
      });
      const [from, to] = [
        { width, height },
        { width: columns, height: rows },
      ];
      const thrice = ({ width, height }: typeof from) => ({ width: 3 * width, height: 3 * height });
      const expected = resizePlanes(nine, thrice(from), thrice(to), kernel);
      const moved = { circular: true, begin: (length: number) => 3 * length + 5 };
      const rolledFirst = one.map(
        (_, i) => one[((Math.floor(i / width) + 5) % height) * width + (((i % width) + 5) % width)]!,
      );
      if (columns !== width && rows !== height) {
        const [a, b] = [
          resizePlanes(one, from, to, kernel, moved),
          resizePlanes(rolledFirst, from, to, kernel, { circular: true }),
        ];
        for (const [i, x] of a.entries()) expect(x).toBeCloseTo(b[i]!, 5);
      }
      const received = resizePlanes(one, from, to, kernel, { circular: true });
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          expect(received[y * columns + x]).toBeCloseTo(expected[(rows + y) * 3 * columns + columns + x]!, 5);
        }
      }
    }),
    { numRuns: 30 },
  );
});
