/** Only lightness is painted; the photo keeps its chroma. */
import { type ColorCloud, colorCloud, greyed, lumaMap, mapColors } from "../color.ts";
import { clampInPlace, type Image } from "../image.ts";
import { inPhotosColors } from "./areas.ts";
import type { ColorMode } from "./mode.ts";

export const luminance: ColorMode = {
  recolor: ({ content, styles }, { areas }) =>
    inPhotosColors({ content: greyed(content), styles: styles.map(greyed) }, areas, colorCloud, inLuma),
  needsPhoto: true,
  keepsChroma: true,
  grey: true,
};

/** A grey image with the mean and deviation of another. */
function inLuma(image: Image, from: ColorCloud, to: ColorCloud): Image {
  const { data, ...size } = mapColors(image, lumaMap(from, to));
  return { ...size, data: clampInPlace(data) };
}
