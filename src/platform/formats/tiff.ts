/** TIFF: lossless (Deflate), 8 or 16 bits, text as its ImageDescription. */
import { description, insertTiffDescription } from "../pictures/text.ts";
import type { Format } from "./format.ts";

export const tiff: Format = {
  endings: [".tif", ".tiff"],
  depths: [8, 16],
  alpha: true,
  canvas: false,
  async encode(pixels, { text }) {
    const plain = await pixels.toFormat("tiff", { compression: "deflate", predictor: "horizontal" }).toBuffer();
    return Object.keys(text).length === 0 ? plain : insertTiffDescription(plain, description(text));
  },
};
