/** TIFF: lossless (Deflate), 8 or 16 bits, text as the description in its XMP. */
import { description, xmpDescription } from "../pictures/text.ts";
import type { Format } from "./format.ts";

export const tiff: Format = {
  endings: [".tif", ".tiff"],
  depths: [8, 16],
  alpha: true,
  canvas: false,
  encode(pixels, { text }) {
    const described = Object.keys(text).length === 0 ? pixels : pixels.withXmp(xmpDescription(description(text)));
    return described.toFormat("tiff", { compression: "deflate", predictor: "horizontal" }).toBuffer();
  },
};
