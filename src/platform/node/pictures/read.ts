/**
 * Reads picture files in Node with sharp (libvips). The decoder only receives files whose signature and header were
 * accepted; the result is upright, sRGB and within the limits.
 */

import { createHash } from "node:crypto";
import type { Metadata, Sharp, SharpOptions } from "sharp";
import { UserError } from "../../../errors.ts";
import { atMostLong } from "../../../image/image.ts";
import { collectGarbage } from "../../../runtimes/node-garbage.ts";
import type { InputFormat } from "../../formats/input.ts";
import { inSrgb, pngColors } from "../../pictures/gamma.ts";
import { headerSize } from "../../pictures/header.ts";
import { jpegShape } from "../../pictures/jpeg.ts";
import { flatColorsOf, flatShare, toDrawing } from "../../pictures/pixels.ts";
import { sniff } from "../../pictures/sniff.ts";
import { tiffObstacle } from "../../pictures/tiff.ts";
import { checkSize, type Depth, limits, limitsFor, type Picture } from "../../pictures.ts";
import { inMessage } from "../files/paths.ts";
import { readWithin, tooLarge } from "../files/read.ts";
import { shortage } from "../files/shortage.ts";
import { checkDecodingMemory, decodedSize } from "./decoding.ts";
import { loadSharp } from "./sharp.ts";

/** How a picture is read. */
export interface ReadOptions {
  /**
   * The largest number of pixels; default 8192 x 8192, at most 268 million. Above the default, files and sides may be
   * larger, too.
   */
  readonly maxPixels?: number | undefined;
  /**
   * Reduce a larger picture to this long side during decoding, which saves most of the memory. Smaller ones are
   * unchanged.
   */
  readonly longSide?: number | undefined;
  /** Find the flat colours before the reduction, for a mask. */
  readonly colors?: boolean | undefined;
  /** Bytes that the process may take in all. A picture that needs more is a `resources` error. Default: what is free. */
  readonly memory?: number | undefined;
  /** The picture's name in messages; default the path, or "the picture" for bytes. */
  readonly name?: string | undefined;
}

/**
 * Reads a JPEG, PNG, WebP, AVIF, TIFF or GIF from a path or its bytes. Applies the EXIF orientation, converts embedded
 * ICC profiles (and CMYK, grey, palettes) to sRGB, keeps 16-bit precision and separates alpha: see `Picture`. Takes the
 * first of several frames or pages. A picture of more than 16 megapixels that is to be a quarter of its size or less is
 * reduced by the decoder first. Throws a `UserError` with code `picture` if the file is missing, unreadable, damaged,
 * over the limits or of another kind, and with code `resources` if reading it takes more memory than it may.
 */
export async function readPicture(source: string | Uint8Array, options: ReadOptions = {}): Promise<Picture> {
  const picture = await read(source, options);
  // Nothing here holds the file's bytes any more: they are not to stay beside a whole job.
  if (picture.size.width * picture.size.height > GARBAGE) collectGarbage();
  return picture;
}

/** Decoded pictures of fewer pixels are left to V8. */
const GARBAGE = 1 << 22;

async function read(source: string | Uint8Array, options: ReadOptions): Promise<Picture> {
  const name = inMessage(options.name ?? (typeof source === "string" ? source : "the picture"));
  const { pixels: maxPixels, bytes: most } = limitsFor(options.maxPixels);
  const bytes = typeof source === "string" ? await readWithin(source, most) : source;
  if (bytes.length > most) throw tooLarge(name, bytes.length, most);
  const format = sniff(name, bytes);
  const claimed = headerSize(format, bytes);
  if (claimed) checkSize(name, claimed, maxPixels);
  return decode(name, bytes, format, { ...options, maxPixels });
}

