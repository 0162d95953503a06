/**
 * Reads and writes pictures with the browser's own decoders and encoders. They only receive files whose signature and
 * header were accepted.
 *
 * The limits of a canvas apply: 8 bits per value, and colours lose precision under transparency (they are stored
 * premultiplied). TIFF is not supported, although browsers on Apple's systems could decode it.
 */
import { UserError } from "../../errors.ts";
import { flatten } from "../../image/alpha.ts";
import { atMostLong } from "../../image/image.ts";
import * as formats from "../formats/index.ts";
import type { InputFormat } from "../formats/input.ts";
import { headerSize, tiffTags } from "../pictures/header.ts";
import { toDrawing, toPixels } from "../pictures/pixels.ts";
import { sniff } from "../pictures/sniff.ts";
import { insertPngText } from "../pictures/text.ts";
import {
  checkEncoding,
  checkSize,
  type Drawing,
  type EncodeOptions,
  limits,
  type OutputFormat,
  type Picture,
} from "../pictures.ts";
import { type ByteSource, bytesOf, type FetchOptions, nameOf, sha256 } from "./bytes.ts";

/** How a picture is read. */
export interface ReadOptions extends FetchOptions {
  /** The largest number of pixels, at most 8192 x 8192. */
  readonly maxPixels?: number | undefined;
  /** Reduce a larger picture to this long side. Smaller ones are unchanged. */
  readonly longSide?: number | undefined;
  /** The picture's name in messages; default the file's name or the last part of the URL. */
  readonly name?: string | undefined;
}

/**
 * Reads a JPEG, PNG, WebP, AVIF or GIF from a `File` or other `Blob`, a URL, or bytes. Applies the EXIF orientation,
 * converts embedded colour profiles to sRGB and separates alpha: see `Picture`. Takes the first of several frames.
 * Throws a `UserError` with code `picture` for any problem with the file.
 */
export async function readPicture(source: ByteSource, options: ReadOptions = {}): Promise<Picture> {
  const { bitmap, name, about } = await decoded(source, options);
  try {
    const { image, alpha } = fromBitmap(bitmap, options.longSide);
    if (alpha?.every((value) => value === 0)) {
      throw new UserError("picture", `${name} is fully transparent.`);
    }
    return { image, ...(alpha && { alpha }), ...about };
  } finally {
    bitmap.close();
  }
}

/**
 * What `readPicture` says of a picture, without its pixels: the browser decodes it off the page's thread, so that a large
 * photo does not stop the page. Errors are the same, except that a fully transparent picture is none.
 */
export async function inspectPicture(source: ByteSource, options: ReadOptions = {}): Promise<PictureFacts> {
  const { bitmap, about } = await decoded(source, options);
  bitmap.close();
  return about;
}

/** A picture without its pixels. */
export type PictureFacts = Omit<Picture, "image" | "alpha">;

interface Decoded {
  /** To be closed. */
  readonly bitmap: ImageBitmap;
  readonly name: string;
  readonly about: PictureFacts;
}

async function decoded(source: ByteSource, options: ReadOptions): Promise<Decoded> {
  const name = options.name ?? nameOf(source, "the picture");
  const maxPixels = Math.min(options.maxPixels ?? limits.pixels, limits.pixels);
  const bytes = await bytesOf(source, { ...options, name, code: "picture", limit: limits.bytes });
  const format = sniff(name, bytes);
  if (format === "tiff") {
    throw new UserError("picture", `${name} is a TIFF, which browsers do not read; convert it to PNG or JPEG first.`);
  }
  const claimed = headerSize(format, bytes);
  if (claimed) checkSize(name, claimed, maxPixels);
  const bitmap = await createImageBitmap(new Blob([bytes], { type: `image/${format}` }), {
    imageOrientation: "from-image",
    colorSpaceConversion: "default",
    premultiplyAlpha: "none",
  }).catch((cause) => {
    throw new UserError("picture", `${name} is a damaged or cut-off ${format} file; use another copy of it.`, {
      cause,
    });
  });
  try {
    const size = { width: bitmap.width, height: bitmap.height };
    checkSize(name, size, maxPixels);
    const read = {
      size,
      format,
      depth: 8,
      stored: claimed ?? size,
      orientation: orientationOf(format, bytes),
    } as const;
    return { bitmap, name, about: { ...read, digest: await sha256(bytes) } };
  } catch (error) {
    bitmap.close();
    throw error;
  }
}

