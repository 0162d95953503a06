/** JPEG without chroma subsampling (4:4:4), text as a description in EXIF. */
import { type Format, withDescription } from "./format.ts";

export const jpeg: Format = {
  endings: [".jpg", ".jpeg"],
  depths: [8],
  alpha: false,
  canvas: true,
  encode: async (pixels, { quality, text }) =>
    withDescription(pixels, text).toFormat("jpeg", { quality, chromaSubsampling: "4:4:4" }).toBuffer(),
};
