/** Explains why a valid TIFF of an unsupported kind cannot be read, and what to do. */
import { tiffTags } from "./header.ts";

const compressions: Readonly<Record<number, string>> = {
  6: "JPEG of the old kind",
  32809: "ThunderScan",
  34676: "SGI's logarithms",
  34677: "SGI's logarithms",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  50000: "Zstandard",
  50002: "JPEG XL",
};

const colours: Readonly<Record<number, string>> = {
  8: "CIE Lab colours",
  9: "CIE Lab colours",
  10: "CIE Lab colours",
  32803: "the raw mosaic of a camera",
  32844: "logarithmic light",
  32845: "logarithmic light",
  34892: "the raw values of a camera",
};

/** The obstacle, as the rest of a sentence about the file; undefined if its header shows none. */
export function tiffObstacle(bytes: Uint8Array): string | undefined {
  const tag = tagsOf(bytes);
  const [compression, colour, bits] = [tag(259) ?? 1, tag(262) ?? 2, tag(258) ?? 1];
  if (compressions[compression])
    return `is compressed by ${compressions[compression]}, which is not read here; save it with LZW, Deflate or without`;
  if (colours[colour]) return `holds ${colours[colour]}, which are not read here; save it as RGB`;
  if (![1, 2, 4, 8, 16].includes(bits)) return `holds ${bits} bits a value; save it with 8 or 16`;
  return undefined;
}

/** A function that returns the first value of a tag, wherever it is stored. */
function tagsOf(bytes: Uint8Array): (tag: number) => number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const tags = tiffTags(view, 0);
    const little = view.getUint16(0) === 0x4949;
    return (number) => {
      const tag = tags.get(number);
      if (!tag || tag.length <= 4) return tag?.value;
      // Several short values are stored elsewhere; in a damaged file possibly beyond its end.
      return tag.offset + 2 <= bytes.length ? view.getUint16(tag.offset, little) : undefined;
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return () => undefined;
  }
}