async function decode(name: string, bytes: Uint8Array, format: InputFormat, options: ReadOptions): Promise<Picture> {
  const sharp = await loadSharp();
  const refuse = (cause: unknown) => {
    const short = shortage(cause, `${name} cannot be decoded`);
    if (short) throw short;
    const obstacle = format === "tiff" ? tiffObstacle(bytes) : undefined;
    if (obstacle) throw new UserError("picture", `${name} ${obstacle}.`, { cause });
    throw damaged(name, format, cause);
  };
  const shape = format === "jpeg" ? jpegShape(bytes) : undefined;
  if (shape?.incomplete) throw incomplete(name);
  const input: SharpOptions = {
    failOn: "error",
    limitInputPixels: Math.max(limits.pixels, options.maxPixels ?? 0),
    autoOrient: true,
  };
  const metadata = await sharp(bytes, input).metadata().catch(refuse);
  const stored = { width: metadata.width, height: metadata.height };
  checkSize(name, stored, options.maxPixels);
  const depth = usableDepth(name, format, metadata);
  const size = { width: metadata.autoOrient.width, height: metadata.autoOrient.height };
  const { longSide = Number.POSITIVE_INFINITY } = options;
  // A mask's colours are counted, and a JPEG's end is looked at, in the whole picture.
  const reduced = options.colors || shape?.flat ? undefined : decodedSize(size, longSide);
  const colours = format === "png" ? pngColors(bytes) : undefined;
  const result = atMostLong(size, longSide);
  const planned = { format, bytes, metadata, depth, reduced, result, converted: colours !== undefined };
  checkDecodingMemory(name, planned, options.memory);

  /** The pixels; of a JPEG also if the decoder only warns, unless the warning is about missing data. */
  const whole = (pipeline: (failOn: "warning" | "error") => Sharp) => {
    const run = (failOn: "warning" | "error") => pipeline(failOn).toBuffer({ resolveWithObject: true });
    if (!shape) return run("error").catch(refuse);
    return run("warning").catch((cause) => {
      if (/premature end/i.test(String(cause))) throw incomplete(name);
      return run("error").catch(refuse);
    });
  };
  // 8-bit values must not pass through rgb16: libvips would multiply them by 256, so that white became 65280.
  const pipeline = (failOn: "warning" | "error") =>
    sharp(shape?.bytes ?? bytes, { ...input, failOn })
      .timeout({ seconds: 60 })
      .resize(reduced ? { ...reduced, fit: "fill", kernel: "cubic" } : {})
      .toColourspace(depth === 16 ? "rgb16" : "srgb")
      .raw({ depth: depth === 16 ? "ushort" : "uchar" });
  const { data, info } = await whole(pipeline);
  const values = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const white = largest(depth, metadata);
  const stands = { ...info, values, white };
  const pixels = colours ? inSrgb(stands, colours) : stands;
  if (shape && shape.flat > 0 && flatShare(pixels) < shape.flat) throw incomplete(name);
  const { image, alpha } = toDrawing(pixels, result);
  const colors = options.colors ? flatColorsOf(pixels) : undefined;
  if (!options.colors && alpha?.every((value) => value === 0)) {
    throw new UserError("picture", `${name} is fully transparent.`);
  }
  const digest = createHash("sha256").update(bytes).digest("hex");
  const orientation = orientationOf(metadata);
  return {
    image,
    ...(alpha && { alpha }),
    ...(colors && { colors }),
    size,
    format,
    depth,
    stored,
    orientation,
    digest,
  };
}

/**
 * The depth to decode at; a `picture` error for unsupported sample types or a mismatch between signature and decoder.
 */
function usableDepth(name: string, format: InputFormat, metadata: Metadata): Depth {
  const decoder = (metadata.format as string) === "heif" ? "avif" : metadata.format;
  if (decoder !== format || (format === "avif" && metadata.compression !== "av1")) {
    throw new UserError("picture", `${name} begins like ${format} but holds something else; convert it to PNG first.`);
  }
  if (metadata.depth === "uchar") return 8;
  if (metadata.depth === "ushort") return 16;
  throw new UserError(
    "picture",
    `${name} holds ${metadata.depth} values; save it with 8 or 16 bits per channel first.`,
  );
}

/** 1 to 8; any other value counts as upright, as in the decoder. */
function orientationOf({ orientation = 1 }: Metadata): number {
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/** The value of white: libvips shifts 10 and 12-bit AVIF up to 16 bits. */
function largest(depth: Depth, { bitsPerSample, format }: Metadata): number {
  if (depth === 8) return 255;
  const shift = (format as string) === "heif" && bitsPerSample && bitsPerSample < 16 ? 16 - bitsPerSample : 0;
  return 65_535 - (2 ** shift - 1);
}

function incomplete(name: string): UserError {
  const why = "a part of the picture is missing, cut off or overwritten";
  return new UserError("picture", `${name} is an incomplete jpeg file: ${why}; use another copy of it.`);
}

/** The decoder's message, shortened, after the advice. */
function damaged(name: string, format: InputFormat, cause: unknown): UserError {
  const words = (cause instanceof Error ? cause.message : String(cause))
    .replace(/^Input (?:buffer|file) (?:has corrupt header|contains unsupported image format):?\s*/i, "")
    .replace(/^(?:\w*(?:vips|load_buffer|heif|webp)\w*:\s*)+/i, "")
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
  const detail = words && words.length <= 100 ? ` (${words})` : "";
  return new UserError("picture", `${name} is a damaged or cut-off ${format} file${detail}; use another copy of it.`, {
    cause,
  });
}
