/** How large a picture is in print: the density in a PNG (`pHYs`) or JPEG (JFIF). */
import { join, pngChunk } from "./text.ts";

const INCH = 0.0254;

/**
 * The file with `dpi` (pixels per inch) as its density, in place of another; any other format as it is. PNG (third edition),
 * 11.3.4.3; JFIF 1.02.
 */
export function withDensity(file: Uint8Array, dpi: number): Uint8Array {
  if (file[0] === 0x89 && file[1] === 0x50) return pngWithDensity(file, dpi);
  if (file[0] === 0xff && file[1] === 0xd8) return jpegWithDensity(file, dpi);
  return file;
}

function pngWithDensity(png: Uint8Array, dpi: number): Uint8Array {
  const perMetre = new DataView(new ArrayBuffer(9));
  perMetre.setUint32(0, Math.round(dpi / INCH));
  perMetre.setUint32(4, Math.round(dpi / INCH));
  perMetre.setUint8(8, 1);
  const afterHeader = 8 + 25;
  const chunk = pngChunk("pHYs", new Uint8Array(perMetre.buffer));
  return join([png.subarray(0, afterHeader), chunk, ...withoutDensity(png, afterHeader)]);
}

/** What follows a PNG's header, without `pHYs`. */
function withoutDensity(png: Uint8Array, start: number): Uint8Array[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = start; at + 12 <= png.length; ) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === "pHYs") return [png.subarray(start, at), png.subarray(end)];
    if (type === "IDAT") break;
    at = end;
  }
  return [png.subarray(start)];
}

function jpegWithDensity(jpeg: Uint8Array, dpi: number): Uint8Array {
  const dots = Math.min(65_535, Math.round(dpi));
  const density = [1, dots >> 8, dots & 255, dots >> 8, dots & 255];
  const jfif = [0x4a, 0x46, 0x49, 0x46, 0];
  if (jfif.every((byte, i) => jpeg[6 + i] === byte)) {
    const changed = jpeg.slice();
    changed.set(density, 13);
    return changed;
  }
  const segment = Uint8Array.of(0xff, 0xe0, 0, 16, ...jfif, 1, 2, ...density, 0, 0);
  return join([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
