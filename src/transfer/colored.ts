/** Photo and paintings in the colours that the settings ask for, region by region. Pixels only. */
import {
  type ColorCloud,
  type ColorMap,
  colorCloud,
  colorMap,
  greyed,
  lumaMap,
  mapColors,
  mixedCloud,
} from "../image/color.ts";
import { clampHere, type Image } from "../image/image.ts";
import { inlaid } from "../image/regions.ts";
import type { Painting } from "./paintings.ts";
import type { Settings } from "./settings.ts";

/** Where a region is in the photo and in each painting; without planes, everywhere. */
export interface Area {
  readonly content?: Float32Array;
  /** Of each painting, its part of the region; undefined for a painting that has none. */
  readonly styles: readonly (Float32Array | "everywhere" | undefined)[];
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
  { color, colorMap: root }: Settings,
  areas: readonly Area[],
): Colored {
  switch (color) {
    case "style":
      return { content: inPaintingsColors(content, styles, paintings, areas, root), styles };
    case "free":
      return { content, styles };
    case "luminance":
      return inPhotosColors(greyed(content), styles.map(greyed), areas, lumaMap);
    default:
      return inPhotosColors(content, styles, areas, (from, to) => colorMap(from, to, root));
  }
}

function inPaintingsColors(
  content: Image,
  styles: readonly Image[],
  paintings: readonly Painting[],
  areas: readonly Area[],
  root: Settings["colorMap"],
): Image {
  const parts = areas.map((area) => {
    const here = styles.flatMap((style, i) => {
      const plane = area.styles[i];
      return plane ? [{ cloud: cloudIn(style, plane), weight: paintings[i]!.weight }] : [];
    });
    const all = here.reduce((sum, { weight }) => sum + weight, 0);
    const wanted = mixedCloud(
      here.map(({ cloud }) => cloud),
      here.map(({ weight }) => weight / all),
    );
    return mapped(content, area.content, colorMap(colorCloud(content, area.content), wanted, root));
  });
  return together(content, parts);
}

function inPhotosColors(
  content: Image,
  styles: readonly Image[],
  areas: readonly Area[],
  map: (from: ColorCloud, to: ColorCloud) => ColorMap,
): Colored {
  const clouds = areas.map((area) => colorCloud(content, area.content));
  const painted = styles.map((style, i) => {
    const parts = areas.flatMap((area, k) => {
      const plane = area.styles[i];
      if (!plane) return [];
      return [mapped(style, plane === "everywhere" ? undefined : plane, map(cloudIn(style, plane), clouds[k]!))];
    });
    return together(style, parts);
  });
  return { content, styles: painted };
}

function cloudIn(image: Image, plane: Float32Array | "everywhere"): ColorCloud {
  return colorCloud(image, plane === "everywhere" ? undefined : plane);
}

interface Part {
  readonly image: Image;
  readonly plane: Float32Array | undefined;
}

function mapped(image: Image, plane: Float32Array | undefined, map: ColorMap): Part {
  const moved = mapColors(image, map);
  return { image: { ...moved, data: clampHere(moved.data) }, plane };
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
