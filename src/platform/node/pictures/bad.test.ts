/** Invalid pictures: each gives one code and one helpful line, quickly, without internals. */

import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bytes, jpegHeader, pngFile, tiffFile } from "../../../../test/pictures/bad.ts";
import { UserError } from "../../../errors.ts";
import { readPicture } from "./read.ts";

/** The message, checked to be one sentence on one line without paths or names of internals. */
async function refusal(source: string | Uint8Array, options = {}): Promise<string> {
  const error: unknown = await readPicture(source, options).then(
    ({ image }) => new Error(`was read as ${image.width} x ${image.height}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  const { code, message } = error as UserError;
  expect(code).toBe("picture");
  expect(message).toMatch(/^[^\n\r\0]{20,360}\.$/);
  expect(message).not.toMatch(/node_modules|\/src\/|\bat .*:\d+|vips|sharp|libheif|buffer|undefined|NaN|\[object/i);
  return message;
}

const noise = Buffer.from(Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * i * 31 + i * 7) % 256));
const picture = () => sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });

describe("unsupported files", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["nothing", "", /is an empty file/],
    ["one letter", "a", /is text/],
    ["one byte", bytes(0xff), /is text|no known format/],
    ["zeros", new Uint8Array(5000), /no known format/],
    ["an SVG", '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG drawing.*export it as PNG/],
    ["an SVG with prologue", '<?xml version="1.0"?>\n<!-- hello -->\n<svg width="9"/>', /SVG/],
    ["an SVG behind white space and a mark", '\u{feff}\n  <!DOCTYPE svg PUBLIC "x">\n<svg >', /SVG/],
    ["a page", "<!DOCTYPE html><html><body>404", /web page.*download probably failed/],
    ["a page in capitals", "\n<HTML><HEAD>", /web page/],
    ["XML", '<?xml version="1.0"?><rss/>', /XML/],
    ["JSON", '{"error": "not found"}', /is text/],
    ["text in another script", "星月夜 — не картина", /is text/],
    ["a PDF", "%PDF-1.7\n%\xe2\xe3", /PDF.*pdftoppm/],
    ["PostScript", "%!PS-Adobe-3.0 EPSF-3.0", /PostScript/],
    ["HEIC", "\0\0\0\x18ftypheic\0\0\0\0mif1heic", /HEIC.*JPEG/],
    ["HEIC under its general brand", "\0\0\0\x18ftypmif1\0\0\0\0mif1heic", /HEIC/],
    ["a phone's video", "\0\0\0\x14ftypqt  \0\0\0\0qt  ", /video.*ffmpeg/],
    ["MP4", "\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41", /video/],
    ["Matroska", "\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x23", /video/],
    ["AVI", "RIFF\x24\0\0\0AVI LIST", /video/],
    ["a sound", "RIFF\x24\0\0\0WAVEfmt ", /sound/],
    ["MP3", "ID3\x04\0\0\0\0", /sound/],
    ["Photoshop", "8BPS\0\x01", /Photoshop/],
    ["GIMP", "gimp xcf v011\0", /GIMP/],
    ["an icon", "\0\0\x01\0\x01\0\x10\x10", /icon/],
    ["BMP", "BM\x36\x0c\0\0\0\0\0\0\x36\0\0\0", /BMP/],
    ["JPEG XL", "\xff\x0a\x10\xb0\x13", /JPEG XL/],
    ["JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n", /JPEG 2000/],
    ["a raw photo", "II*\0\x10\0\0\0CR\x02\0", /camera raw/],
    ["OpenEXR", "v/1\x01\x02\0\0\0", /dynamic range/],
    ["Radiance", "#?RADIANCE\nFORMAT=32-bit_rle_rgbe", /dynamic range/],
    ["PNM", "P6\n2 2\n255\n", /PNM/],
    ["a zip", "PK\x03\x04\x14\0\0\0", /archive.*unpack/],
    ["gzip", "\x1f\x8b\x08\0", /archive/],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", /Git LFS.*pull/],
    ["a program", "\x7fELF\x02\x01\x01", /program/],
    ["a script", "#!/bin/sh\nrm -rf /", /program/],
    ["network weights", "\x89HDF\r\n\x1a\n", /HDF5.*models import/],
    ["a PNG from a text-mode transfer", "\x89PNG\n\x1a\n\0\0\0\rIHDR", /PNG that a transfer damaged/],
    ["a false WebP", "RIFF\xff\0\0\0WEBPnonsense", /damaged/],
    ["half a signature", "\x89PNG\r\n", /transfer damaged/],
  ])("%s", async (_, content, expected) => {
    const source = typeof content === "string" ? latin1OrUtf8(content) : content;
    expect(await refusal(source, { name: "cat.jpg" })).toMatch(expected);
  });
});

describe("decompression bombs are rejected by their headers", () => {
  const zeros = deflateSync(Buffer.alloc(40_000_000), { level: 9 });
  beforeAll(() => readPicture(pngFile(1, 1, deflateSync(bytes(0, 1, 2, 3)))));

  test.each<[string, Uint8Array, RegExp]>([
    ["PNG of 65535 x 65535", pngFile(65_535, 65_535, bytes(0)), /65535 x 65535 pixels; a side may have at most 16384/],
    ["PNG of 10 gigapixels in 40 kB", pngFile(100_000, 100_000, zeros), /100000 x 100000/],
    ["PNG of 2^31 - 1", pngFile(2 ** 31 - 1, 1, zeros), /2147483647 x 1/],
    ["PNG of 16384 x 16384", pngFile(16_384, 16_384, zeros), /268.44 million pixels; at most 67.11 million/],
    ["PNG without width", pngFile(0, 5, zeros), /0 x 5 pixels: it is empty/],
    ["PNG without height", pngFile(5, 0, zeros), /5 x 0/],
    ["JPEG of 65535 x 65535", jpegHeader(65_535, 65_535), /65535 x 65535/],
    ["JPEG without height", jpegHeader(8, 0), /8 x 0/],
    ["JPEG a line long", jpegHeader(65_535, 1), /65535 x 1 /],
    ["GIF", latin1("GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0"), /65535 x 65535/],
    ["lossy WebP", latin1("RIFF\x30\0\0\0WEBPVP8 \x20\0\0\0\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f"), /16383 x 16383/],
    ["lossless WebP", latin1("RIFF\x30\0\0\0WEBPVP8L\x20\0\0\0\x2f\xff\xff\xff\x0f\0"), /16384 x 16384/],
    [
      "extended WebP",
      latin1("RIFF\x30\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff"),
      /16777216 x 16777216/,
    ],
    ["TIFF", tiffFile({ 256: 4_000_000_000, 257: 4_000_000_000 }), /4000000000 x 4000000000/],
    [
      "AVIF",
      latin1(`\0\0\0\x18ftypavif\0\0\0\0avifmif1${"\0".repeat(40)}ispe\0\0\0\0\0\x01\0\0\0\x01\0\0${"\0".repeat(20)}`),
      /65536 x 65536/,
    ],
  ])("%s", async (_, content, expected) => {
    const memory = process.memoryUsage().rss;
    const start = performance.now();
    expect(await refusal(content)).toMatch(expected);
    expect(performance.now() - start).toBeLessThan(5000); // A few milliseconds on an idle machine.
    expect(process.memoryUsage().rss - memory).toBeLessThan(50e6);
  });

  test("and so are pictures above the caller's limit", async () => {
    const png = await picture().png().toBuffer();
    expect(await refusal(png, { maxPixels: 4095 })).toMatch(/is 64 x 64, 4096 pixels; at most 4095 are read/);
    expect((await readPicture(png, { maxPixels: 4096 })).image.width).toBe(64);
  });
});

describe("damage", () => {
  const cuts = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n / 9);
  test.each(["jpeg", "png", "webp", "tiff", "avif", "gif"] as const)("%s cut off at eight places", async (format) => {
    const whole = await picture()[format]().toBuffer();
    for (const cut of cuts) {
      expect(await refusal(whole.subarray(0, Math.floor(whole.length * cut)))).toMatch(
        /damaged or cut-off|incomplete jpeg/,
      );
    }
  });

  test("PNG with a wrong checksum, in its header and in its pixels", async () => {
    const png = await picture().png().toBuffer();
    for (const at of [29, png.indexOf("IDAT") + 40]) {
      const broken = Buffer.from(png);
      broken[at]! ^= 1;
      expect(await refusal(broken)).toMatch(/damaged/);
    }
  });

  test.each<[string, Uint8Array]>([
    ["JPEG with nothing in it", bytes(0xff, 0xd8, 0xff, 0xd9)],
    ["JPEG of headers without tables", jpegHeader(8, 8)],
    ["JPEG and then text", latin1("\xff\xd8\xff\xe0 hello, this is no picture at all")],
    ["PNG without pixels", pngFile(8, 8)],
    ["PNG of noise", pngFile(8, 8, Buffer.from("not deflated at all, is it"))],
    ["GIF that is a script", latin1("GIF89a/*....*/=1;alert(1)//".padEnd(64, " "))],
    ["TIFF without a directory", latin1("II*\0\xff\xff\xff\x7f")],
    ["TIFF whose directory is itself", latin1("II*\0\x04\0\0\0\x04\0")],
    ["TIFF without strips", tiffFile({ 256: 8, 257: 8 })],
    ["AVIF of a brand and no more", latin1("\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf")],
  ])("%s", async (_, content) => {
    expect(await refusal(content)).toMatch(/damaged|text|pixels/);
  });

  test("values that are not 8 or 16-bit whole numbers", async () => {
    const float = await picture().toColourspace("scrgb").tiff({ compression: "none" }).toBuffer();
    const { depth } = await sharp(float).metadata();
    expect(depth).toBe("float");
    expect(await refusal(float)).toMatch(/holds float values; save it with 8 or 16 bits/);
  });

  test("unusual but valid files are read", async () => {
    const png = await picture().png().toBuffer();
    const padded = Buffer.concat([png, Buffer.from("PK\x03\x04 a zip behind the picture")]);
    expect((await readPicture(padded)).image.width).toBe(64);
    const turned = await picture().withMetadata({ orientation: 8 }).jpeg().toBuffer();
    turned[turned.indexOf(latin1("\x12\x01\x03\0")) + 8] = 99; // The tag of orientation, little-endian.
    expect(await readPicture(turned)).toMatchObject({ orientation: 1, image: { width: 64 } });
  });
});

describe("files", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pastiche-bad-"));
    await mkdir(at("folder.png"));
    await writeFile(at("empty.png"), "");
    await writeFile(at("drawing.png"), "<svg/>");
    await writeFile(at("huge.png"), "");
    await truncate(at("huge.png"), 100_000_001);
    await symlink(at("nowhere"), at("dangling.png"));
    await symlink(at("circle.png"), at("circle.png"));
    await writeFile(at("secret.png"), "secret");
    await chmod(at("secret.png"), 0);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each<[string, RegExp]>([
    ["missing.png", /there is no such file/],
    ["folder.png", /is a folder/],
    ["empty.png", /is an empty file/],
    ["empty.png/inside.png", /a part of this path is a file/],
    ["drawing.png", /SVG drawing/],
    ["huge.png", /101 MB; at most 100 MB/],
    ["dangling.png", /no such file/],
    ["circle.png", /symbolic links go round in a circle/],
    ["secret.png", process.getuid?.() === 0 ? /is text/ : /not allowed to read it/],
  ])("%s", async (name, expected) => {
    expect(await refusal(at(name))).toMatch(expected);
  });

  test.each<[string, RegExp]>([
    ["", /name is empty/],
    ["a\0b.png", /no file can have this name/],
    ["https://example.org/starry-night.jpg", /web address; download/],
    ["file:///etc/passwd", /web address/],
    ["/dev/null", /is a device/],
    ["n".repeat(256), /longer than the file system allows/],
    ["a\nb\x1b[31m.png", /^a\?b\?\[31m\.png: there is no such file/],
  ])("%o", async (name, expected) => {
    expect(await refusal(name)).toMatch(expected);
  });
});

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function latin1OrUtf8(text: string): Uint8Array {
  return /[^\0-\xff]/.test(text) ? new TextEncoder().encode(text) : latin1(text);
}
