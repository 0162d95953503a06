/** Properties of every exported loss, in every normalisation. */
import { describe, expect, test } from "vitest";
import { differentiate } from "../graph/fixtures.case.ts";
import { constant, input, mixChannels, symbol, type Tensor } from "../graph/index.ts";
import * as losses from "./index.ts";
import { compare, formulas, isFeatureLoss, type Loss, type Planes, planes, score, sums } from "./loss.case.ts";
import { type LossKind, type Normalization, normalizations, type Role } from "./loss.ts";

const kinds = Object.entries<LossKind<Role>>(losses);
const cases = kinds.flatMap(([name, kind]) =>
  normalizations.map((normalize) => ({ name, normalize, loss: kind.make(normalize) as Loss })),
);

/** A random positive texture with a period of 16 positions. */
function texture(channels: number, height: number, width: number, seed: number): Planes {
  return planes(channels, height, width, (c, y, x) => {
    const i = Math.imul(((seed * 8 + c) * 16 + (y % 16)) * 16 + (x % 16) + 1, 0x9e3779b1);
    return (Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24;
  });
}

const channels = (loss: Loss) => (isFeatureLoss(loss) ? 5 : 3);

test("every loss has a summary and a reference formula", () => {
  expect(Object.keys(formulas)).toEqual(Object.keys(losses));
  for (const [, { summary }] of kinds) expect(summary).toMatch(/^[A-Z][^.]{10,80}$/);
});

test.each(["gram", "moments"] as const)("%s of lazily mixed channels equals that of mixed channels", async (name) => {
  const mixed = ({ channels: n, data, ...size }: Planes) => {
    const area = data.length / n;
    const at = (k: number, i: number) =>
      matrix.slice(k * n, k * n + n).reduce((sum, m, c) => sum + m * data[c * area + i]!, 0);
    return { ...size, channels: n, data: data.map((_, j) => at(Math.floor(j / area), j % area)) };
  };
  const matrix = Float32Array.from({ length: 25 }, (_, i) => ((i * 7) % 11) / 5 - 1);
  const loss = losses[name].make("balanced");
  const [now, target] = [texture(5, 8, 12, 1), texture(5, 8, 12, 2)];
  const mix = (x: Tensor) => mixChannels(x, constant(matrix, [5, 5]));
  const through: Loss = {
    describe: (features, weight) => loss.describe(mix(features), weight),
    measure: (features, kept, weight) => loss.measure(mix(features), kept, weight),
    score: loss.score,
  };
  const expected = await score(loss, mixed(now), mixed(target));
  expect(expected).toBeGreaterThan(0);
  expect((await score(through, now, target)) / expected).toBeCloseTo(1, 4);
});

describe.each(cases)("$name, $normalize", ({ name, normalize, loss }) => {
  test("is zero at its own target, or for a constant image", async () => {
    const target = isFeatureLoss(loss) ? texture(5, 8, 12, 1) : planes(3, 8, 12, (c) => c / 3);
    expect(Math.abs(await score(loss, target, target))).toBeLessThan(1e-12);
  });

  test("equals the reference formula in double precision", async () => {
    const [now, target] = [texture(channels(loss), 24, 16, 1), texture(channels(loss), 24, 16, 2)];
    const expected = formulas[name]![normalize](now, target);
    expect(Math.abs((await score(loss, now, target)) / expected - 1)).toBeLessThan(1e-5);
  });

  test("its gradient agrees with central differences", async () => {
    const shape = [1, channels(loss), symbol("H"), symbol("W")];
    const build = (now: Tensor, target?: Tensor) =>
      compare(loss, now, isFeatureLoss(loss) ? loss.describe(target!) : []);
    const { gradients, differences } = await differentiate({
      shapes: isFeatureLoss(loss) ? [shape, shape] : [shape],
      build,
      domain: { offset: 0.8, scale: 0.6 },
      fixed: [1],
    });
    const scale = Math.max(...differences[0]!.map(Math.abs));
    const worst = Math.max(...gradients[0]!.map((g, i) => Math.abs(g - differences[0]![i]!)));
    expect(scale).toBeGreaterThan(0);
    expect(worst / scale).toBeLessThan(5e-3);
  });

  test("its sums over the parts of an image add up to those of the whole", async () => {
    const [now, target, share] = [texture(channels(loss), 8, 12, 1), texture(5, 8, 12, 2), texture(1, 8, 12, 3)];
    const whole = await sums(loss, now, target);
    const [part, rest] = [share, { ...share, data: share.data.map((x) => 1 - x) }];
    const [a, b] = [await sums(loss, now, target, part), await sums(loss, now, target, rest)];
    expect(whole.length).toBeGreaterThan(0);
    for (const [i, all] of whole.entries()) {
      for (const [k, x] of all.entries()) expect((a[i]![k]! + b[i]![k]!) / x).toBeCloseTo(1, 5);
    }
  });

  test("is never negative, and propagates NaN", async () => {
    const [now, target] = [texture(channels(loss), 8, 8, 3), texture(channels(loss), 8, 8, 4)];
    expect(await score(loss, now, target)).toBeGreaterThan(0);
    now.data[7] = Number.NaN;
    expect(await score(loss, now, target)).toBeNaN();
  });
});

test.each(cases.filter((each) => each.normalize === "balanced"))(
  "$name, balanced, is independent of the size of the texture",
  async ({ loss }) => {
    const at = (size: number) =>
      score(loss, texture(channels(loss), size, size, 5), texture(channels(loss), size, size, 6));
    expect((await at(128)) / (await at(64))).toBeCloseTo(1, 2);
  },
);

/**
 * Gatys et al. 2017, section 4: every feature map is multiplied by the guidance channel T, whose squares sum to 1. The
 * weight of a position is the square of its guidance.
 */
function guided({ data, channels }: Planes, weight: Planes): number[] {
  const places = weight.data.length;
  const total = weight.data.reduce((sum, x) => sum + x, 0);
  const channel = Array.from(weight.data, (x) => Math.sqrt(x / total));
  return Array.from({ length: channels ** 2 }, (_, i) => {
    const [a, b] = [Math.floor(i / channels) * places, (i % channels) * places];
    return channel.reduce((sum, t, k) => sum + t * data[a + k]! * (t * data[b + k]!), 0);
  });
}

describe("gram", () => {
  const at = (normalize: Normalization, now: Planes, target: Planes) => score(losses.gram.make(normalize), now, target);

  test.each(["balanced", "paper"] as const)("%s: does not depend on the painting's size", async (normalize) => {
    const now = texture(5, 16, 32, 1);
    const ratio = (await at(normalize, now, texture(5, 48, 16, 2))) / (await at(normalize, now, texture(5, 16, 32, 2)));
    expect(ratio).toBeCloseTo(1, 4);
  });

  test("balanced: black against any painting is 1", async () => {
    const black = planes(5, 16, 16, () => 0);
    for (const strength of [0.01, 1, 100]) {
      const { data, ...size } = texture(5, 16, 16, 2);
      const painting = { ...size, data: data.map((x) => x * strength) };
      expect(await at("balanced", black, painting)).toBeCloseTo(1, 5);
    }
  });

  test.each(["balanced", "paper"] as const)(
    "%s, weighted: equals the guided Gram matrices of a region in double precision",
    async (normalize) => {
      const sizes = [texture(1, 16, 24, 7), texture(1, 32, 16, 8)] as const;
      const [now, target] = [texture(5, 16, 24, 1), texture(5, 32, 16, 2)];
      // A part of the image lies outside of the region.
      const [here, there] = sizes.map((map) => ({ ...map, data: map.data.map((x) => Math.max(0, 2 * x - 1)) }));
      const [g, a] = [guided(now, here!), guided(target, there!)];
      const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);
      const distance = sum(g.map((x, i) => (x - a[i]!) ** 2));
      const expected = normalize === "paper" ? distance / (4 * 25) : distance / sum(a.map((x) => x ** 2));
      const found = await score(losses.gram.make(normalize), now, target, [here!, there!]);
      expect(found / expected).toBeCloseTo(1, 5);
      expect(found / (await at(normalize, now, target))).not.toBeCloseTo(1, 1);
    },
  );

  test("is invariant to translation: rolled features score zero", async () => {
    const { data, ...size } = texture(5, 16, 16, 2);
    const moved = planes(5, 16, 16, (c, y, x) => data[(c * 16 + ((y + 5) % 16)) * 16 + ((x + 3) % 16)]!);
    expect(await at("balanced", moved, { data, ...size })).toBeLessThan(1e-12);
  });
});

