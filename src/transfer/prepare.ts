/** The pictures of a job, made ready for each level: resized, recoloured, padded. Pixels only: no graph, no runtime. */
import { greyed, keepChroma, matchColors, matchLuma } from "../image/color.ts";
import { blank, blend, clampImage, crop, type Image, padEdges, type Size, withLongSide } from "../image/image.ts";
import { noiseImage } from "../image/noise.ts";
import { resize } from "../image/resize.ts";
import { type Level, pyramid } from "../schedule/pyramid.ts";
import type { Settings } from "./settings.ts";

/** Four poolings halve a picture four times: work sizes are multiples of this. */
export const GRAIN = 16;

/**
 * Pixels around the picture, at least, that are painted and cut off: beyond the edge the network sees black (its zero
 * padding), and what it makes of that is a fringe.
 */
const MARGIN = 8;

/** The smallest work size that holds `size` and its margin. */
export function workSize({ width, height }: Size): Size {
  const up = (x: number) => Math.ceil((x + 2 * MARGIN) / GRAIN) * GRAIN;
  return { width: up(width), height: up(height) };
}

/** `image` of `size` in the middle of its work size, its edges repeated all around. */
export function padded(image: Image, size: Size): Image {
  return padEdges(image, workSize(size));
}

/** The two pictures of a job, and optionally a third that the optimisation starts from. */
export interface Pictures {
  readonly content: Image;
  readonly style: Image;
  readonly start?: Image | undefined;
}

/** The pictures of one level. */
export interface LevelPictures {
  /** The photo, padded to the work size. */
  readonly content: Image;
  readonly style: Image;
}

/** Everything that a job needs of its pictures. */
export interface Prepared {
  readonly levels: readonly Level[];
  /** The pictures of a level, made when they are asked for: a level is not to hold those of the others. */
  at(level: Level): LevelPictures;
  /** What the first level starts from. */
  readonly start: Image;
  /** From what the optimisation shows to what people get; the size stays. */
  finish(image: Image): Image;
}

/** The levels of a job. */
export function levelsOf({ content }: Pictures, settings: Settings): Level[] {
  return pyramid({ ...settings, ...finalSize(content, settings) });
}

/** The pictures at every level. */
export function prepare(pictures: Pictures, settings: Settings, levels: readonly Level[]): Prepared {
  const last = levels.at(-1)!;
  const photo = clampImage(resize(pictures.content, last));
  const { content, style } = colored(photo, pictures.style, settings);
  return {
    levels,
    at: (level) => ({
      content: padded(clampImage(resize(content, level)), level),
      style: prepareStyle(style, level, settings),
    }),
    start: startImage(content, style, pictures.start, levels[0]!, settings),
    finish: (image) => (keepsChroma(settings) ? keepChroma(image, clampImage(resize(photo, image))) : image),
  };
}

/** Photo and painting in the colours that the settings ask for. */
function colored(content: Image, style: Image, { color, colorMap }: Settings): { content: Image; style: Image } {
  switch (color) {
    case "style":
      return { content: matchColors(content, style, colorMap), style };
    case "free":
      return { content, style };
    case "luminance":
      return { content: greyed(content), style: matchLuma(style, content) };
    default:
      return { content, style: matchColors(style, content, colorMap) };
  }
}

function keepsChroma({ color }: Settings): boolean {
  return color === "content" || color === "luminance";
}

/** The final size that the settings ask for. */
function finalSize(content: Image, { size }: Settings): Size {
  return size === "content" ? { width: content.width, height: content.height } : withLongSide(content, size);
}

/**
 * The painting for a level: its long side is the level's times `styleScale`, but it is never enlarged; cut to whole
 * multiples of 16, because repeated edges would be a texture of their own.
 */
function prepareStyle(style: Image, level: Size, { styleScale }: Settings): Image {
  const long = Math.min(Math.max(level.width, level.height) * styleScale, Math.max(style.width, style.height));
  const sized = clampImage(resize(style, withLongSide(style, Math.max(GRAIN, Math.round(long)))));
  const down = (x: number) => Math.floor(x / GRAIN) * GRAIN;
  const kept = { width: down(sized.width), height: down(sized.height) };
  return kept.width > 0 && kept.height > 0 ? crop(sized, kept) : padded(sized, sized);
}

/** What the first level starts from, before padding: a picture, and as much noise as the settings mix into it. */
function startImage(content: Image, style: Image, start: Image | undefined, size: Size, settings: Settings): Image {
  const image = start ? clampImage(resize(start, size)) : startOf(settings.init, content, style, size, settings.seed);
  return settings.initNoise === 0 ? image : blend(image, noiseImage(size, settings.seed), settings.initNoise);
}

function startOf(init: Settings["init"], content: Image, style: Image, size: Size, seed: number): Image {
  switch (init) {
    case "content":
      return clampImage(resize(content, size));
    case "style":
      return clampImage(resize(style, size));
    case "noise":
      return noiseImage(size, seed);
    case "gray":
      return blank(size, [0.5, 0.5, 0.5]);
    default:
      return init satisfies never;
  }
}
