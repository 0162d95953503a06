/** Writes pictures to files in Node: sRGB, rounded to 8 or 16 bits, with alpha and text metadata. */

import { UserError } from "../../../errors.ts";
import { flatten } from "../../../image/alpha.ts";
import type { Format, Pipeline } from "../../formats/format.ts";
import * as formats from "../../formats/index.ts";
import { toPixels } from "../../pictures/pixels.ts";
import { checkEncoding, type Drawing, type EncodeOptions, type OutputFormat, outputFormat } from "../../pictures.ts";
import { type WriteOptions, writeAtomically } from "../files/write.ts";
import { loadSharp } from "./sharp.ts";

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
 * Encodes `drawing`. Values are clamped to [0, 1] and rounded to the nearest of 255 or 65535 steps, not dithered. Formats
 * without alpha are composited over white.
 */
export async function encodePicture(
  format: OutputFormat,
  drawing: Drawing,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  checkEncoding(format, options);
  const { depth = 8, quality = 95, text = {} } = options;
  const { width, height } = drawing.image;
  const { alpha, side = Number.POSITIVE_INFINITY, encode }: Format = formats[format];
  if (Math.max(width, height) > side) {
    const size = `${width} x ${height}`;
    throw new UserError("usage", `${format} holds at most ${side} pixels a side, not ${size}; write .png or .tif.`);
  }
  const flat = !alpha && drawing.alpha ? { image: flatten(drawing.image, drawing.alpha) } : drawing;
  const { values, channels } = toPixels(flat, depth);
  const sharp = await loadSharp();
  const pixels = sharp(values, { raw: { width, height, channels }, limitInputPixels: false })
    // 72 dots per inch is conventional; by default libvips writes 25.4, which makes huge pages in layout programs.
    .withDensity(72)
    .toColourspace(depth === 16 ? "rgb16" : "srgb");
  return encode(pixels as unknown as Pipeline, { quality, text });
}
