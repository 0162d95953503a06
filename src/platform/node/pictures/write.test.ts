/** Written pictures read back equal: every format and depth, alpha, text, rounding and errors. */

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sRgbRamp, worst } from "../../../../test/pictures/fixtures.ts";
import { readPictureText } from "../../pictures/text.ts";
import { type Depth, type OutputFormat, outputFormats } from "../../pictures.ts";
import { readPicture } from "./read.ts";
import { loadSharp } from "./sharp.ts";
import { encodePicture, writePicture } from "./write.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pastiche-write-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The tolerance per value: half a step for lossless formats, more for lossy ones. */
const tolerance: Record<OutputFormat, Record<Depth, number>> = {
  png: { 8: 0.501 / 255, 16: 0.501 / 65535 },
  tiff: { 8: 0.501 / 255, 16: 0.501 / 65535 },
  jpeg: { 8: 0.05, 16: Number.NaN },
  webp: { 8: 0.06, 16: Number.NaN },
};

const lossless = (["png", "tiff"] as const).flatMap((format) => [
  { format, depth: 8 as const },
  { format, depth: 16 as const },
]);
const pairs = [
  ...lossless,
  { format: "jpeg" as const, depth: 8 as const },
  { format: "webp" as const, depth: 8 as const },
];

describe("encodePicture", () => {
  test.each(pairs)("$format at $depth bits survives a round trip", async ({ format, depth }) => {
    const image = sRgbRamp(37, 23);
    const picture = await readPicture(await encodePicture(format, { image }, { depth }));
    expect(picture).toMatchObject({ format, depth, stored: { width: 37, height: 23 }, orientation: 1 });
    expect(picture.alpha).toBeUndefined();
    expect(worst(picture.image.data, image.data)).toBeLessThan(tolerance[format][depth]);
  });

  test.each([...lossless, { format: "webp" as const, depth: 8 as const }])(
    "$format at $depth bits keeps alpha and the colours under it",
    async ({ format, depth }) => {
      const image = sRgbRamp(16, 8);
      const alpha = Float32Array.from({ length: 128 }, (_, i) => (i + 1) / 128);
      const picture = await readPicture(await encodePicture(format, { image, alpha }, { depth, quality: 100 }));
      expect(worst(picture.alpha!, alpha)).toBeLessThan(tolerance.png[depth]);
      expect(worst(picture.image.data, image.data)).toBeLessThan(tolerance.png[depth]);
    },
  );

  test("JPEG is composited over white, with full colour resolution and an sRGB profile", async () => {
    const image = sRgbRamp(16, 16);
    const bytes = await encodePicture("jpeg", { image, alpha: new Float32Array(256) });
    const picture = await readPicture(bytes);
    expect(Math.min(...picture.image.data)).toBeGreaterThan(0.99);
    const metadata = await (await loadSharp())(bytes).metadata();
    expect(metadata).toMatchObject({ chromaSubsampling: "4:4:4", hasProfile: true, isProgressive: false });
  });

  test.each([8, 16] as const)(
    "rounds to the nearest of the steps of %i bits, clamps, and takes NaN as 0",
    async (depth) => {
      const white = depth === 16 ? 65535 : 255;
      const steps = [0, 0.49, 0.51, 1, 1.49, 1.51, white - 0.51, white - 0.49, white, 2 * white, -1, Number.NaN];
      const image = { width: 4, height: 1, data: Float32Array.from(steps, (step) => step / white) };
      const { image: read } = await readPicture(await encodePicture("png", { image }, { depth }));
      const found = [...read.data].map((value) => Math.round(value * white));
      expect(found).toEqual([0, 0, 1, 1, 1, 2, white - 1, white, white, white, 0, 0]);
    },
  );

  test.each(outputFormats)("%s keeps text in any script", async (format) => {
    const text = {
      Software: "pastiche 0.1.0",
      "pastiche:settings": '{"size":512,"style":"(a (b)"}',
      Titel: "Äpfel, 星月夜 🎨",
    };
    const image = sRgbRamp(8, 8);
    const bytes = await encodePicture(format, { image }, { text });
    expect(readPictureText(bytes)).toEqual(text);
    const picture = await readPicture(bytes);
    expect(worst(picture.image.data, image.data)).toBeLessThan(0.1);
    expect(readPictureText(await encodePicture(format, { image }))).toEqual({});
  });

  test.each(["png", "tiff"] as const)("%s text of any content survives", async (format) => {
    const keyword = fc.stringMatching(/^[!-~]{1,79}$/).filter((key) => key !== "__proto__");
    const image = sRgbRamp(2, 2);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(keyword, fc.string({ unit: "grapheme" })), async (text) => {
        const bytes = await encodePicture(format, { image }, { text });
        expect(readPictureText(bytes)).toEqual({ ...text });
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["jpeg", { depth: 16 }, "depth 16: jpeg holds 8 bits a value; write .png or .tif instead."],
    ["webp", { depth: 16 }, "depth 16: webp holds 8 bits a value; write .png or .tif instead."],
    ["png", { depth: 12 as Depth }, "depth: expected 8 or 16, got 12."],
    ["jpeg", { quality: 0 }, "quality: expected a whole number from 1 to 100, got 0."],
    ["jpeg", { quality: Number.NaN }, "quality: expected a whole number from 1 to 100, got NaN."],
    ["jpeg", { text: { a: "x".repeat(70_000) } }, "The text is too long for this format"],
  ] as const)("rejects %s with unsupported options", async (format, options, message) => {
    const attempt = encodePicture(format, { image: sRgbRamp(4, 4) }, options);
    await expect(attempt).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(message) });
  });
});

describe("writePicture", () => {
  test("takes the format from the extension, in either case", async () => {
    for (const [name, format] of [
      ["a.PNG", "png"],
      ["b.jpg", "jpeg"],
      ["c.tif", "tiff"],
      ["d.webp", "webp"],
    ] as const) {
      await writePicture(join(folder, name), { image: sRgbRamp(5, 4) });
      expect(await readPicture(join(folder, name))).toMatchObject({ format, stored: { width: 5, height: 4 } });
    }
    expect((await readdir(folder)).sort()).toEqual(["a.PNG", "b.jpg", "c.tif", "d.webp"]);
  });

  test.each(["out", "out.bmp", "out.gif", "out.png.txt"])("rejects %s and lists the extensions", async (name) => {
    await expect(writePicture(join(folder, name), { image: sRgbRamp(2, 2) })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("must end in one of .jpg, .jpeg, .png, .tif, .tiff, .webp."),
    });
  });
});
