/** The random generator is reproducible on every machine and has the right distributions. */

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { worst } from "../../test/pictures/fixtures.ts";
import { noiseImage, random } from "./noise.ts";

const digest = (data: Float32Array) =>
  createHash("sha256").update(new Uint8Array(data.buffer)).digest("hex").slice(0, 16);

describe("random", () => {
  test("gives the same numbers on every machine", () => {
    const { bits } = random(42);
    expect([bits(), bits(), bits()]).toMatchInlineSnapshot(`
      [
        145076852,
        3246010591,
        4141225530,
      ]
    `);
    const { normal } = random(42);
    expect([normal(), normal(), normal()]).toMatchInlineSnapshot(`
      [
        0.5449836952597427,
        0.004051579591322856,
        -0.4960317267838753,
      ]
    `);
  });

  test("differs for every seed, negative and large ones too", () => {
    const seeds = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => random(seed).bits())).size).toBe(seeds.length);
    for (const seed of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])
      expect(() => random(seed)).toThrow("internal");
  });

  test("is uniform, and normal", () => {
    const { uniform, normal } = random(7);
    const count = 200_000;
    const buckets = new Array<number>(10).fill(0);
    const moments = [0, 0, 0, 0];
    let logarithms = 0;
    for (let i = 0; i < count; i++) {
      buckets[Math.floor(uniform() * 10)]!++;
      const z = normal();
      for (let k = 0; k < 4; k++) moments[k]! += z ** (k + 1) / count;
      if (Math.abs(z) < 1.959964) logarithms += 1 / count;
    }
    for (const bucket of buckets) expect(Math.abs(bucket - count / 10)).toBeLessThan(600);
    expect(worst(moments, [0, 1, 0, 3])).toBeLessThan(0.06);
    expect(logarithms).toBeCloseTo(0.95, 2);
  });
});

describe("noiseImage", () => {
  test("has the same bytes on every machine", () => {
    const { data } = noiseImage({ width: 33, height: 17 }, 2015);
    expect(digest(data)).toMatchInlineSnapshot(`"cdf6a90092e21132"`);
    expect(digest(noiseImage({ width: 33, height: 17 }, 2016).data)).not.toBe(digest(data));
  });

  test("stays in [0, 1] around grey", () => {
    const { data } = noiseImage({ width: 64, height: 64 }, 1, { deviation: 0.4 });
    expect(Math.min(...data)).toBe(0);
    expect(Math.max(...data)).toBe(1);
    expect(data.reduce((a, b) => a + b) / data.length).toBeCloseTo(0.5, 1);
  });
});
