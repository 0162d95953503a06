/** Whether a job is painted in grey because its paintings are grey. */
import * as colorModes from "../../image/color-modes/index.ts";
import type { ColorMode } from "../../image/color-modes/mode.ts";
import type { Image } from "../../image/image.ts";
import type { Settings } from "../../settings/settings.ts";
import { opacitiesOf } from "./opacity.ts";
import { listed, paintingsOf } from "./paintings.ts";
import type { Pictures } from "./pictures.ts";

/**
 * The mean chroma (largest minus smallest channel, 0 to 1) below which a painting counts as grey: what a scan or a file
 * format adds to a black and white drawing. Tinted paper and sepia have several times as much.
 */
const GREY = 2 / 255;

/**
 * Whether the result has the paintings' colours and every painting with a weight is grey. The network then sees luma
 * only, and the result is grey.
 */
export function paintsGreys(
  { style, styleAlpha }: Pick<Pictures, "style" | "styleAlpha">,
  settings: Settings,
): boolean {
  const mode: ColorMode = colorModes[settings.color];
  if (!mode.paintings) return false;
  const styles = listed(style);
  const opacities = opacitiesOf(styles, styleAlpha);
  const paintings = paintingsOf(styles.length, settings);
  return styles.every((image, i) => paintings[i]!.weight === 0 || isGrey(image, opacities[i]));
}

function isGrey({ width, height, data }: Image, alpha?: Float32Array): boolean {
  const plane = width * height;
  let [sum, all] = [0, 0];
  for (let i = 0; i < plane; i++) {
    const r = data[i]!;
    const g = data[plane + i]!;
    const b = data[2 * plane + i]!;
    const counts = alpha ? alpha[i]! : 1;
    sum += counts * (Math.max(r, g, b) - Math.min(r, g, b));
    // Enough even if the rest is grey, as in most paintings after a few rows.
    if (sum >= GREY * plane) return false;
    all += counts;
  }
  return sum / all < GREY;
}
