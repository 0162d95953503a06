/** PNG colour chunks, and valid TIFFs of unsupported kinds. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { pngChunk } from "../../../../test/pictures/bad.ts";
import { readPicture } from "./read.ts";

const [width, height] = [16, 4];
const raw = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 3) % width) * 17));

/** A PNG with the given chunks before its pixels and no other colour chunks. */
async function png(chunks: Uint8Array[], depth: 8 | 16 = 8, alpha = false): Promise<Buffer> {
  let pipeline = sharp(raw, { raw: { width, height, channels: 3 } });
  if (alpha) pipeline = pipeline.ensureAlpha(0.5);
  if (depth === 16) pipeline = pipeline.toColourspace("rgb16");
  const file = await pipeline.png().toBuffer();
  return Buffer.concat([file.subarray(0, 33), ...chunks, file.subarray(33)]);
}

const numbers = (...values: number[]) => {
  const data = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) data.writeUInt32BE(Math.round(value * 100_000), 4 * i);
  return data;
};
const gAMA = (gamma: number) => pngChunk("gAMA", numbers(gamma));
const cHRM = (...values: number[]) => pngChunk("cHRM", numbers(...values));
const adobe = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
const ours = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];

const decoded = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const encoded = (x: number) => (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055);

describe("a PNG's gAMA", () => {
  test.each([
    [1, 8],
    [1, 16],
    [0.55, 8],
    [0.35, 8],
  ] as const)("of %f at %i bits is applied", async (gamma, depth) => {
    const plain = await readPicture(await png([], depth));
    const { image } = await readPicture(await png([gAMA(gamma)], depth));
    image.data.forEach((x, i) => {
      expect(Math.abs(x - encoded(plain.image.data[i]! ** (1 / gamma)))).toBeLessThan(1e-4);
    });
  });

  test.each([
    ["of 1/2.2 means sRGB", [gAMA(0.45455)]],
    ["is ignored if there is an sRGB chunk", [pngChunk("sRGB", Uint8Array.of(0)), gAMA(1)]],
    ["that is invalid is ignored", [gAMA(0)]],
    ["of sRGB's primaries changes nothing", [cHRM(...ours)]],
  ])("%s", async (_, chunks) => {
    expect((await readPicture(await png(chunks))).image.data).toEqual((await readPicture(await png([]))).image.data);
  });

  test("leaves alpha unchanged", async () => {
    const { alpha } = await readPicture(await png([gAMA(1)], 8, true));
    for (const x of alpha!) expect(Math.abs(x - 0.5)).toBeLessThan(0.01);
  });
});

test("a PNG's cHRM: greys are unchanged, and Adobe RGB's green is converted", async () => {
  const grey = await readPicture(await png([gAMA(1 / 2.2), cHRM(...adobe)]));
  const plain = await readPicture(await png([]));
  grey.image.data.forEach((x, i) => {
    expect(Math.abs(x - plain.image.data[i]!)).toBeLessThan(0.003);
  });
  const green = await sharp({ create: { width: 4, height: 4, channels: 3, background: { r: 100, g: 160, b: 100 } } })
    .png()
    .toBuffer();
  const chunks = [cHRM(...adobe)];
  const { image } = await readPicture(Buffer.concat([green.subarray(0, 33), ...chunks, green.subarray(33)]));
  // Adobe RGB (1998) to sRGB in linear light, both D65: the product of B. Lindbloom's matrices.
  const [r, g, b] = [100, 160, 100].map((v) => decoded(v / 255)) as [number, number, number];
  const expected = [1.39836 * r - 0.39836 * g, g, -0.04293 * g + 1.04293 * b].map(encoded);
  expected.forEach((value, c) => {
    expect(Math.abs(image.data[16 * c]! - value)).toBeLessThan(0.002);
  });
});

describe("unsupported TIFFs are named", () => {
  /** An uncompressed TIFF with one directory and the given tags. */
  async function tiff(tags: Record<number, number>): Promise<Buffer> {
    const file = await sharp(raw, { raw: { width, height, channels: 3 } })
      .tiff({ compression: "none" })
      .toBuffer();
    const directory = file.readUInt32LE(4);
    for (let i = 0; i < file.readUInt16LE(directory); i++) {
      const at = directory + 2 + 12 * i;
      const value = tags[file.readUInt16LE(at)];
      if (value === undefined) continue;
      // Short values are stored elsewhere, one per channel.
      if (file.readUInt32LE(at + 4) === 3)
        for (let c = 0; c < 3; c++) file.writeUInt16LE(value, file.readUInt32LE(at + 8) + 2 * c);
      else file.writeUInt16LE(value, at + 8);
    }
    return file;
  }

  test.each<[Record<number, number>, string]>([
    [{ 259: 50000 }, "is compressed by Zstandard, which is not read here; save it with LZW, Deflate or without."],
    [{ 259: 34925 }, "is compressed by LZMA"],
    [{ 259: 34712 }, "is compressed by JPEG 2000"],
    [{ 262: 8 }, "holds CIE Lab colours, which are not read here; save it as RGB."],
    [{ 262: 9 }, "holds CIE Lab colours"],
    [{ 262: 32803 }, "holds the raw mosaic of a camera"],
    [{ 258: 12 }, "holds 12 bits a value; save it with 8 or 16."],
    [{ 258: 10 }, "holds 10 bits a value"],
  ])("%o", async (tags, message) => {
    await expect(readPicture(await tiff(tags), { name: "x.tif" })).rejects.toMatchObject({
      code: "picture",
      message: expect.stringContaining(`x.tif ${message}`),
    });
  });

  test("an unmodified one is read", async () => {
    expect((await readPicture(await tiff({}))).size).toEqual({ width, height });
  });
});
