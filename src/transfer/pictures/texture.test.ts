/** Jobs without a photo: their sizes, starts and invalid settings. */
import { beforeAll, describe, expect, test } from "vitest";
import { colorCloud } from "../../image/color.ts";
import { noiseImage } from "../../image/noise.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { sidesOf } from "../../settings/size.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, toyStylizer } from "../fixtures.case.ts";
import type { Stylizer } from "../stylizer.ts";
import { withPhoto } from "./texture.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
const { content, style } = pictures();

beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
});

const short: SettingsInput = { minSize: 32, steps: 2, firstSteps: 3 };

describe("a texture", () => {
  test("has the given sides or is square; it has no content term", async () => {
    const course = await follow(stylizer, { style, settings: { ...short, size: "70x40" } });
    expect(course.error).toBeUndefined();
    expect(course.result).toMatchObject({ width: 70, height: 40 });
    const terms = Object.keys(only(course.events, "step")[0]!.terms);
    expect(terms.filter((name) => name.startsWith("content"))).toEqual([]);
    expect(terms).toContain("style conv1_1");
    const square = await follow(stylizer, { style, settings: { ...short, size: 48 } });
    expect(square.result).toMatchObject({ width: 48, height: 48 });
    expect(runtime.live).toBe(0);
  });

  test("starts from noise in the painting's colours, which depends on the seed", async () => {
    const made = withPhoto({ style }, parseSettings({ size: "128x64", minSize: 64, seed: 1 }));
    expect(made.content).toMatchObject({ width: 128, height: 64 });
    const other = withPhoto({ style }, parseSettings({ size: "128x64", minSize: 64, seed: 2 }));
    expect(other.content.data).not.toEqual(made.content.data);
    const { events } = await follow(
      stylizer,
      { style, settings: { ...short, size: 64, levels: 1, steps: 1, average: 0, learningRate: 1e-6 } },
      { wantsImage: () => true },
    );
    const [start, wanted] = [colorCloud(only(events, "image")[0]!.image), colorCloud(style)];
    for (const c of [0, 1, 2]) expect(start.mean[c]!).toBeCloseTo(wanted.mean[c]!, 1);
  });

  test("resumed from a checkpoint, has the same bytes", async () => {
    const job = { style, settings: { ...short, size: "48x32", seamless: true } } as const;
    const whole = await follow(stylizer, job, { wantsCheckpoint: ({ step }) => step === 4 });
    expect(whole.error).toBeUndefined();
    const { checkpoint } = only(whole.events, "checkpoint")[0]!;
    const resumed = await follow(stylizer, { ...job, resume: checkpoint });
    expect(resumed.error).toBeUndefined();
    expect(resumed.result!.data).toEqual(whole.result!.data);
  });

  test("in tiles, if not seamless, is the same texture", async () => {
    const settings: SettingsInput = { size: 320, levels: 1, steps: 1, average: 0, optimizer: "adam", epsilon: 1e-2 };
    const whole = await follow(stylizer, { style, settings });
    const tiled = await follow(stylizer, { style, settings: { ...settings, tile: 64 } });
    expect(tiled.error).toBeUndefined();
    const worst = whole.result!.data.reduce((most, x, i) => Math.max(most, Math.abs(x - tiled.result!.data[i]!)), 0);
    expect(worst).toBeLessThan(1e-3);
  });
});

test.each<[string, SettingsInput, RegExp]>([
  ["the photo's size", { size: "content" }, /^size: a texture has no photo to be as large as/],
  ["the photo's colours", { color: "match" }, /^color: match needs a photo/],
  [
    "sides that cannot repeat",
    { size: "1000x500", seamless: true },
    /multiples of 16; the nearest to 1000x500 is 1008x496/,
  ],
  ["a side that cannot repeat", { size: 500, seamless: true }, /the nearest to 500x500 is 496x496/],
])("without a photo, %s is a usage error", async (_, settings, message) => {
  const { error } = await follow(stylizer, { style, settings });
  expect(error).toMatchObject({ code: "usage", message: expect.stringMatching(message) });
});

test("with a photo, two sides are a usage error, and a seamless result is rounded", async () => {
  const { error } = await follow(stylizer, { content, style, settings: { size: "64x64" } });
  expect(error).toMatchObject({ code: "usage", message: expect.stringMatching(/^size: WIDTHxHEIGHT is for textures/) });
  const photo = noiseImage({ width: 100, height: 70 }, 1);
  const { result } = await follow(stylizer, {
    content: photo,
    style,
    settings: { ...short, size: 60, seamless: true },
  });
  expect(result).toMatchObject({ width: 64, height: 48 });
});

test("no layers at all, and tiles of a seamless picture, are usage errors", () => {
  expect(() => parseSettings({ contentLayers: {}, styleLayers: {} })).toThrow(/at least one layer, got none/);
  expect(() => parseSettings({ seamless: true, tile: 256 })).toThrow(/^tile: a picture that repeats without end/);
});

test.each(["512", "16x16384", "15x20", "16x16385", "1e3x20", "x", "20x", " 20x20", undefined, 20])(
  "%j as sides",
  (size) => {
    expect(sidesOf(size)).toEqual(size === "16x16384" ? { width: 16, height: 16384 } : undefined);
  },
);
