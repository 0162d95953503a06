/** Writes pictures to files in Node: sRGB, rounded to 8 or 16 bits, with alpha and text metadata. */

import type { Sharp } from "sharp";
import { UserError } from "../../errors.ts";
import { flatten } from "../../image/alpha.ts";
import { checkEncoding, type Drawing, type EncodeOptions, type OutputFormat, outputFormat } from "../pictures.ts";
import { toPixels } from "../pictures-pixels.ts";
import { description, insertPngText, insertTiffDescription } from "../pictures-text.ts";
import { loadSharp } from "./pictures-sharp.ts";
import { type WriteOptions, writeAtomically } from "./write.ts";

/**
 * Writes `drawing` to `path`, atomically, in the format of its extension. Errors: `usage` for an unsupported extension
 * or option, `file` if it exists (without `force`) or cannot be written.
 */
export async function writePicture(
  path: string,
  drawing: Drawing,
  options: EncodeOptions & WriteOptions = {},
): Promise<void> {
  const bytes = await encodePicture(outputFormat(path), drawing, options);
  await writeAtomically(path, bytes, options);
}

/**
 * Encodes `drawing`. Values are clamped to [0, 1] and rounded to the nearest of 255 or 65535 steps, not dithered. PNG,
 * WebP and TIFF keep alpha; JPEG is composited over white. JPEG is 4:4:4. `text` becomes PNG iTXt, or a JSON
 * description in the EXIF of JPEG and WebP or in TIFF's own tag.
 */
export async function encodePicture(
  format: OutputFormat,
  drawing: Drawing,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  checkEncoding(format, options);
  const { depth = 8, quality = 95, text = {} } = options;
  const { width, height } = drawing.image;
  if (format === "webp" && Math.max(width, height) > 16_383) {
    throw new UserError(
      "usage",
      `WebP holds at most 16383 pixels a side, not ${width} x ${height}; write .png or .tif.`,
    );
  }
  const flat = format === "jpeg" && drawing.alpha ? { image: flatten(drawing.image, drawing.alpha) } : drawing;
  const { values, channels } = toPixels(flat, depth);
  const sharp = await loadSharp();
  // 72 dots per inch is conventional; by default libvips writes 25.4, which makes huge pages in layout programs.
  const raw = sharp(values, { raw: { width, height, channels }, limitInputPixels: false }).withDensity(72);
  const about = Object.keys(text).length > 0 ? description(text) : undefined;
  switch (format) {
    case "png": {
      const plain = raw.toColourspace(depth === 16 ? "rgb16" : "srgb").png({ adaptiveFiltering: true });
      return insertPngText(await plain.toBuffer(), text);
    }
    case "tiff": {
      const options = { compression: "deflate", predictor: "horizontal" } as const;
      const plain = await raw
        .toColourspace(depth === 16 ? "rgb16" : "srgb")
        .tiff(options)
        .toBuffer();
      return about === undefined ? plain : insertTiffDescription(plain, about);
    }
    case "jpeg":
      return described(raw, about).jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();
    case "webp":
      return described(raw, about)
        .webp({ quality, lossless: quality === 100, smartSubsample: true })
        .toBuffer();
  }
}

/**
 * With the sRGB profile, and the description in EXIF if there is one. An APP1 segment of JPEG holds less than 64 KiB.
 */
function described(pipeline: Sharp, about: string | undefined): Sharp {
  const profiled = pipeline.withIccProfile("srgb");
  if (about === undefined) return profiled;
  if (about.length > 60_000) {
    throw new UserError("usage", "The text is too long for this format (60,000 characters); write .png or .tif.");
  }
  return profiled.withExif({ IFD0: { ImageDescription: about } });
}