describe("neighbors", () => {
  const loss = losses.neighbors.make("balanced");
  const [now, target] = [texture(5, 16, 8, 1), texture(5, 12, 16, 2)];
  /** The features at some positions, as an image with one row. */
  const at = ({ data, channels, height, width }: Planes, wanted: readonly number[]) =>
    planes(channels, 1, wanted.length, (c, _, x) => data[c * height * width + wanted[x]!]!);
  const all = ({ height, width }: Planes) => Array.from({ length: height * width }, (_, i) => i);

  test("weighted: positions are weighted, and compared with those of at least half of the largest weight", async () => {
    const [here, there] = [texture(1, 16, 8, 7), texture(1, 12, 16, 8)];
    const most = Math.max(...there.data);
    const present = at(
      target,
      all(target).filter((i) => there.data[i]! >= most / 2),
    );
    const each = all(now).map((i) => formulas.neighbors!.balanced(at(now, [i]), present));
    // `formulas` centres by the mean of its input, which here are the positions with a weight.
    const weight = here.data.reduce((sum, x) => sum + x, 0);
    const expected = each.reduce((sum, x, i) => sum + x * here.data[i]!, 0) / weight;
    expect(present.width).toBeLessThan(all(target).length);
    expect((await score(loss, now, target, [here, there])) / expected).toBeCloseTo(1, 4);
  });

  test("is invariant to the order and the frequency of positions", async () => {
    const few = at(
      target,
      Array.from({ length: 96 }, (_, i) => (i * 37) % 5),
    );
    expect(await score(loss, few, target)).toBeLessThan(1e-10);
    expect(await score(loss, target, few)).toBeGreaterThan(0.01);
  });

  test("stores at most 48 rows and columns of a large image", () => {
    for (const [height, width, columns] of [
      [48, 16, 48 * 16],
      [49, 200, 17 * 40],
      [144, 145, 48 * 29],
    ] as const) {
      const x = input("x", [1, 5, height, width]);
      expect(loss.describe(x).map(({ shape }) => shape)).toEqual([
        [5, columns],
        [1, columns],
      ]);
    }
  });
});

