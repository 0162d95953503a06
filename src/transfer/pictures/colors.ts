/** Photo and paintings in the colours that the settings ask for, region by region. Pixels only. */
import { type ColorCloud, colorCloud, greyed, lumaMap, mapColors } from "../../image/color.ts";
import { clampHere, type Image } from "../../image/image.ts";
import { fitColors, mixedPalette, type Palette, paletteOf } from "../../image/palette.ts";
import { inlaid } from "../../image/regions.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Opacities } from "./opacity.ts";
import type { Painting } from "./paintings.ts";

/** Where a region is in the photo and in each painting; without planes, everywhere. */
export interface Area {
  readonly content?: Float32Array;
  /** Of each painting, its part of the region; undefined for a painting that has none. */
  readonly styles: readonly (Float32Array | "everywhere" | undefined)[];
  /** How much each pixel of a painting that has it everywhere is to be seen. */
  readonly visible?: Opacities | undefined;
}

interface Colored {
  readonly content: Image;
  readonly styles: readonly Image[];
}

/**
 * In every area on its own: `content` in the colours of the paintings (those of all their pixels together, each painting
 * counting by its weight), or every painting in those of `content`. What is in no area keeps its colours.
 */
export function colored(
  content: Image,
  styles: readonly Image[],
  paintings: readonly Painting[],
  { color, colorMap }: Settings,
  areas: readonly Area[],
): Colored {
  switch (color) {
    case "style":
      return { content: inPaintingsColors(content, styles, paintings, areas, colorMap), styles };
    case "free":
      return { content, styles };
    case "luminance":
      return inPhotosColors(greyed(content), styles.map(greyed), areas, colorCloud, inPhotosLuma);
    default:
      return inPhotosColors(content, styles, areas, paletteOf, (image, from, to) =>
        fitColors(image, from, to, colorMap),
      );
  }
}

function inPaintingsColors(
  content: Image,
  styles: readonly Image[],
  paintings: readonly Painting[],
  areas: readonly Area[],
  fit: Settings["colorMap"],
): Image {
  const parts = areas.map((area) => {
    const here = styles.flatMap((style, i) => {
      const plane = area.styles[i];
      return plane
        ? [
            {
              palette: paletteOf(style, plane === "everywhere" ? area.visible?.[i] : plane),
              weight: paintings[i]!.weight,
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

/** Every painting in the photo's colours: `of` looks at the colours of an area, `match` brings one's to the other's. */
function inPhotosColors<Colors>(
  content: Image,
  styles: readonly Image[],
  areas: readonly Area[],
  of: (image: Image, weight?: Float32Array) => Colors,
  match: (image: Image, from: Colors, to: Colors) => Image,
): Colored {
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

function inPhotosLuma(image: Image, from: ColorCloud, to: ColorCloud): Image {
  const { data, ...size } = mapColors(image, lumaMap(from, to));
  return { ...size, data: clampHere(data) };
}

interface Part {
  readonly image: Image;
  readonly plane: Float32Array | undefined;
}

/** The parts laid into `ground`; one that is everywhere is all that there is. */
function together(ground: Image, parts: readonly Part[]): Image {
  const whole = parts.find(({ plane }) => plane === undefined);
  if (whole) return whole.image;
  return inlaid(
    ground,
    parts.flatMap(({ image, plane }) => (plane ? [{ image, plane }] : [])),
  );
}
