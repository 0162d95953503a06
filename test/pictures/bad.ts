/** Picture files written by hand, so that their headers can be wrong. */

import { crc32Of } from "./crc.ts";

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** A grey 8-bit PNG with correct checksums, whatever its size and its compressed pixels are. */
export function pngFile(width: number, height: number, pixels?: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const parts = [signature, pngChunk("IHDR", header)];
  if (pixels) parts.push(pngChunk("IDAT", pixels));
  return Buffer.concat([...parts, pngChunk("IEND", new Uint8Array())]);
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32Of(body), 4 + body.length);
  return chunk;
}

/** A JPEG with SOI, a baseline frame header of three components, a scan header, and no tables. */
export function jpegHeader(width: number, height: number): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const frame = [0xff, 0xc0, 0, 17, 8, ...size, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
  const scan = [0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0];
  return bytes(0xff, 0xd8, ...frame, ...scan, 0xff, 0xd9);
}

/** A little-endian TIFF with one directory of these tags, each a LONG. */
export function tiffFile(tags: Record<number, number>): Uint8Array {
  const entries = Object.entries(tags);
  const file = Buffer.alloc(8 + 2 + 12 * entries.length + 4);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, value], i) => {
    file.writeUInt16LE(Number(tag), 10 + 12 * i);
    file.writeUInt16LE(4, 12 + 12 * i);
    file.writeUInt32LE(1, 14 + 12 * i);
    file.writeUInt32LE(value, 18 + 12 * i);
  });
  return file;
}
