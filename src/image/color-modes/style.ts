/** The paintings' colours: the photo is fitted to them. */
import { inPaintingsColors } from "./areas.ts";
import type { ColorMode } from "./mode.ts";

export const style: ColorMode = {
  recolor: (pictures, how) => ({ ...pictures, content: inPaintingsColors(pictures, how) }),
  paintings: true,
};