describe("variation with circular padding", () => {
  const image = texture(3, 8, 12, 3);
  const { data } = image;
  const moved = planes(3, 8, 12, (c, y, x) => data[(c * 8 + ((y + 5) % 8)) * 12 + ((x + 3) % 12)]!);

  test.each(normalizations)("%s: includes neighbours across the edges", async (normalize) => {
    const loss = losses.variation.make(normalize, "circular");
    let [right, below] = [0, 0];
    for (let i = 0; i < data.length; i++) {
      const [x, y, c] = [i % 12, Math.floor(i / 12) % 8, Math.floor(i / 96)];
      right += (data[(c * 8 + y) * 12 + ((x + 1) % 12)]! - data[i]!) ** 2;
      below += (data[(c * 8 + ((y + 1) % 8)) * 12 + x]! - data[i]!) ** 2;
    }
    const share = normalize === "balanced" || normalize === "mean" ? data.length : 1;
    expect((await score(loss, image, image)) / ((right + below) / share)).toBeCloseTo(1, 5);
    expect((await score(loss, moved, image)) / (await score(loss, image, image))).toBeCloseTo(1, 5);
  });

  test("weights a difference by its left or upper pixel", async () => {
    const loss = losses.variation.make("paper", "circular");
    const only = (x0: number) => planes(1, 8, 12, (_, __, x) => (x === x0 ? 1 : 0));
    const parts = await Promise.all(Array.from({ length: 12 }, (_, x) => sums(loss, image, image, only(x))));
    const whole = await sums(loss, image, image);
    for (const [i, all] of whole.entries()) {
      expect(parts.reduce((sum, part) => sum + part[i]![0]!, 0) / all[0]!).toBeCloseTo(1, 4);
    }
  });
});
