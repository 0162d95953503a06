/** WebP, lossless at quality 100, text as a description in EXIF. */
import { type Format, withDescription } from "./format.ts";

export const webp: Format = {
  endings: [".webp"],
  depths: [8],
  alpha: true,
  side: 16_383,
  canvas: true,
  encode: async (pixels, { quality, text }) =>
    withDescription(pixels, text)
      .toFormat("webp", { quality, lossless: quality === 100, smartSubsample: true })
      .toBuffer(),
};
