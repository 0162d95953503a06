/** PNG: lossless, 8 or 16 bits, text as iTXt chunks. */
import { insertPngText } from "../pictures/text.ts";
import type { Format } from "./format.ts";

export const png: Format = {
  endings: [".png"],
  depths: [8, 16],
  alpha: true,
  canvas: true,
  encode: async (pixels, { text }) =>
    insertPngText(await pixels.toFormat("png", { adaptiveFiltering: true }).toBuffer(), text),
};
