/** Regions: masks are matched or refused, shares sum to 1, and every region has its own style. */
import { beforeAll, describe, expect, test } from "vitest";
import { colorCloud } from "../../image/color.ts";
import { blank, crop, type Image, padEdges, type Size, withLongSide } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { resizeMaps } from "../../image/regions.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import { strengths, terms } from "../step/terms.ts";
import type { Stylizer } from "../stylizer.ts";
import { paintingsOf } from "./paintings.ts";
import type { Pictures } from "./pictures.ts";
import { levelsOf, prepare } from "./prepare.ts";
import { type Masks, regionsOf } from "./regions.ts";

type Rgb = readonly [number, number, number];
const [WHITE, RED, BLACK]: readonly Rgb[] = [
  [1, 1, 1],
  [1, 0, 0],
  [0, 0, 0],
];

/** Upright stripes of colours, from left to right, with a column of a mixture between two. */
function striped({ width, height }: Size, ...colors: (Rgb | undefined)[]): Image {
  const image = blank({ width, height });
  const colorOf = (x: number) => colors[Math.min(colors.length - 1, Math.floor((x * colors.length) / width))]!;
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    for (let c = 0; c < 3; c++)
      image.data[c * width * height + i] = (colorOf(x)[c]! + colorOf(Math.max(0, x - 1))[c]!) / 2;
  }
  return image;
}

const { content, style } = pictures();
const other = noiseImage({ width: 64, height: 80 }, 5, { mean: 0.3, deviation: 0.1 });
const photo = { width: 50, height: 37 };

describe("masks", () => {
  const of = (masks: Masks, styles: Size[], given: SettingsInput = {}) =>
    regionsOf(masks, photo, styles, paintingsOf(styles.length, parseSettings(given)));
  const three = striped(photo, RED, WHITE, BLACK);

  test("of the photo alone: regions from light to dark get one painting each; the rest stays the photo", () => {
    const regions = of({ mask: three }, [style, other])!;
    expect(regions.all.map(({ name, paintings }) => [name, ...paintings])).toEqual([
      ["#ffffff", 0],
      ["#ff0000", 1],
      ["#000000"],
    ]);
    for (const { share } of regions.all) expect(share).toBeCloseTo(1 / 3, 1);
    expect(regions.content.planes).toHaveLength(2);
    expect(of({}, [style])).toBeUndefined();
  });

  test("of the paintings: regions are matched by colour within a tolerance; several paintings may have one", () => {
    const near: Rgb = [0.98, 0.03, 0.02];
    const masks = { mask: three, styleMask: [striped(style, near, BLACK), striped(other, RED)] };
    const regions = of(masks, [style, other])!;
    expect(regions.all.map(({ name, paintings }) => [name, ...paintings])).toEqual([
      ["#ff0000", 0, 1],
      ["#000000", 0],
      ["#ffffff"],
    ]);
    // A painting without weight has no effect.
    const alone = of(masks, [style, other], { blend: [0, 1] })!;
    expect(alone.all.filter(({ paintings }) => paintings.length > 0).map(({ name }) => name)).toEqual(["#ff0000"]);
  });

  test("fit at every size of the picture; masks of other proportions fit at none", () => {
    const ofSize = (photo: Size, mask: Size) =>
      regionsOf({ mask: striped(mask, RED, BLACK) }, photo, [style], paintingsOf(1, parseSettings()));
    for (const mask of [
      { width: 451, height: 300 },
      { width: 300, height: 451 },
      { width: 902, height: 601 },
    ]) {
      for (const long of [16, 61, 64, 128, 700]) {
        const photo = withLongSide({ width: mask.width, height: mask.height }, long);
        expect(ofSize(photo, mask)).toBeDefined();
        const other = { width: Math.round(photo.width * 0.9) - 1, height: photo.height };
        if (mask.width > mask.height) expect(() => ofSize(other, mask)).toThrow("proportions");
      }
    }
  });

  test.each<[string, Masks, Size[], string]>([
    ["too few colours", { mask: striped(photo, RED) }, [style, other], "fewer flat colours (#ff0000) than"],
    ["no mask of the photo", { styleMask: [three] }, [style], "need a mask of the photo"],
    ["too few masks", { mask: three, styleMask: [three] }, [style, other], "one for each of 2 paintings, got 1"],
    ["no mask at all", { mask: noiseImage(photo, 1) }, [style], "expected 1 to 32 flat colours, found none"],
    [
      "other proportions",
      { mask: striped({ width: 50, height: 50 }, RED) },
      [style],
      "is 50 x 50 pixels and the photo",
    ],
    [
      "other proportions of a painting",
      { mask: three, styleMask: [striped({ width: 50, height: 50 }, RED, BLACK)] },
      [style],
      "The mask of the painting is 50 x 50 pixels and it 60 x 44",
    ],
    [
      "no colour in common",
      { mask: three, styleMask: [striped(style, [0, 0, 1])] },
      [style],
      "no colour in common: the photo's has #ffffff, #ff0000, #000000, the paintings' #0000ff",
    ],
  ])("%s: refused", (_, masks, styles, message) => {
    expect(() => of(masks, styles)).toThrow(message);
  });
});

