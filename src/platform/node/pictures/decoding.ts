/**
 * Plans the decoding of a picture: whether the decoder itself reduces it, and how much memory that takes. The numbers
 * were fitted to measured peaks of sharp (libvips) on pictures of 48 and 64 megapixels of every format and layout.
 */
import type { Metadata } from "sharp";
import { bytesText, UserError } from "../../../errors.ts";
import type { Size } from "../../../image/image.ts";
import { withLongSide } from "../../../image/image.ts";
import type { InputFormat } from "../../formats/input.ts";
import { tiffTags } from "../../pictures/header.ts";
import type { Depth } from "../../pictures.ts";
import { memoryToTake } from "../memory.ts";

/** Up to 16 megapixels a picture is decoded whole, so that its result depends on no decoder's reduction. */
const LARGE = 1 << 24;
/** The decoder leaves at least this many times the wanted size; the rest is the job of `image/resize.ts`. */
const MARGIN = 2;

/**
 * The size to which the decoder is to reduce a picture of `size` whose long side is to be `longSide`; undefined where it
 * is decoded whole. JPEGs are then decoded at an eighth to a half of their size, and no format is ever whole in memory
 * except AVIF, GIF and lossless WebP.
 */
export function decodedSize(size: Size, longSide = Number.POSITIVE_INFINITY): Size | undefined {
  if (size.width * size.height <= LARGE) return undefined;
  const long = Math.max(size.width, size.height);
  const factor = Math.floor(long / (MARGIN * longSide));
  return factor < 2 ? undefined : withLongSide(size, Math.round(long / factor));
}

/** What is known of a picture before it is decoded. */
export interface Undecoded {
  readonly format: InputFormat;
  readonly bytes: Uint8Array;
  readonly metadata: Pick<
    Metadata,
    "width" | "height" | "channels" | "isProgressive" | "chromaSubsampling" | "orientation"
  >;
  readonly depth: Depth;
  /** From `decodedSize`. */
  readonly reduced: Size | undefined;
  /** Its size as floats. */
  readonly result: Size;
  /** Its colours are converted after decoding, as 16-bit values. */
  readonly converted: boolean;
}

/** libvips keeps about so many rows of the picture while it passes through: unchanged, or reduced. */
const ROWS = { whole: 900, reduced: 2700 };

/** The memory in bytes that decoding takes at its peak, beside the file's own bytes. */
function decodingMemory({ metadata, depth, reduced, result, converted, ...file }: Undecoded): number {
  const { width, height, orientation = 1 } = metadata;
  const pixel = (metadata.channels ?? 3) * (depth / 8);
  const pixels = reduced ? reduced.width * reduced.height : width * height;
  const raw = pixels * pixel;
  const turned = orientation > 1 ? raw : 0;
  // JPEGs are reduced to an eighth, a quarter or a half before anything else is done.
  const scale = reduced && file.format === "jpeg" ? Math.min(8, 2 ** Math.floor(Math.log2(width / reduced.width))) : 1;
  const rows = Math.min(reduced ? ROWS.reduced : ROWS.whole, height / scale) * (width / scale) * pixel;
  const decoding = frameMemory({ ...file, metadata, pixel, reduced: reduced !== undefined }) + raw + turned + rows;
  const floats = result.width * result.height * 4 * (metadata.channels === 4 ? 7 : 3);
  return Math.max(decoding, raw + (converted ? (pixels * pixel * 16) / depth : 0) + floats);
}

interface Frame extends Pick<Undecoded, "format" | "bytes" | "metadata"> {
  /** Bytes of a decoded pixel. */
  readonly pixel: number;
  readonly reduced: boolean;
}

/** What a decoder holds of the whole picture, beside what comes out. */
function frameMemory({ format, bytes, metadata, pixel, reduced }: Frame): number {
  const { width, height, isProgressive, channels = 3 } = metadata;
  const pixels = width * height;
  switch (format) {
    case "jpeg": {
      // All coefficients, of 16 bits each.
      const planes = { "4:2:0": 1.5, "4:2:2": 2 }[metadata.chromaSubsampling ?? ""] ?? channels;
      return isProgressive ? 2 * planes * pixels : 0;
    }
    case "png":
      return isProgressive ? pixel * pixels : 0;
    case "tiff":
      return Math.min(height, rowsPerStrip(bytes)) * width * pixel;
    case "webp": {
      const lossy = String.fromCharCode(...bytes.subarray(12, 16)) === "VP8 ";
      return (reduced ? (lossy ? 0 : 4.2) : 5.3) * pixels;
    }
    case "gif":
      return 5.3 * pixels;
    case "avif":
      return (reduced ? 18.6 : 15.6) * pixels;
    default:
      return format satisfies never;
  }
}

function rowsPerStrip(bytes: Uint8Array): number {
  try {
    const tags = tiffTags(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
    return tags.get(278)?.value ?? 0;
  } catch (error) {
    if (error instanceof RangeError) return 0; // A damaged file: the decoder will say so.
    throw error;
  }
}

/** The decoder itself: its code, threads and buffers. */
const DECODER = 20e6;

/** A picture that takes no more is not what a limit is broken by. */
const NEGLIGIBLE = 32e6;

/**
 * Throws a `resources` error if decoding takes the process beyond `limit` bytes; by default beyond what the machine can
 * spare. Otherwise the kernel would end the process without a word.
 */
export function checkDecodingMemory(name: string, picture: Undecoded, limit: number = memoryToTake()): void {
  const { width, height } = picture.metadata;
  const decoding = decodingMemory(picture);
  const needed = process.memoryUsage.rss() + DECODER + decoding;
  if (needed <= limit || decoding <= NEGLIGIBLE) return;
  throw new UserError(
    "resources",
    `${name} has ${width} x ${height} pixels; reading it needs about ${bytesText(needed)} of memory, and the job may take ` +
      `${bytesText(limit)}. Make it smaller first, or allow more (memory).`,
  );
}
