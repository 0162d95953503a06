/** Fits colours area by area, so that each region of a mask has colours of its own. */
import type { Image } from "../image.ts";
import { fitColors, mixedPalette, type Palette, paletteOf } from "../palette.ts";
import { inlaid } from "../regions.ts";
import type { Area, Recolored, Recoloring } from "./mode.ts";

/** The photo in the colours of the paintings: those of all their pixels together, weighted. */
export function inPaintingsColors({ content, styles }: Recolored, { weights, areas, fit }: Recoloring): Image {
  const parts = areas.map((area) => {
    const here = styles.flatMap((style, i) => {
      const plane = area.styles[i];
      return plane
        ? [
            {
              palette: paletteOf(style, plane === "everywhere" ? area.visible?.[i] : plane),
              weight: weights[i]!,
            },
          ]
        : [];
    });
    const all = here.reduce((sum, { weight }) => sum + weight, 0);
    const wanted: Palette = mixedPalette(
      here.map(({ palette }) => palette),
      here.map(({ weight }) => weight / all),
    );
    return { image: fitColors(content, paletteOf(content, area.content), wanted, fit), plane: area.content };
  });
  return together(content, parts);
}

/**
 * Every painting in the photo's colours: `of` describes the colours of an area, `match` fits an image whose colours are `from`
 * to `to`.
 */
export function inPhotosColors<Colors>(
  { content, styles }: Recolored,
  areas: readonly Area[],
  of: (image: Image, weight?: Float32Array) => Colors,
  match: (image: Image, from: Colors, to: Colors) => Image,
): Recolored {
  const wanted = areas.map((area) => of(content, area.content));
  const painted = styles.map((style, i) => {
    const parts = areas.flatMap((area, k): Part[] => {
      const plane = area.styles[i];
      if (!plane) return [];
      if (plane !== "everywhere") return [{ image: match(style, of(style, plane), wanted[k]!), plane }];
      return [{ image: match(style, of(style, area.visible?.[i]), wanted[k]!), plane: undefined }];
    });
    return together(style, parts);
  });
  return { content, styles: painted };
}

interface Part {
  readonly image: Image;
  readonly plane: Float32Array | undefined;
}

/** Composites the parts over `ground`; a part without a plane replaces it. */
function together(ground: Image, parts: readonly Part[]): Image {
  const whole = parts.find(({ plane }) => plane === undefined);
  if (whole) return whole.image;
  return inlaid(
    ground,
    parts.flatMap(({ image, plane }) => (plane ? [{ image, plane }] : [])),
  );
}
