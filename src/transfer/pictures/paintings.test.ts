/** Several paintings: the settings of each, and targets that are averages. */
import { beforeAll, describe, expect, test } from "vitest";
import { colorCloud, mixedCloud } from "../../image/color.ts";
import { crop, type Image } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { toy, toyWeights } from "../../models/backbone.case.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, pictures, short, toyStylizer } from "../fixtures.case.ts";
import { describe as describeLevel, dispose } from "../step/program.ts";
import { terms } from "../step/terms.ts";
import type { Stylizer } from "../stylizer.ts";
import { longSides, paintingsOf } from "./paintings.ts";
import type { Pictures } from "./pictures.ts";
import { levelsOf, prepare } from "./prepare.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
});

const { content, style } = pictures();
const other = noiseImage({ width: 64, height: 80 }, 5, { mean: 0.3, deviation: 0.1 });
const third = noiseImage({ width: 48, height: 48 }, 6, { mean: 0.7, deviation: 0.2 });

/** The style targets of the last level. */
async function targets(style: Pictures["style"], given: SettingsInput): Promise<Record<string, Float32Array>> {
  const settings = parseSettings({ ...short, color: "free", ...given });
  const extractor = { backbone: toy, weights: toyWeights(), pooling: settings.pooling };
  const levels = levelsOf({ content, style }, settings);
  const ready = prepare({ content, style }, settings, levels);
  const before = runtime.live;
  const values = await describeLevel(runtime, extractor, terms(settings), ready.at(levels.at(-1)!));
  const read: Record<string, Float32Array> = {};
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("target style")) read[name] = (await value.read()).slice();
  }
  dispose(values);
  expect(runtime.live).toBe(before);
  return read;
}

/** The largest difference, relative to the largest number of its tensor. */
function distance(found: Record<string, Float32Array>, expected: (name: string, i: number) => number): number {
  const worst = Object.entries(found).map(([name, data]) => {
    const scale = Math.max(...data.map(Math.abs));
    return Math.max(...data.map((x, i) => Math.abs(x - expected(name, i)))) / scale;
  });
  expect(worst.length).toBeGreaterThan(0);
  return Math.max(...worst);
}

describe("the settings of each painting", () => {
  const of = (count: number, given: SettingsInput) => paintingsOf(count, parseSettings(given));

  test("weights become shares, scales are products with all strokes; one number applies to all", () => {
    expect(of(1, {})).toEqual([{ weight: 1, scales: [1] }]);
    expect(of(2, { blend: [3, 1], styleScale: [1, 0.5], strokes: [0.5, 2] })).toEqual([
      { weight: 0.75, scales: [0.5, 2] },
      { weight: 0.25, scales: [0.25, 1] },
    ]);
    expect(of(4, { styleScale: 2 }).map(({ weight, scales }) => [weight, ...scales])).toEqual(Array(4).fill([0.25, 2]));
    expect(of(2, { blend: [5e-324, 1e12] }).map(({ weight }) => weight)).toEqual([0, 1]);
  });

  test.each<[number, SettingsInput, string]>([
    [2, { blend: [1, 2, 3] }, "--blend: expected one number, or one for each of 2 paintings, got 3."],
    [1, { styleScale: [1, 2] }, "--styleScale: expected one number for the one painting, got 2."],
  ])("%i paintings, %o: %s", (count, given, message) => {
    expect(() => paintingsOf(count, parseSettings(given), (name) => `--${name}`)).toThrow(message);
  });

  test("a painting is never enlarged: larger strokes are limited to its own size", () => {
    const sides = longSides({ width: 100, height: 60 }, { weight: 1, scales: [0.5, 1, 2] }, { width: 80, height: 90 });
    expect([...sides]).toEqual([
      [45, 1 / 3],
      [90, 1 / 3],
      [100, 1 / 3],
    ]);
    const small = longSides({ width: 50, height: 30 }, { weight: 1, scales: [0.5, 1, 2] }, { width: 80, height: 90 });
    expect([...small].map(([side, share]) => [side, Math.round(share * 3)])).toEqual([
      [45, 1],
      [50, 2],
    ]);
  });
});

