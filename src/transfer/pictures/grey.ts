/** Whether a job is painted in greys, because nothing that it is painted after has colours. Pixels only. */
import * as colorModes from "../../image/color-modes/index.ts";
import type { ColorMode } from "../../image/color-modes/mode.ts";
import type { Image } from "../../image/image.ts";
import type { Settings } from "../../settings/settings.ts";
import { opacitiesOf } from "./opacity.ts";
import { listed, paintingsOf } from "./paintings.ts";
import type { Pictures } from "./pictures.ts";

/**
 * A painting whose pixels have a chroma (largest channel less smallest, 0 to 1) below this on average is grey: what a scan or
 * a file adds to a drawing in black and white. Tinted paper and sepia have several times as much.
 */
const GREY = 2 / 255;

/**
 * Are the colours of the job those of the paintings, and is every painting that counts grey? Nothing then tells an image in
 * colours from its luma, which is all that the network is to see, and all that people are to.
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
  return styles.every((image, i) => paintings[i]!.weight === 0 || meanChroma(image, opacities[i]) < GREY);
}

function meanChroma({ width, height, data }: Image, alpha?: Float32Array): number {
  const plane = width * height;
  let [sum, all] = [0, 0];
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [data[i]!, data[plane + i]!, data[2 * plane + i]!];
    const counts = alpha ? alpha[i]! : 1;
    sum += counts * (Math.max(r, g, b) - Math.min(r, g, b));
    all += counts;
  }
  return sum / all;
}
