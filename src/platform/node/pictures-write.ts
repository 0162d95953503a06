/**
 * Pictures written to files on Node: sRGB, rounded to the nearest 8 or 16-bit value, alpha put back, words inside.
 * Refuses to know where the picture comes from.
 */

import type { Sharp } from "sharp";
import { UserError } from "../../errors.ts";
import { flatten } from "../../image/alpha.ts";
import type { Image } from "../../image/image.ts";
import {
  checkEncoding,
  type Depth,
  type Drawing,
  type EncodeOptions,
  type OutputFormat,
  outputFormat,
} from "../pictures.ts";
import { description, insertPngText, insertTiffDescription } from "../pictures-text.ts";
import { loadSharp } from "./pictures-sharp.ts";
import { type WriteOptions, writeAtomically } from "./write.ts";

/**
 * Writes `drawing` to `path` in the format its ending asks for; the file appears whole or not at all. Errors: `usage`
 * for an ending or option that does not fit, `file` when it exists (without `force`) or cannot be written.
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
 * `drawing` as the bytes of a file. Values are rounded to the nearest of 255 or 65535 steps after clamping to [0, 1], not
 * dithered. PNG, WebP and TIFF keep `alpha`; JPEG cannot, so there the picture is laid on white. JPEG is 4:4:4. `text`
 * becomes PNG iTXt, or one JSON description in the EXIF of JPEG and WebP or in TIFF's own tag.
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
  const { image, alpha } =
    format === "jpeg" && drawing.alpha ? { image: flatten(drawing.image, drawing.alpha) } : drawing;
  const sharp = await loadSharp();
  const channels = alpha ? 4 : 3;
  const values = interleaved(image, alpha, depth);
  const raw = sharp(values, { raw: { width, height, channels }, limitInputPixels: false });
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

/** With the sRGB profile, and the description in EXIF if there is one. An APP1 segment of JPEG holds less than 64 KiB. */
function described(pipeline: Sharp, about: string | undefined): Sharp {
  const profiled = pipeline.withIccProfile("srgb");
  if (about === undefined) return profiled;
  if (about.length > 60_000) {
    throw new UserError("usage", "The text is too long for this format (60,000 characters); write .png or .tif.");
  }
  return profiled.withExif({ IFD0: { ImageDescription: about } });
}

/** Planes to pixels: R, G, B and, with `alpha`, A of each; values outside [0, 1] clamped, NaN as 0. */
function interleaved(image: Image, alpha: Float32Array | undefined, depth: Depth): Uint8ClampedArray | Uint16Array {
  const plane = image.width * image.height;
  if (image.data.length !== 3 * plane || (alpha && alpha.length !== plane)) {
    throw new RangeError(`internal: encodePicture: the planes do not have ${image.width} x ${image.height} values`);
  }
  const channels = alpha ? 4 : 3;
  const white = depth === 16 ? 65_535 : 255;
  const values = depth === 16 ? new Uint16Array(plane * channels) : new Uint8ClampedArray(plane * channels);
  for (let channel = 0; channel < channels; channel++) {
    const source = channel === 3 ? alpha! : image.data.subarray(channel * plane, (channel + 1) * plane);
    for (let i = 0, to = channel; i < plane; i++, to += channels) {
      const value = source[i]!;
      values[to] = value > 0 ? Math.floor(Math.min(1, value) * white + 0.5) : 0;
    }
  }
  return values;
}
