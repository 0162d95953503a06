/** Photo and paintings in the colours that the settings ask for. Pixels only. */
import { colorCloud, colorMap, greyed, mapColors, matchColors, matchLuma, mixedCloud } from "../image/color.ts";
import { clampImage, type Image } from "../image/image.ts";
import type { Painting } from "./paintings.ts";
import type { Settings } from "./settings.ts";

/**
 * `content` in the colours of the paintings (those of all their pixels together, each painting counting by its weight), or
 * every painting on its own in those of `content`.
 */
export function colored(
  content: Image,
  styles: readonly Image[],
  paintings: readonly Painting[],
  { color, colorMap: map }: Settings,
): { content: Image; styles: readonly Image[] } {
  switch (color) {
    case "style": {
      const wanted = mixedCloud(
        styles.map((style) => colorCloud(style)),
        paintings.map(({ weight }) => weight),
      );
      return { content: clampImage(mapColors(content, colorMap(colorCloud(content), wanted, map))), styles };
    }
    case "free":
      return { content, styles };
    case "luminance":
      return { content: greyed(content), styles: styles.map((style) => matchLuma(style, content)) };
    default:
      return { content, styles: styles.map((style) => matchColors(style, content, map)) };
  }
}
