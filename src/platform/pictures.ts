/**
 * What a picture file becomes on every platform, and the limits that all of them keep. Refuses to know who decodes: a
 * platform fills this contract in.
 */

import { invalid, shown, UserError } from "../errors.ts";
import type { Rgb } from "../image/color.ts";
import type { Image, Size } from "../image/image.ts";

/** Formats that are read. GIF, animated WebP and multi-page TIFF give their first picture. */
export const inputFormats = ["jpeg", "png", "webp", "avif", "tiff", "gif"] as const;
export type InputFormat = (typeof inputFormats)[number];

/** Formats that are written. */
export const outputFormats = ["png", "jpeg", "webp", "tiff"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** What a written file's name may end in; the first is the usual one. */
export const endings: Readonly<Record<OutputFormat, readonly string[]>> = {
  png: [".png"],
  jpeg: [".jpg", ".jpeg"],
  webp: [".webp"],
  tiff: [".tif", ".tiff"],
};

/** Bits of one colour value in a file. */
export type Depth = 8 | 16;

/**
 * What is read unless more is asked for: the largest file, in bytes; the most pixels (8192 x 8192, "64 megapixels"); the
 * longest side. `most` pixels are read at all: the decoder has no more.
 */
export const limits = { bytes: 100_000_000, pixels: 8192 * 8192, side: 16_384, most: 268_402_689 } as const;

/** The limits where so many pixels are asked for: what is beyond the usual has longer sides and larger files, too. */
export function limitsFor(maxPixels: number = limits.pixels): { bytes: number; pixels: number; side: number } {
  const pixels = Math.min(maxPixels, limits.most);
  if (pixels <= limits.pixels) return { ...limits, pixels };
  return { pixels, side: 65_535, bytes: Math.round(limits.bytes * (pixels / limits.pixels)) };
}

/** A picture that has been read: upright, in sRGB, its transparency apart. */
export interface Picture {
  /** The colours, not multiplied by alpha; invisible pixels have the colours of their surroundings. */
  readonly image: Image;
  /** Opacity in [0, 1], `width * height` values; absent where the whole picture is opaque. */
  readonly alpha?: Float32Array;
  /** The flat colours of the whole picture as it is stored, transparent as black; where they were asked for. */
  readonly colors?: readonly Rgb[];
  /** Width and height upright, before any reduction on request; those of `image` otherwise. */
  readonly size: Size;
  readonly format: InputFormat;
  /** 16 where the file holds more than 8 bits a value. */
  readonly depth: Depth;
  /** Width and height as stored, before the EXIF orientation was applied. */
  readonly stored: Size;
  /** EXIF orientation of the file, 1 to 8; it has been applied to `image`. */
  readonly orientation: number;
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly digest: string;
}

/** What is written: an image, and the opacity that was taken off when it was read, if any. */
export interface Drawing {
  readonly image: Image;
  readonly alpha?: Float32Array | undefined;
}

/** How it is written. Every field has a default that suits. */
export interface EncodeOptions {
  /** 16 only for PNG and TIFF. Default 8. */
  readonly depth?: Depth | undefined;
  /** 1 to 100, for JPEG and WebP (there, 100 is lossless). Default 95. */
  readonly quality?: number | undefined;
  /** Keyword to text, kept inside the file; `readPictureText` reads it back. */
  readonly text?: Readonly<Record<string, string>> | undefined;
}

/** Throws a `picture` error if a picture of `size` is over the limits; `name` stands in the message. */
export function checkSize(name: string, { width, height }: Size, maxPixels: number = limits.pixels): void {
  if (!(width >= 1 && height >= 1)) {
    throw new UserError("picture", `${name} says it is ${width} x ${height} pixels: there is nothing to see in it.`);
  }
  const { side } = limitsFor(maxPixels);
  if (Math.max(width, height) > side) {
    throw new UserError(
      "picture",
      `${name} is ${width} x ${height} pixels; a side may have at most ${side}. Make it smaller first.`,
    );
  }
  if (width * height > maxPixels) {
    const millions = (count: number) => (count < 1e6 ? `${count}` : `${Math.round(count / 1e4) / 100} million`);
    throw new UserError(
      "picture",
      `${name} is ${width} x ${height}, ${millions(width * height)} pixels; at most ${millions(maxPixels)} are read. Make it smaller first.`,
    );
  }
}

/** The format that the ending of a file's name asks for; a `usage` error lists the endings there are. */
export function outputFormat(path: string): OutputFormat {
  const name = path.toLowerCase();
  const found = outputFormats.find((format) => endings[format].some((ending) => name.endsWith(ending)));
  if (found) return found;
  const choices = outputFormats.flatMap((format) => endings[format]).join(", ");
  throw new UserError("usage", `${shown(path)}: the name of the result must end in one of ${choices}.`);
}

/** Throws a `usage` error if `format` cannot hold what `options` ask for. */
export function checkEncoding(format: OutputFormat, { depth = 8, quality }: EncodeOptions): void {
  if (depth !== 8 && depth !== 16) throw invalid("usage", "depth", "8 or 16", depth);
  if (depth === 16 && format !== "png" && format !== "tiff") {
    throw new UserError("usage", `depth 16: ${format} holds 8 bits a value; write .png or .tif instead.`);
  }
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw invalid("usage", "quality", "a whole number from 1 to 100", quality);
  }
}