describe.each(["gram", "moments"] as const)("the target of %s", (styleLoss) => {
  test("is the average of the targets of each painting", async () => {
    const [a, b] = [await targets(style, { styleLoss }), await targets(other, { styleLoss })];
    const both = await targets([style, other], { styleLoss, blend: [3, 1] });
    expect(distance(both, (name, i) => 0.75 * a[name]![i]! + 0.25 * b[name]![i]!)).toBeLessThan(1e-6);
    const three = await targets([style, other, style], { styleLoss, blend: [2, 1, 1] });
    expect(distance(three, (name, i) => both[name]![i]!)).toBeLessThan(1e-6);
  });

  test("is that of one painting if the others have no weight", async () => {
    expect(await targets([style, other], { styleLoss, blend: [1, 0] })).toEqual(await targets(style, { styleLoss }));
  });

  test("for several strokes is the average over them", async () => {
    const [small, large] = [
      await targets(style, { styleLoss, styleScale: 0.6 }),
      await targets(style, { styleLoss, styleScale: 1.2 }),
    ];
    const both = await targets(style, { styleLoss, styleScale: 1.2, strokes: [0.5, 1] });
    expect(distance(both, (name, i) => (small[name]![i]! + large[name]![i]!) / 2)).toBeLessThan(1e-6);
  });
});

test("the target of neighbors has the positions of all paintings with a weight, one after the other", async () => {
  const of = (all: Pictures["style"], given: SettingsInput = {}) =>
    targets(all, { styleLoss: "neighbors", roughness: 0, ...given });
  const [a, b, both] = [await of(style), await of(other), await of([style, other, third], { blend: [2, 2, 0] })];
  for (const [name, data] of Object.entries(both)) {
    const rows = a[name.replace(/ 0$/, " 1")]!.length;
    const channels = a[name]!.length / rows;
    const [m, n] = [a[name]!.length / channels, b[name]!.length / channels];
    const joined = Array.from({ length: channels }, (_, c) => [
      ...a[name]!.subarray(c * m, (c + 1) * m),
      ...b[name]!.subarray(c * n, (c + 1) * n),
    ]);
    expect(Array.from(data)).toEqual(joined.flat());
  }
  expect(Object.keys(both)).toHaveLength(2 * Object.keys(parseSettings().styleLayers).length);
});

describe("colours", () => {
  const join = (a: Image, b: Image): Image => {
    const [m, n] = [a.width * a.height, b.width * b.height];
    const data = new Float32Array(3 * (m + n));
    for (let c = 0; c < 3; c++) {
      data.set(a.data.subarray(c * m, (c + 1) * m), c * (m + n));
      data.set(b.data.subarray(c * n, (c + 1) * n), c * (m + n) + m);
    }
    return { width: m + n, height: 1, data };
  };

  test("of several paintings are fitted to all their pixels", () => {
    const [m, n] = [third.width * third.height, other.width * other.height];
    const mixed = mixedCloud([colorCloud(third), colorCloud(other)], [m / (m + n), n / (m + n)]);
    const whole = colorCloud(join(third, other));
    for (const [i, x] of [...whole.mean, ...whole.covariance].entries())
      expect([...mixed.mean, ...mixed.covariance][i]).toBeCloseTo(x, 9);
  });

  const near = (image: Image, wanted: readonly number[]) => {
    for (const [c, x] of colorCloud(image).mean.entries()) expect(Math.abs(x - wanted[c]!)).toBeLessThan(0.01);
  };
  const ready = (given: SettingsInput) => {
    const settings = parseSettings({ ...short, ...given });
    const levels = levelsOf({ content, style }, settings);
    const { content: photo, ...rest } = prepare({ content, style: [style, other] }, settings, levels).at(
      levels.at(-1)!,
    );
    return { ...rest, content: crop(photo, levels.at(-1)!) };
  };

  test("of the photo become those of the blend; with match, every painting has the photo's", () => {
    const mapped = ready({ blend: [3, 1], colorMap: "symmetric", contentTarget: "mapped" });
    near(mapped.content, mixedCloud([colorCloud(style), colorCloud(other)], [0.75, 0.25]).mean);
    for (const { image } of ready({ color: "match" }).style) near(image, colorCloud(content).mean);
  });
});

describe("a job", () => {
  const run = (style: Pictures["style"], settings: SettingsInput) =>
    follow(stylizer, { content, style, settings: { ...short, ...settings } });

  test.each(["content", "style"] as const)(
    "with weights 1 and 0 is the job of the first painting, to the bit (start: %s)",
    async (init) => {
      const [alone, both] = [await run(style, { init }), await run([style, other], { init, blend: [1, 0] })];
      expect(both.result!.data).toEqual(alone.result!.data);
      const blended = await run([style, other], { init, blend: [3, 1] });
      expect(blended.result!.data).not.toEqual(alone.result!.data);
      expect(blended.result!.data.every(Number.isFinite)).toBe(true);
    },
  );

  test("with settings for another number of paintings is refused before any work", async () => {
    const loaded = runtime.loaded;
    const { events, error } = await run([style, other], { styleScale: [1, 1, 1] });
    expect(events).toEqual([]);
    expect(error).toMatchObject({ code: "usage" });
    expect(runtime.loaded).toBe(loaded);
  });
});
