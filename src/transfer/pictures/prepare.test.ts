/** Pictures prepared for levels: sizes, colours, starts. */
import { describe, expect, test } from "vitest";
import { colorCloud, greyed } from "../../image/color.ts";
import { blank, type Image } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { levelsOf, prepare } from "./prepare.ts";

/** Noise around a colour. */
function cloudy(width: number, height: number, rgb: readonly [number, number, number], seed: number): Image {
  const noise = noiseImage({ width, height }, seed, { mean: 0, deviation: 1 });
  const base = blank({ width, height }, rgb);
  return { width, height, data: base.data.map((x, i) => x + 0.05 * (noise.data[i]! - 0.4)) };
}

const content = cloudy(100, 61, [0.3, 0.5, 0.7], 1);
const style = cloudy(70, 90, [0.8, 0.4, 0.2], 2);

function ready(settings: SettingsInput) {
  const all = parseSettings({ size: 80, minSize: 40, ...settings });
  return prepare({ content, style }, all, levelsOf({ content, style }, all));
}

const mean = (image: Image) => colorCloud(image).mean.map((x) => Math.round(x * 50) / 50);

describe("sizes", () => {
  test("the photo with a margin of 8 is padded to multiples of 16; the painting is cropped to them and never enlarged", () => {
    const { levels, at } = ready({ styleScale: 4 });
    expect(levels.map(({ width, height }) => [width, height])).toEqual([
      [40, 24],
      [57, 35],
      [80, 49],
    ]);
    const all = levels.map(at);
    expect(all.map(({ content: { width, height } }) => [width, height])).toEqual([
      [64, 48],
      [80, 64],
      [96, 80],
    ]);
    for (const { style } of all) expect(style).toMatchObject([{ image: { width: 64, height: 80 }, weight: 1 }]);
    // Their sources were released.
    expect(() => at(levels[0]!)).toThrow("handed out");
  });

  test("without a margin a photo whose sides are multiples of 16 is unchanged", () => {
    const { levels, at } = ready({ size: 96, margin: 0 });
    const sizes = levels.map((level) => at(level).content).map(({ width, height }) => [width, height]);
    expect(sizes).toEqual([
      [48, 32],
      [80, 48],
      [96, 64],
    ]);
  });

  test("a painting smaller than the grain is padded instead", () => {
    const tiny = cloudy(9, 200, [0.5, 0.5, 0.5], 3);
    const settings = parseSettings({ size: 64 });
    const pictures = { content, style: tiny };
    const { levels, at } = prepare(pictures, settings, levelsOf(pictures, settings));
    for (const { width, height } of levels.map((level) => at(level).style[0]!.image))
      expect([width % 16, height % 16, width > 0]).toEqual([0, 0, true]);
  });
});

describe("colours", () => {
  test.each([
    ["style", style, style],
    ["free", content, style],
    ["match", content, content],
    ["content", content, content],
    ["luminance", greyed(content), greyed(content)],
  ] as const)("%s", (color, photo, painting) => {
    const { levels, at } = ready({ color, colorMap: "symmetric", contentTarget: "mapped" });
    const pictures = at(levels.at(-1)!);
    expect(mean(pictures.content)).toEqual(mean(photo));
    expect(mean(pictures.style[0]!.image)).toEqual(mean(painting));
  });

  test.each([
    ["mapped", style],
    ["photo", content],
  ] as const)("content target %s; the start is in the painting's colours either way", (contentTarget, target) => {
    const { levels, at, start } = ready({ contentTarget });
    expect(mean(start())).toEqual(mean(style));
    for (const level of levels) {
      const pictures = at(level);
      expect(mean(pictures.content)).toEqual(mean(target));
      expect(mean(pictures.style[0]!.image)).toEqual(mean(style));
    }
  });

  test.each(["free", "match", "content", "luminance"] as const)("%s has one content target", (color) => {
    const [mapped, photo] = (["mapped", "photo"] as const).map((contentTarget) => ready({ color, contentTarget }));
    expect(photo!.start()).toEqual(mapped!.start());
    for (const level of mapped!.levels) expect(photo!.at(level)).toEqual(mapped!.at(level));
  });

  test.each(["content", "luminance"] as const)("%s puts the photo's chroma back into the result", (color) => {
    const result = cloudy(80, 49, [0.9, 0.1, 0.1], 4);
    expect(ready({ color: "style" }).finish(result)).toBe(result);
    const [red, , blue] = mean(ready({ color }).finish(result));
    const [photoRed, , photoBlue] = mean(content);
    expect(blue! - red!).toBeCloseTo(photoBlue! - photoRed!, 1);
  });
});

describe("starts", () => {
  const noise = ready({ init: "noise", seed: 3 }).start();

  test("a blend has the given shares, and depends on the seed", () => {
    const start = ready({ init: "gray", initNoise: 0.25, seed: 3 }).start();
    const expected = noise.data.map((x) => 0.75 * 0.5 + 0.25 * x);
    expect(Math.max(...start.data.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-6);
    expect(ready({ init: "gray", initNoise: 0.25, seed: 4 }).start().data).not.toEqual(start.data);
    expect(ready({ initNoise: 1, seed: 3 }).start().data).toEqual(noise.data);
    expect(ready({ initNoise: 0 }).start().data).toEqual(ready({}).start().data);
  });

  describe("flat parts", () => {
    // Flat above, chequered below; a painting that is red above and blue below.
    const size = { width: 96, height: 64 };
    const scene = blank(size, [0.5, 0.5, 0.5]);
    const painting = blank(size);
    for (let i = 0; i < 96 * 64; i++) {
      const [x, y] = [i % 96, Math.floor(i / 96)];
      if (y >= 32 && (x >> 2) % 2 === (y >> 2) % 2)
        for (const plane of [0, 1, 2]) scene.data[plane * 96 * 64 + i] = 0.2;
      painting.data[(y < 32 ? 0 : 2) * 96 * 64 + i] = 0.8;
    }
    const begun = (settings: SettingsInput, start?: Image) => {
      const all = parseSettings({ size: 96, levels: 1, ...settings });
      const pictures = { content: scene, style: painting, ...(start && { start }) };
      return prepare(pictures, all, levelsOf(pictures, all)).start();
    };
    const colorAt = ({ data }: Image, y: number) => [0, 1, 2].map((plane) => data[plane * 96 * 64 + y * 96 + 48]!);

    test("take the painting's masses of colour, and detail stays", () => {
      const [with0, with1] = [begun({ initFlat: 0 }), begun({ initFlat: 1 })];
      const [red, , blue] = colorAt(with1, 4);
      expect(red! - blue!).toBeGreaterThan(0.6);
      expect(colorAt(with1, 58)).toEqual(colorAt(with0, 58));
      expect(colorAt(with1, 4)).not.toEqual(colorAt(with0, 4));
      const half = colorAt(begun({ initFlat: 0.5 }), 4);
      expect(half[0]).toBeCloseTo((colorAt(with0, 4)[0]! + red!) / 2, 4);
    });

    test.each<[string, SettingsInput, Image?]>([
      ["the photo's colours are kept", { color: "content" }],
      ["the paintings are fitted to the photo's colours", { color: "match" }],
      ["it is noise", { init: "noise" }],
      ["it is the caller's", {}, cloudy(96, 64, [0.2, 0.3, 0.4], 7)],
    ])("not where %s", (_, settings, start) => {
      expect(begun({ ...settings, initFlat: 1 }, start)).toEqual(begun({ ...settings, initFlat: 0 }, start));
    });
  });
});
