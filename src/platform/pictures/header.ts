/**
 * Reads the dimensions that a file's header declares without decoding, so that a small file that declares huge
 * dimensions is rejected at once. Anything else is left to the decoder.
 */

import type { Size } from "../../image/image.ts";
import type { InputFormat } from "../formats/input.ts";

/** Width and height as stored, or `undefined` if the header is not where it usually is. */
export function headerSize(format: InputFormat, bytes: Uint8Array): Size | undefined {
  try {
    return readers[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return undefined; // The file ends inside of its header.
    throw error;
  }
}

const readers: Record<InputFormat, (view: DataView) => Size | undefined> = {
  png: (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  gif: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  jpeg,
  webp,
  tiff: (view) => {
    const tags = tiffTags(view, 0);
    const width = tags.get(256)?.value;
    const height = tags.get(257)?.value;
    return width === undefined || height === undefined ? undefined : { width, height };
  },
  avif,
};

/** Segments up to the frame header, SOF0 to SOF15 (C4, C8 and CC are not frame headers). ITU-T T.81, B.2.2. */
function jpeg(view: DataView): Size | undefined {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // Fill byte.
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2; // No length follows.
    } else if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else if (marker === 0xd9 || marker === 0xda) {
      return undefined;
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
}

/** The first chunk: VP8 (lossy), VP8L (lossless) or VP8X (extended). RFC 9649. */
function webp(view: DataView): Size | undefined {
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: {
      // "VP8L"
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X"
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    default:
      return undefined;
  }
}

/** The largest `ispe` (image spatial extents) property, which is the grid's in a tiled image. */
function avif(view: DataView): Size | undefined {
  let found: Size | undefined;
  const end = Math.min(view.byteLength - 16, 1 << 16);
  for (let at = 0; at <= end; at++) {
    if (view.getUint32(at) !== 0x69737065) continue; // "ispe"
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!found || size.width * size.height > found.width * found.height) found = size;
  }
  return found;
}

/** One entry of a TIFF directory: its first value if that is an integer, and the position of its bytes. */
export interface TiffTag {
  readonly value: number | undefined;
  readonly offset: number;
  readonly length: number;
}

/**
 * The first directory of the TIFF structure at byte `base` (a TIFF file: 0; EXIF: after "Exif\0\0"): tag number to
 * entry. Classic and BigTIFF, either byte order. TIFF 6.0, section 2. Throws a RangeError if it is truncated.
 */
export function tiffTags(view: DataView, base: number): Map<number, TiffTag> {
  const little = view.getUint16(base) === 0x4949;
  const big = view.getUint16(base + 2, little) === 43;
  const u16 = (at: number) => view.getUint16(base + at, little);
  const u32 = (at: number) => view.getUint32(base + at, little);
  const long = (at: number) => (big ? Number(view.getBigUint64(base + at, little)) : u32(at));
  const first = long(big ? 8 : 4);
  const count = big ? Math.min(long(first), 65_535) : u16(first);
  const tags = new Map<number, TiffTag>();
  for (let i = 0; i < count; i++) {
    const at = first + (big ? 8 + 20 * i : 2 + 12 * i);
    const type = u16(at + 2);
    const length = long(at + 4) * (typeBytes[type] ?? 1);
    const inline = at + (big ? 12 : 8);
    const offset = length <= (big ? 8 : 4) ? inline : long(inline);
    const value =
      type === 3 ? u16(inline) : type === 4 || type === 13 ? u32(inline) : type === 16 ? long(inline) : undefined;
    tags.set(u16(at), { value, offset: base + offset, length });
  }
  return tags;
}

/** Bytes per value of each TIFF type: byte, ASCII, short, long, rational, and so on. */
const typeBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