/** The pixels of a bitmap, canvas, video frame or element, reduced to `longSide` if given. */
export function fromBitmap(source: ImageBitmap | OffscreenCanvas | HTMLCanvasElement, longSide?: number): Drawing {
  const { width, height } = source;
  const canvas = new OffscreenCanvas(width, height);
  const context = drawOn(canvas);
  context.drawImage(source, 0, 0);
  return fromImageData(context.getImageData(0, 0, width, height), longSide);
}

/** The pixels of a canvas, reduced to `longSide` if given. */
export function fromImageData({ width, height, data }: ImageData, longSide = Number.POSITIVE_INFINITY): Drawing {
  const pixels = { width, height, values: data, channels: 4, white: 255 };
  return toDrawing(pixels, atMostLong(pixels, longSide));
}

/** A drawing's pixels for a canvas: RGBA, 8 bits. */
export function toImageData({ image, alpha }: Drawing): ImageData {
  const { width, height } = image;
  const opaque = alpha ?? new Float32Array(width * height).fill(1);
  const { values } = toPixels({ image, alpha: opaque }, 8);
  return new ImageData(new Uint8ClampedArray(values.buffer as ArrayBuffer), width, height);
}

/**
 * Encodes `drawing`: PNG and WebP keep alpha, JPEG is composited over white. 8 bits per value. `text` is kept in PNG
 * only. Throws a `usage` error if the browser cannot write the format (Safari: WebP).
 */
export async function encodePicture(
  format: OutputFormat,
  drawing: Drawing,
  options: EncodeOptions = {},
): Promise<Blob> {
  checkEncoding(format, options);
  const { depth = 8, quality = 95, text = {} } = options;
  if (!formats[format].canvas || depth === 16) {
    throw new UserError("usage", "Browsers write PNG, JPEG and WebP of 8 bits a value; use Node for TIFF and 16 bits.");
  }
  const { image, alpha } = drawing;
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const shown = !formats[format].alpha && alpha ? { image: flatten(image, alpha) } : drawing;
  drawOn(canvas).putImageData(toImageData(shown), 0, 0);
  const type = `image/${format}`;
  const blob = await canvas.convertToBlob({ type, quality: quality / 100 });
  if (blob.type !== type) throw new UserError("usage", `This browser does not write ${format}; use png.`);
  if (format !== "png") return blob;
  return new Blob([insertPngText(new Uint8Array(await blob.arrayBuffer()), text) as Uint8Array<ArrayBuffer>], { type });
}

function drawOn(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { colorSpace: "srgb", willReadFrequently: true });
  if (context) return context;
  const { width, height } = canvas;
  throw new UserError("resources", `This browser cannot make a canvas of ${width} x ${height} pixels.`);
}

/** The EXIF orientation of a JPEG if it is in the first segment, where cameras put it; else 1. */
function orientationOf(format: InputFormat, bytes: Uint8Array): number {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
  const at = format === "jpeg" ? bytes.subarray(0, 64).indexOf(exif[0]!) : -1;
  if (at < 0 || !exif.every((byte, i) => bytes[at + i] === byte)) return 1;
  try {
    const value = tiffTags(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at + 6).get(274)?.value ?? 1;
    return value >= 1 && value <= 8 ? value : 1;
  } catch {
    return 1; // Damaged EXIF counts as upright, as in the decoder.
  }
}
