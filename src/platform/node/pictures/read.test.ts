/** Reading pictures: every format, orientation, colour space, depth and kind of alpha. */

import { createHash } from "node:crypto";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { pngChunk } from "../../../../test/pictures/bad.ts";
import { sRgbRamp, worst } from "../../../../test/pictures/fixtures.ts";
import type { Image } from "../../../image/image.ts";
import { resize } from "../../../image/resize.ts";
import { inputFormats } from "../../formats/input.ts";
import { readPictureText } from "../../pictures/text.ts";
import { readPicture } from "./read.ts";

/** `image` as 8-bit raw pixels in sharp. */
function raw({ width, height, data }: Image): Sharp {
  const plane = width * height;
  const pixels = Uint8Array.from({ length: 3 * plane }, (_, i) =>
    Math.round(data[(i % 3) * plane + Math.floor(i / 3)]! * 255),
  );
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Raw pixels with 16 bits per value. */
function raw16(values: number[], width: number, channels: 1 | 2 | 3 | 4): Sharp {
  const height = values.length / channels / width;
  return sharp(Uint16Array.from(values), { raw: { width, height, channels } });
}

const ramp = sRgbRamp(48, 32);

describe("formats", () => {
  test.each(inputFormats)("%s", async (format) => {
    const quality = format === "gif" || format === "png" ? {} : { quality: 100 };
    const bytes = await raw(ramp)[format](quality).toBuffer();
    const picture = await readPicture(bytes);
    expect(picture).toMatchObject({ format, depth: 8, orientation: 1, stored: { width: 48, height: 32 } });
    expect(picture.digest).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(picture.alpha).toBeUndefined();
    expect(worst(picture.image.data, ramp.data)).toBeLessThan(format === "png" ? 0.002 : 0.12);
  });

  const lossless: Record<string, (s: Sharp) => Sharp> = {
    "interlaced PNG": (s) => s.png({ progressive: true }),
    "palette PNG": (s) => s.png({ palette: true, quality: 100 }),
    "lossless WebP": (s) => s.webp({ lossless: true }),
    "LZW TIFF": (s) => s.tiff({ compression: "lzw", predictor: "horizontal" }),
    "tiled TIFF": (s) => s.tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 }),
    "big TIFF": (s) => s.tiff({ compression: "none", bigtiff: true }),
  };
  test.each(Object.entries(lossless))("%s", async (name, encode) => {
    const picture = await readPicture(await encode(raw(ramp)).toBuffer());
    expect(worst(picture.image.data, ramp.data)).toBeLessThan(name === "palette PNG" ? 0.13 : 0.002);
  });

  test("progressive JPEG, and one with trailing bytes", async () => {
    const jpeg = await raw(ramp).jpeg({ progressive: true, quality: 98 }).toBuffer();
    for (const bytes of [jpeg, Buffer.concat([jpeg, Buffer.from("<?php evil ?>")])]) {
      expect(worst((await readPicture(bytes)).image.data, ramp.data)).toBeLessThan(0.1);
    }
  });

  test.each(["png", "tiff"] as const)("one bit per pixel: %s", async (format) => {
    const checks = { ...ramp, data: ramp.data.map((_, i) => (Math.floor((i % 48) / 3) + Math.floor(i / 144)) % 2) };
    checks.data.copyWithin(1536, 0, 1536);
    checks.data.copyWithin(3072, 0, 1536);
    const grey = raw(checks).toColourspace("b-w");
    const encoded = format === "png" ? grey.png({ palette: true, colours: 2 }) : grey.tiff({ bitdepth: 1 });
    const picture = await readPicture(await encoded.toBuffer());
    expect(worst(picture.image.data, checks.data)).toBe(0);
  });

  test.each(["gif", "webp"] as const)("the first frame of an animated %s", async (format) => {
    const frames = await Promise.all(
      ["#ff0000", "#00ff00", "#0000ff"].map((background) =>
        sharp({ create: { width: 8, height: 6, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const animated = sharp(frames, { join: { animated: true } });
    const bytes = await (format === "gif" ? animated.gif() : animated.webp({ lossless: true })).toBuffer();
    const { image, stored } = await readPicture(bytes);
    expect(stored).toEqual({ width: 8, height: 6 });
    expect([image.data[0], image.data[48], image.data[96]]).toEqual([1, 0, 0]);
  });
});

test("a large rotated picture is reduced while it is read", async () => {
  const bytes = await raw(ramp).withMetadata({ orientation: 6 }).png().toBuffer();
  const whole = await readPicture(bytes);
  const small = await readPicture(bytes, { longSide: 12 });
  expect(small).toMatchObject({ size: { width: 32, height: 48 }, image: { width: 8, height: 12 } });
  expect(worst(small.image.data, resize(whole.image, { width: 8, height: 12 }).data)).toBeLessThan(1e-5);
  expect(await readPicture(bytes, { longSide: 48 })).toEqual(whole);
});

test("text metadata may have any content", async () => {
  const bytes = await raw(ramp).png().toBuffer();
  const chunk = (type: string, text: string) => pngChunk(type, Buffer.from(text, "latin1"));
  const words = [
    chunk("tEXt", `Comment\0${"a".repeat(3e6)}`),
    chunk("iTXt", "cut\0\0"),
    chunk("tEXt", "Author\0Zo\xeb"),
  ];
  const odd = Buffer.concat([bytes.subarray(0, 33), ...words, bytes.subarray(33)]);
  expect((await readPicture(odd)).image).toEqual((await readPicture(bytes)).image);
  expect(readPictureText(odd)).toEqual({ Author: "Zoë" });
});

describe("orientation", () => {
  const { width: W, height: H } = ramp;
  /** The stored pixel for (x, y) of the upright picture; TIFF 6.0, tag 274. */
  const source: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [W - 1 - x, y],
    3: (x, y) => [W - 1 - x, H - 1 - y],
    4: (x, y) => [x, H - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, H - 1 - x],
    7: (x, y) => [W - 1 - y, H - 1 - x],
    8: (x, y) => [W - 1 - y, x],
  };
  const cases = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) =>
    (["png", "jpeg", "webp", "tiff"] as const).map((f) => [n, f] as const),
  );

  test.each(cases)("%i in %s", async (orientation, format) => {
    const options = format === "png" ? {} : { quality: 100, compression: "lzw" as const };
    const bytes = await raw(ramp).withMetadata({ orientation })[format](options).toBuffer();
    const picture = await readPicture(bytes);
    const [width, height] = orientation < 5 ? [W, H] : [H, W];
    expect(picture).toMatchObject({ orientation, stored: { width: W, height: H }, image: { width, height } });
    const upright = Float32Array.from({ length: 3 * W * H }, (_, i) => {
      const [x, y] = source[orientation]!(i % width, Math.floor(i / width) % height);
      return ramp.data[(Math.floor(i / (W * H)) * H + y) * W + x]!;
    });
    expect(worst(picture.image.data, upright)).toBeLessThan(format === "png" || format === "tiff" ? 0.002 : 0.06);
  });
});

describe("colour spaces", () => {
  test.each(["png", "jpeg", "webp", "tiff", "avif"] as const)("Display P3 in %s becomes sRGB", async (format) => {
    const soft = { ...ramp, data: ramp.data.map((v) => 0.25 + v / 2) };
    const options = format === "png" ? {} : { quality: 100 };
    const bytes = await raw(soft).withIccProfile("p3")[format](options).toBuffer();
    const { data } = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
    const stored = Float32Array.from(
      { length: data.length },
      (_, i) => data[(i % 1536) * 3 + Math.floor(i / 1536)]! / 255,
    );
    expect(worst(stored, soft.data)).toBeGreaterThan(0.03); // The stored values really differ.
    expect(worst((await readPicture(bytes)).image.data, soft.data)).toBeLessThan(format === "png" ? 0.01 : 0.06);
  });

  test("Display P3 at 16 bits keeps its precision", async () => {
    const values = Array.from({ length: 300 }, (_, i) => 20_000 + 37 * i);
    const bytes = await raw16(values, 10, 3).toColourspace("rgb16").withIccProfile("p3").png().toBuffer();
    const { image, depth } = await readPicture(bytes);
    expect(depth).toBe(16);
    const expected = values.map((_, i) => values[(i % 100) * 3 + Math.floor(i / 100)]! / 65_535);
    expect(worst(image.data, expected)).toBeLessThan(0.004);
    expect(new Set(image.data.subarray(0, 100)).size).toBeGreaterThan(95);
  });

  test.each(["jpeg", "tiff"] as const)("CMYK %s", async (format) => {
    const soft = { ...ramp, data: ramp.data.map((v) => 0.4 + v / 5) };
    const bytes = await raw(soft).toColourspace("cmyk")[format]({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    const { image } = await readPicture(bytes);
    expect(worst(image.data, soft.data)).toBeLessThan(0.06);
  });

  test("a damaged colour profile is ignored", async () => {
    const bytes = await raw(ramp).withIccProfile("p3").tiff({ compression: "none" }).toBuffer();
    const at = bytes.indexOf("acsp");
    bytes.fill(0x5a, at - 36, at + 40);
    const { image } = await readPicture(bytes);
    expect(image).toMatchObject({ width: 48, height: 32 });
  });

  test("grey is equal in all channels", async () => {
    const { data } = (await readPicture(await raw(ramp).toColourspace("b-w").png().toBuffer())).image;
    expect(data.subarray(0, 1536)).toEqual(data.subarray(1536, 3072));
    expect(data.subarray(0, 1536)).toEqual(data.subarray(3072));
  });
});

describe("depth", () => {
  const values = [0, 1, 255, 256, 257, 32_767, 32_768, 65_279, 65_280, 65_534, 65_535, 4242];

  test.each(["png", "tiff"] as const)("16 bits in %s, exactly", async (format) => {
    const bytes = await raw16(values, 2, 3)
      .toColourspace("rgb16")
      [format]({ compression: "lzw" } as object)
      .toBuffer();
    const { image, depth } = await readPicture(bytes);
    expect(depth).toBe(16);
    const found = values.map((_, i) => Math.round(image.data[(i % 3) * 4 + Math.floor(i / 3)]! * 65_535));
    expect(found).toEqual(values);
  });

  test("16-bit grey, and grey with alpha", async () => {
    const grey = await readPicture(await raw16(values, 4, 1).toColourspace("grey16").png().toBuffer());
    expect([...grey.image.data.subarray(24, 36)].map((v) => Math.round(v * 65_535))).toEqual(values);
    const pairs = await readPicture(
      await raw16(
        values.map((v, i) => (i % 2 ? 13_107 : v)),
        3,
        2,
      )
        .toColourspace("grey16")
        .png()
        .toBuffer(),
    );
    expect(pairs.alpha![0]).toBeCloseTo(0.2, 6);
    expect(Math.round(pairs.image.data[2]! * 65_535)).toBe(257);
  });

  test("white is white in a 10-bit AVIF, and in an 8-bit PNG", async () => {
    const white = () => sharp({ create: { width: 16, height: 16, channels: 3, background: "#ffffff" } });
    const avif = await readPicture(await white().avif({ bitdepth: 10, lossless: true }).toBuffer());
    expect(avif.depth).toBe(16);
    expect(worst(avif.image.data, new Float32Array(768).fill(1))).toBeLessThan(0.004);
    const png = await readPicture(await white().png().toBuffer());
    expect(worst(png.image.data, new Float32Array(768).fill(1))).toBe(0);
  });
});

describe("alpha", () => {
  /** Two opaque red pixels, one half-transparent green, five transparent ones with garbage. */
  const pixels = Uint8Array.from([
    255,
    0,
    0,
    255,
    255,
    0,
    0,
    255,
    0,
    255,
    0,
    128,
    ...Array(5).fill([9, 8, 255, 0]).flat(),
  ]);
  const rgba = () => sharp(pixels, { raw: { width: 8, height: 1, channels: 4 } });

  test.each(["png", "webp", "tiff"] as const)("is separated from %s", async (format) => {
    const options =
      format === "png" ? {} : format === "webp" ? { lossless: true, exact: true } : { compression: "lzw" as const };
    const { image, alpha } = await readPicture(await rgba()[format](options).toBuffer());
    expect([...alpha!].map((a) => Math.round(a * 255))).toEqual([255, 255, 128, 0, 0, 0, 0, 0]);
    expect([...image.data].slice(0, 3)).toEqual([1, 1, 0]);
    expect(Math.max(...image.data.subarray(16))).toBe(0); // No blue: the garbage is replaced.
    expect(image.data[8 + 3]).toBeGreaterThan(0.3); // Next to green: some green.
  });

  test("of a GIF, and rotated with the picture", async () => {
    const gif = await readPicture(await rgba().gif().toBuffer());
    expect([...gif.alpha!].slice(3)).toEqual([0, 0, 0, 0, 0]);
    const turned = await readPicture(await rgba().withMetadata({ orientation: 3 }).png().toBuffer());
    expect([...turned.alpha!].map((a) => Math.round(a * 255))).toEqual([0, 0, 0, 0, 0, 128, 255, 255]);
  });

  test("is absent where everything is opaque, and an error where everything is transparent", async () => {
    const opaque = await readPicture(await raw(ramp).ensureAlpha().png().toBuffer());
    expect(opaque.alpha).toBeUndefined();
    const nothing = await raw(ramp).ensureAlpha(0).png().toBuffer();
    await expect(readPicture(nothing)).rejects.toMatchObject({
      code: "picture",
      message: "the picture is fully transparent.",
    });
  });
});