describe("a level", () => {
  const masks = { mask: striped(photo, RED, WHITE, BLACK), styleMask: [striped(style, RED, BLACK, WHITE)] };
  const ready = (given: SettingsInput, all: Pictures = { content, style, ...masks }) => {
    const settings = parseSettings({ ...short, ...given });
    return prepare(all, settings, levelsOf(all, settings));
  };

  test("has maps that sum to 1 at the work size and at every layer", () => {
    const { levels, at } = ready({});
    for (const level of levels) {
      const { content: photo, regions } = at(level);
      expect(regions).toMatchObject({ width: photo.width, height: photo.height });
      for (const halvings of [0, 1, 2, 3, 4]) {
        const size = { width: photo.width >> halvings, height: photo.height >> halvings };
        const { planes } = resizeMaps(regions!, size);
        for (const [i] of planes[0]!.entries()) expect(planes.reduce((s, p) => s + p[i]!, 0)).toBeCloseTo(1, 5);
      }
    }
  });

  test("has every region of every painting, and weight 0 in the padding", () => {
    const { levels, at } = ready({ styleScale: 0.4 });
    for (const level of levels) {
      for (const { image, regions } of at(level).style) {
        expect([image.width % 16, image.height % 16]).toEqual([0, 0]);
        const sums = regions!.map((region) => region!.map.reduce((a, b) => a + b, 0));
        expect(Math.min(...sums)).toBeGreaterThan(1);
        const size = Math.max(16, Math.round(level.width * 0.4));
        expect(sums.reduce((a, b) => a + b, 0)).toBeCloseTo(size * Math.round((size * 44) / 60), 3);
        for (const region of regions!) expect(region!.weight).toBe(1);
      }
    }
  });

  test("weights of paintings sum to 1 in every region", () => {
    const two = { mask: masks.mask, styleMask: [masks.styleMask[0]!, striped(other, RED)] };
    const { levels, at } = ready({ blend: [3, 1] }, { content, style: [style, other], ...two });
    const all = at(levels[0]!).style;
    const weights = [0, 1, 2].map((region) => all.map(({ regions }) => regions![region]?.weight));
    expect(weights).toEqual([
      [1, undefined],
      [0.75, 0.25],
      [1, undefined],
    ]);
  });

  test.each(["mapped", "photo"] as const)("has the colours of the region's painting: %s", (contentTarget) => {
    const flat = [blank(style, [0.9, 0.2, 0.2]), blank(other, [0.1, 0.3, 0.8])];
    const mask = striped(photo, WHITE, BLACK);
    // At one level, the start is as large as the content target.
    const one = { contentTarget, levels: 1, margin: 0, size: "content" } as const;
    const { levels, at, start, regions } = ready(one, { content, style: flat, mask });
    const begun = start();
    const { content: target, regions: maps } = at(levels[0]!);
    if (contentTarget === "photo") expect(crop(target, content)).toEqual(content);
    const image = contentTarget === "photo" ? padEdges(begun, target) : target;
    for (const [i, wanted] of [
      [0.9, 0.2, 0.2],
      [0.1, 0.3, 0.8],
    ].entries()) {
      const inside = maps!.planes[i]!.map((x) => (x > 0.999 ? 1 : 0));
      for (const [c, x] of colorCloud(image, inside).mean.entries()) expect(x).toBeCloseTo(wanted[c]!, 2);
    }
    expect(regions!.all).toHaveLength(2);
  });
});

