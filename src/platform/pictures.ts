/** The contract for reading and writing pictures, and the limits, on every platform. */

import { invalid, shown, UserError } from "../errors.ts";
import type { Rgb } from "../image/color.ts";
import type { Image, Size } from "../image/image.ts";
import type { Depth } from "./formats/format.ts";
import * as formats from "./formats/index.ts";
import type { InputFormat } from "./formats/input.ts";

export type { Depth } from "./formats/format.ts";

/** The name of an output format. */
export type OutputFormat = keyof typeof formats;
export const outputFormats = Object.keys(formats) as readonly OutputFormat[];

/**
 * The default limits: file size in bytes; pixels (8192 x 8192, "64 megapixels"); the longest side. `most` is the
 * decoder's own limit of pixels.
 */
export const limits = { bytes: 100_000_000, pixels: 8192 * 8192, side: 16_384, most: 268_402_689 } as const;

/** The limits for `maxPixels`: beyond the default, sides and files may be larger, too. */
export function limitsFor(maxPixels: number = limits.pixels): { bytes: number; pixels: number; side: number } {
  const pixels = Math.min(maxPixels, limits.most);
  if (pixels <= limits.pixels) return { ...limits, pixels };
  return { pixels, side: 65_535, bytes: Math.round(limits.bytes * (pixels / limits.pixels)) };
}

/** A picture that has been read: upright, in sRGB, with alpha separate. */
export interface Picture {
  /** The colours, not premultiplied; transparent pixels have the colours of their surroundings. */
  readonly image: Image;
  /** Alpha in [0, 1], `width * height` values; absent if the whole picture is opaque. */
  readonly alpha?: Float32Array;
  /** The flat colours of the whole stored picture, transparent as black; only if requested. */
  readonly colors?: readonly Rgb[];
  /** The upright size before any reduction. */
  readonly size: Size;
  readonly format: InputFormat;
  /** 16 if the file has more than 8 bits per value. */
  readonly depth: Depth;
  /** The stored size, before the EXIF orientation was applied. */
  readonly stored: Size;
  /** The file's EXIF orientation, 1 to 8; it has been applied to `image`. */
  readonly orientation: number;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly digest: string;
}

/** What is written: an image, and optionally alpha. */
export interface Drawing {
  readonly image: Image;
  readonly alpha?: Float32Array | undefined;
}

/** Encoding options; all have defaults. */
export interface EncodeOptions {
  /** 16 only for PNG and TIFF. Default 8. */
  readonly depth?: Depth | undefined;
  /** 1 to 100, for JPEG and WebP (where 100 is lossless). Default 95. */
  readonly quality?: number | undefined;
  /** Text metadata by keyword; `readPictureText` reads it back. */
  readonly text?: Readonly<Record<string, string>> | undefined;
}

/**
 * Throws a `picture` error, with the limit `maxPixels`, if a picture of `size` exceeds the limits; `name` is used in
 * the message.
 */
export function checkSize(name: string, { width, height }: Size, maxPixels: number = limits.pixels): void {
  if (!(width >= 1 && height >= 1)) {
    throw new UserError("picture", `${name} has a size of ${width} x ${height} pixels: it is empty.`);
  }
  const { side } = limitsFor(maxPixels);
  if (Math.max(width, height) > side) {
    throw new UserError(
      "picture",
      `${name} is ${width} x ${height} pixels; a side may have at most ${side}. Make it smaller first.`,
      { limit: "maxPixels" },
    );
  }
  if (width * height > maxPixels) {
    const millions = (count: number) => (count < 1e6 ? `${count}` : `${Math.round(count / 1e4) / 100} million`);
    throw new UserError(
      "picture",
      `${name} is ${width} x ${height}, ${millions(width * height)} pixels; at most ${millions(maxPixels)} are read. Make it smaller first.`,
      { limit: "maxPixels" },
    );
  }
}

/** The format for the extension of a file's name; a `usage` error lists the extensions. */
export function outputFormat(path: string): OutputFormat {
  const name = path.toLowerCase();
  const found = outputFormats.find((format) => formats[format].endings.some((ending) => name.endsWith(ending)));
  if (found) return found;
  const choices = outputFormats.flatMap((format) => formats[format].endings).join(", ");
  throw new UserError("usage", `${shown(path)}: the name of the result must end in one of ${choices}.`);
}

/** Throws a `usage` error if `format` does not support `options`. */
export function checkEncoding(format: OutputFormat, { depth = 8, quality }: EncodeOptions): void {
  if (depth !== 8 && depth !== 16) throw invalid("usage", "depth", "8 or 16", depth);
  if (!formats[format].depths.includes(depth)) {
    throw new UserError("usage", `depth ${depth}: ${format} holds 8 bits a value; write .png or .tif instead.`);
  }
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw invalid("usage", "quality", "a whole number from 1 to 100", quality);
  }
}
