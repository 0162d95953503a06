/**
 * Pictures with one or two changed bytes, deterministic: each is either read or rejected with a `UserError`, quickly.
 * `PASTICHE_FUZZ=100000` raises the number per format; a failure prints its seed.
 */

import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/errors.ts";
import { random } from "../../src/image/noise.ts";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { readPictureText } from "../../src/platform/pictures/text.ts";

const count = Number(process.env.PASTICHE_FUZZ ?? 500);

/** Smooth with noise, to exercise every coder; the lower half is half transparent if there is alpha. */
function picture(channels: 3 | 4): Sharp {
  const { uniform } = random(channels);
  const pixels = Uint8Array.from({ length: 24 * 16 * channels }, (_, i) => {
    const at = Math.floor(i / channels);
    if (i % channels === 3) return at < 192 ? 255 : 90;
    return ((at % 24) * 9 + (i % channels) * 30 + uniform() * 20) % 256;
  });
  return sharp(pixels, { raw: { width: 24, height: 16, channels } });
}

const about = { IFD0: { ImageDescription: '{"a":"b"}' } };
const formats: Record<string, () => Promise<Buffer>[]> = {
  jpeg: () => [
    picture(3).withMetadata({ orientation: 6 }).withExif(about).jpeg().toBuffer(),
    picture(3).withIccProfile("p3").jpeg({ progressive: true, optimiseScans: true }).toBuffer(),
    picture(3).toColourspace("cmyk").jpeg().toBuffer(),
  ],
  png: () => [
    picture(4).withIccProfile("p3").png().toBuffer(),
    picture(3).png({ palette: true, progressive: true }).toBuffer(),
    picture(4).toColourspace("rgb16").png({ progressive: true }).toBuffer(),
  ],
  webp: () => [
    picture(4).webp().toBuffer(),
    picture(3).withExif(about).webp({ lossless: true }).toBuffer(),
    picture(4).webp({ nearLossless: true }).toBuffer(),
  ],
  tiff: () => [
    picture(4).tiff({ compression: "lzw", predictor: "horizontal" }).toBuffer(),
    picture(3).tiff({ compression: "jpeg", tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
    picture(3).tiff({ compression: "deflate", bigtiff: true }).toBuffer(),
    picture(3).toColourspace("b-w").tiff({ compression: "ccittfax4", bitdepth: 1 }).toBuffer(),
  ],
  gif: () => [picture(4).gif().toBuffer(), picture(3).gif({ progressive: true }).toBuffer()],
  avif: () => [picture(4).avif().toBuffer(), picture(3).avif({ bitdepth: 10 }).toBuffer()],
};

describe("mutated pictures are read or rejected", () => {
  test.each(Object.keys(formats))(
    "%s",
    async (format) => {
      const originals = await Promise.all(formats[format]!());
      let read = 0;
      let slowest = 0;
      const memory = process.memoryUsage().rss;
      for (let seed = 0; seed < count; seed++) {
        const { bits } = random(seed);
        const bytes = Uint8Array.from(originals[bits() % originals.length]!);
        for (let changes = 1 + (bits() % 2); changes > 0; changes--) bytes[bits() % bytes.length] = bits() & 255;
        const start = performance.now();
        try {
          const { image } = await readPicture(bytes, { maxPixels: 1e6 });
          read++;
          if (!image.data.every((value) => value >= 0 && value <= 1)) throw new Error("values outside [0, 1]");
        } catch (error) {
          const sound =
            error instanceof UserError && error.code === "picture" && /^[^\n]{20,360}\.$/.test(error.message);
          if (!sound) throw new Error(`${format}, seed ${seed}: ${error}`, { cause: error });
        }
        for (const words of Object.values(readPictureText(bytes))) expect(typeof words).toBe("string");
        slowest = Math.max(slowest, performance.now() - start);
      }
      expect(slowest).toBeLessThan(5000);
      expect(process.memoryUsage().rss - memory).toBeLessThan(256e6);
      expect(read).toBeGreaterThan(0);
    },
    60_000 + count * 50,
  );
});
