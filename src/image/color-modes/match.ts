/** The photo's colours: the paintings are fitted to them. */
import { fitColors, paletteOf } from "../palette.ts";
import { inPhotosColors } from "./areas.ts";
import type { ColorMode } from "./mode.ts";

export const match: ColorMode = {
  recolor: (pictures, { areas, fit }) =>
    inPhotosColors(pictures, areas, paletteOf, (image, from, to) => fitColors(image, from, to, fit)),
  needsPhoto: true,
};
