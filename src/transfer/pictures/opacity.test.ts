/** Paintings with transparency: transparent pixels have no effect, and opaque paintings use the usual programs. */
import { beforeAll, describe, expect, test } from "vitest";
import type { UserError } from "../../errors.ts";
import type { Image } from "../../image/image.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { Job, Stylizer } from "../stylizer.ts";
import { paintsGreys } from "./grey.ts";
import type { Pictures } from "./pictures.ts";

type Rgb = readonly [number, number, number];
const { content, style } = pictures({ width: 48, height: 32 }, { width: 64, height: 48 });
const area = style.width * style.height;
/** The left half is opaque, with a soft edge. */
const alpha = Float32Array.from({ length: area }, (_, i) => Math.min(1, Math.max(0, (34 - (i % 64)) / 4)));
const opaque = new Float32Array(area).fill(1);

/** The painting, with one colour where it is transparent. */
function garish(rgb: Rgb): Image {
  return { ...style, data: style.data.map((x, i) => (alpha[i % area]! > 0 ? x : rgb[Math.floor(i / area)]!)) };
}

let runtime: CountingRuntime;
let stylizer: Stylizer;
beforeAll(async () => {
  runtime = await countingRuntime();
  ({ stylizer } = toyStylizer(runtime));
});

async function result(job: Partial<Job>, settings: SettingsInput = {}): Promise<Image> {
  const course = await follow(stylizer, { content, style, ...job, settings: { ...short, ...settings } });
  expect(course.error).toBeUndefined();
  return course.result!;
}

const farthest = (a: Image, b: Image) => Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]!)));
const mask: Image = { ...content, data: content.data.map((_, i) => (i % 48 < 24 ? 1 : 0)) };
const styleMask = [{ ...style, data: style.data.map((_, i) => (Math.floor((i % area) / 64) < 24 ? 1 : 0)) }];

describe("the transparent half of a painting", () => {
  test.each<[string, SettingsInput, Partial<Pictures>]>([
    ["whole", {}, {}],
    ["colours transported", { colorMap: "transport" }, {}],
    ["colours as they are, from the painting", { color: "free", init: "style" }, {}],
    ["colours matched", { color: "match", styleLoss: "moments" }, {}],
    ["the photo's own colours", { contentTarget: "photo" }, {}],
    ["in tiles", { tile: 64, size: 130, minSize: 100 }, {}],
    ["without a seam", { seamless: true }, {}],
    ["in regions", {}, { mask, styleMask }],
  ])("may have any colour: %s", async (_, settings, more) => {
    const [red, green] = await Promise.all(
      ([[1, 0, 0], [0, 1, 0.5]] as const).map((rgb) => result({ style: garish(rgb), styleAlpha: [alpha], ...more }, settings)), // biome-ignore format: two colours
    );
    expect(red).toEqual(green);
    const seen = await result({ style: garish([1, 0, 0]), ...more }, settings);
    expect(farthest(seen, red!)).toBeGreaterThan(0.02);
  });

  test("gives nearly the result of the opaque half alone", async () => {
    const upper = Float32Array.from({ length: area }, (_, i) => (i < area / 2 ? 1 : 0));
    const red = { ...style, data: style.data.map((x, i) => (upper[i % area] ? x : i < area ? 1 : 0)) };
    const half = { width: 64, height: 24, data: style.data.filter((_, i) => upper[i % area]) };
    const [visible, cut] = [await result({ style: red, styleAlpha: [upper] }), await result({ style: half })];
    expect(farthest(visible, cut)).toBeLessThan(0.5 * farthest(await result({ style: red }), cut));
  });

  test("also has no effect in one of several paintings", async () => {
    const two = (rgb: Rgb) => result({ style: [garish(rgb), style], styleAlpha: [alpha, undefined] });
    expect(await two([1, 0, 0])).toEqual(await two([0, 0, 1]));
  });

  test("does not decide whether a painting is grey", () => {
    const grey = { ...style, data: style.data.map((_, i) => (alpha[i % area]! > 0 ? 0.4 : Math.floor(i / area))) };
    expect(paintsGreys({ style: grey, styleAlpha: [alpha] }, parseSettings())).toBe(true);
    expect(paintsGreys({ style: grey }, parseSettings())).toBe(false);
  });
});

test("an opaque alpha channel gives the same programs and the same bytes", async () => {
  const plain = await result({});
  expect(await result({ styleAlpha: [opaque] })).toEqual(plain);
  expect(await result({ styleAlpha: [undefined] })).toEqual(plain);
});

test("in tiles the targets of a transparent painting are those of the whole", async () => {
  const large = { size: 130, minSize: 130, levels: 1, firstSteps: 1, average: 0 };
  const losses = [];
  for (const tile of ["off", 64] as const) {
    const { events } = await follow(stylizer, {
      content,
      style: garish([1, 0, 0]),
      styleAlpha: [alpha],
      settings: { ...short, ...large, tile },
    });
    losses.push(only(events, "step")[0]!.loss);
  }
  expect(losses[1]! / losses[0]!).toBeCloseTo(1, 4);
});

test.each<[string, Partial<Job>, string]>([
  ["another number", { styleAlpha: [alpha, alpha] }, "expected one for each painting, 1, got 2"],
  ["another size", { styleAlpha: [alpha.subarray(1)] }, "expected 3072 values for painting 1"],
  ["no opacities", { styleAlpha: [opaque.map((x) => 2 * x)] }, "expected values from 0 to 1"],
  ["nothing", { styleAlpha: [new Float32Array(area)] }, "painting 1 is wholly transparent"],
  [
    "nothing of a region",
    { mask, styleMask, styleAlpha: [alpha.map((_, i) => (Math.floor(i / 64) < 20 ? 1 : 0))] },
    "Painting 1 is wholly transparent where the region #000000",
  ],
])("%s is refused", async (_, more, words) => {
  const { error } = await follow(stylizer, { content, style, ...more, settings: short });
  expect(error).toMatchObject({ code: "usage" });
  expect((error as UserError).message).toContain(words);
});

test("frees everything", async () => {
  await stylizer.dispose();
  expect([runtime.live, runtime.programs]).toEqual([0, 0]);
});
