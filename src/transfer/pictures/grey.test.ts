/** Paintings without colours give results without colours, from any start. */
import { beforeAll, describe, expect, test } from "vitest";
import { greyed } from "../../image/color.ts";
import { blank, type Image } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { Stylizer } from "../stylizer.ts";
import { paintsGreys } from "./grey.ts";

const { content, style } = pictures();
const engraving = greyed(style);

function mostChroma({ width, height, data }: Image): number {
  const plane = width * height;
  let most = 0;
  for (let i = 0; i < plane; i++) {
    const rgb = [0, 1, 2].map((c) => data[c * plane + i]!);
    most = Math.max(most, Math.max(...rgb) - Math.min(...rgb));
  }
  return most;
}

/** Greys with `tint` added to red and taken from blue. */
function tinted(tint: number): Image {
  const plane = engraving.width * engraving.height;
  const data = engraving.data.map((x, i) => 0.2 + 0.6 * x + tint * (i < plane ? 1 : i < 2 * plane ? 0 : -1));
  return { ...engraving, data };
}

describe("grey", () => {
  const grey = (all: Image | readonly Image[], settings: SettingsInput = {}) =>
    paintsGreys({ style: all }, parseSettings(settings));

  test("is a painting with at most the errors of compression; tinted paper and sepia are not", () => {
    expect(grey(engraving)).toBe(true);
    expect(grey(tinted(0.5 / 255))).toBe(true);
    expect(grey(tinted(3 / 255))).toBe(false);
    expect(grey(tinted(0.1))).toBe(false);
    expect(grey(style)).toBe(false);
    expect(grey(blank({ width: 9, height: 9 }, [1, 0.9, 0.8]))).toBe(false);
  });

  test("are several paintings if all with a weight are, in colour modes that use their colours", () => {
    expect(grey([engraving, style])).toBe(false);
    expect(grey([engraving, style], { blend: [1, 0] })).toBe(true);
    for (const color of ["free", "match", "content", "luminance"] as const)
      expect(grey(engraving, { color }), color).toBe(false);
  });
});

describe("a job after a grey painting", () => {
  let runtime: CountingRuntime;
  let stylizer: Stylizer;
  beforeAll(async () => {
    runtime = await countingRuntime();
    ({ stylizer } = toyStylizer(runtime));
  });

  test.each<[string, SettingsInput]>([
    ["from the photo", {}],
    ["after the photo's own colours", { contentTarget: "photo" }],
    ["from noise", { init: "noise" }],
    ["from noise by L-BFGS", { init: "noise", optimizer: "lbfgs", normalize: "paper", pooling: "average" }],
    ["transported", { colorMap: "transport", initNoise: 0.5 }],
    ["in tiles", { tile: 64, size: 130, minSize: 100 }],
  ])("%s: no image has colours", async (_, settings) => {
    const job = { content, style: engraving, settings: { ...short, ...settings } };
    const { events, result, error } = await follow(stylizer, job, { wantsImage: () => true });
    expect(error).toBeUndefined();
    expect(mostChroma(result!)).toBe(0);
    for (const { image } of only(events, "image")) expect(mostChroma(image)).toBe(0);
    // It is a picture, not one grey.
    expect(Math.max(...result!.data) - Math.min(...result!.data)).toBeGreaterThan(0.2);
  });

  test("also for a texture and for a start in colours", async () => {
    const start = noiseImage({ width: 20, height: 20 }, 9);
    for (const job of [{ style: engraving }, { content, style: engraving, start }]) {
      const { result, error } = await follow(stylizer, { ...job, settings: { ...short } });
      expect(error).toBeUndefined();
      expect(mostChroma(result!)).toBe(0);
    }
  });

  test("has a trial on its own program", async () => {
    const before = runtime.loaded;
    const job = { style: engraving, settings: { ...short, levels: 1 } };
    await follow(toyStylizer(runtime).stylizer, job);
    const once = runtime.loaded - before;
    const { events } = await follow(toyStylizer(runtime).stylizer, job, { trial: 10 });
    expect(only(events, "start")[0]!.seconds).toBeGreaterThan(0);
    // One program more, which describes the trial's painting; the step is loaded once.
    expect(runtime.loaded - before - once).toBe(once + 1);
  });

  test("after a painting with colours, or with free colours, has colours", async () => {
    const free = await follow(stylizer, { content, style: engraving, settings: { ...short, color: "free" } });
    const colored = await follow(stylizer, { content, style, settings: short });
    for (const { result } of [free, colored]) expect(mostChroma(result!)).toBeGreaterThan(0.05);
  });
});