test("a region has its own terms, with its area as their weight", () => {
  const settings = parseSettings({ alpha: 0.1, beta: 2, tv: 0.5, roughness: 0, styleLayers: { conv1_1: 3 } });
  const all = terms(settings, [
    { name: "#ffffff", share: 0.75 },
    { name: "#000000", share: 0.25 },
  ]);
  expect(strengths(all, settings)).toEqual({
    "content conv4_2": 0.1,
    "style conv1_1 #ffffff": 4.5,
    "style conv1_1 #000000": 1.5,
    variation: 0.5,
  });
});

describe("a job", () => {
  let runtime: CountingRuntime;
  let stylizer: Stylizer;
  beforeAll(async () => {
    runtime = await countingRuntime();
    stylizer = toyStylizer(runtime).stylizer;
  });
  const run = (job: Partial<Pictures>, settings: SettingsInput = {}) =>
    follow(stylizer, { content, style, ...job, settings: { ...short, ...settings } });

  test("lists its regions, and a term for each", async () => {
    const { events, error } = await run({ mask: striped(photo, WHITE, BLACK) });
    expect(error).toBeUndefined();
    const [start] = only(events, "start");
    expect(start!.regions!.map(({ name, paintings }) => [name, paintings])).toEqual([
      ["#ffffff", [0]],
      ["#000000", []],
    ]);
    const names = Object.keys(only(events, "step")[0]!.terms).filter((name) => name.startsWith("style conv"));
    expect(names).toEqual([1, 2, 3, 4, 5].map((block) => `style conv${block}_1 #ffffff`));
  });

  test("one region that covers everything equals none", async () => {
    // At whole multiples of 16 nothing of the painting is cut off.
    const even = { width: 48, height: 32 };
    const both = pictures({ width: 50, height: 37 }, even);
    const settings = { size: 48, levels: 1 };
    const all = [await run({ ...both, mask: striped(photo, RED) }, settings), await run(both, settings)];
    const [a, b] = all.map(({ events }) => only(events, "step")[0]!.loss);
    expect(a! / b!).toBeCloseTo(1, 4);
  });

  test.each(["content", "noise", "style"] as const)(
    "what is not painted is the photo, to the bit (start: %s)",
    async (init) => {
      const mask = striped(photo, WHITE, BLACK);
      const { result } = await run({ mask }, { init, size: "content" });
      const changed = result!.data.map((x, i) => (x === content.data[i] ? 0 : 1));
      const share = (from: number, to: number) => {
        const inside = changed.filter((_, i) => i % 50 >= from && i % 50 < to);
        return inside.reduce((a, b) => a + b, 0) / inside.length;
      };
      expect(share(26, 50)).toBe(0);
      expect(share(0, 25)).toBeGreaterThan(0.95);
    },
  );

  test.each(["style", "match", "content", "luminance", "free"] as const)(
    "tiny regions, small levels, %s colours: all numbers, nothing left behind",
    async (color) => {
      const before = runtime.live;
      const mask = blank(photo, BLACK);
      for (const y of [10, 11, 12])
        for (const x of [20, 21, 22]) for (let c = 0; c < 3; c++) mask.data[(c * 37 + y) * 50 + x] = 1;
      const styleMask = [blank(style, BLACK)];
      for (const y of [0, 1])
        for (const x of [0, 1]) for (let c = 0; c < 3; c++) styleMask[0]!.data[(c * 44 + y) * 60 + x] = 1;
      const settings = { color, minSize: 16, levels: 4, styleScale: 0.3 };
      const { result, error, events } = await run({ mask, styleMask }, settings);
      expect(error).toBeUndefined();
      expect(only(events, "start")[0]!.regions).toHaveLength(2);
      for (const { loss } of only(events, "step")) expect(loss).toBeGreaterThan(0);
      expect(result!.data.every(Number.isFinite)).toBe(true);
      expect(runtime.live).toBe(before);
    },
  );

  test("may be seamless", async () => {
    const mask = striped(photo, WHITE, BLACK);
    const { result, error } = await run({ mask, style: [style, other] }, { seamless: true, size: 64 });
    expect(error).toBeUndefined();
    expect([result!.width, result!.height]).toEqual([64, 48]);
    expect(result!.data.every(Number.isFinite)).toBe(true);
  });

  test("masks that do not fit are refused before any work", async () => {
    const loaded = runtime.loaded;
    const { events, error } = await run({ mask: striped({ width: 9, height: 9 }, RED) });
    expect(events).toEqual([]);
    expect(error).toMatchObject({ code: "usage" });
    expect(runtime.loaded).toBe(loaded);
  });
});
