/** The pictures of a job, made ready for each level: resized, recoloured, padded. Pixels only: no graph, no runtime. */
import { keepChroma } from "../image/color.ts";
import { blank, blend, clampImage, crop, type Image, type Size, withLongSide } from "../image/image.ts";
import { noiseImage } from "../image/noise.ts";
import { resize } from "../image/resize.ts";
import { type Level, pyramid } from "../schedule/pyramid.ts";
import { colored } from "./colored.ts";
import { type Edges, edgesOf, GRAIN, margined } from "./edges.ts";
import { listed, longSides, type Painting, paintingsOf } from "./paintings.ts";
import type { Settings } from "./settings.ts";

/** The pictures of a job. */
export interface Pictures {
  readonly content: Image;
  /** One painting, or several: `blend` says how much each counts. */
  readonly style: Image | readonly Image[];
  /** What the optimisation starts from, instead of what `init` says. */
  readonly start?: Image | undefined;
}

/** The pictures of one level. */
export interface LevelPictures {
  /** The photo, padded to the work size. */
  readonly content: Image;
  /** Every painting that counts, at every size that it is looked at with. */
  readonly style: readonly StylePicture[];
  /** Pixels around the paintings that are seen and not remembered. */
  readonly surroundings?: number | undefined;
}

/** A painting at one size. */
export interface StylePicture {
  readonly image: Image;
  /** How much its description counts: those of a level sum to 1. */
  readonly weight: number;
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

/** The levels of a job, from its photo's size. */
export function levelsOf({ content }: Pictures | { readonly content: Size }, settings: Settings): Level[] {
  return pyramid({ ...settings, ...finalSize(content, settings), grain: settings.seamless ? GRAIN : 1 });
}

/** The pictures at every level. */
export function prepare(pictures: Pictures, settings: Settings, levels: readonly Level[]): Prepared {
  const last = levels.at(-1)!;
  const edges = edgesOf(settings);
  const photo = clampImage(resize(pictures.content, last));
  const given = listed(pictures.style);
  const paintings = paintingsOf(given.length, settings);
  const { content, styles } = colored(photo, given, paintings, settings);
  return {
    levels,
    at: (level) => ({
      content: edges.padded(clampImage(edges.resize(content, level)), level),
      style: paintings.flatMap((painting, i) => stylePictures(styles[i]!, painting, level, edges)),
      surroundings: edges.surroundings,
    }),
    start: startImage(content, styles, paintings, pictures.start, levels[0]!, settings),
    finish: (image) => (keepsChroma(settings) ? keepChroma(image, clampImage(resize(photo, image))) : image),
  };
}

function keepsChroma({ color }: Settings): boolean {
  return color === "content" || color === "luminance";
}

/** The final size that the settings ask for. */
function finalSize(content: Size, { size }: Settings): Size {
  return typeof size === "number" ? withLongSide(content, size) : { width: content.width, height: content.height };
}

/** A painting as it is looked at while `level` is worked on; nothing of one that does not count. */
function stylePictures(style: Image, painting: Painting, level: Size, edges: Edges): StylePicture[] {
  if (painting.weight === 0) return [];
  return [...longSides(style, painting, level)].map(([long, share]) => ({
    image: edges.surrounded(cutToGrain(clampImage(resize(style, withLongSide(style, Math.max(GRAIN, long)))))),
    weight: painting.weight * share,
  }));
}

/** A painting, cut to whole multiples of 16, because repeated edges would be a texture of their own. */
function cutToGrain(style: Image): Image {
  const down = (x: number) => Math.floor(x / GRAIN) * GRAIN;
  const kept = { width: down(style.width), height: down(style.height) };
  return kept.width > 0 && kept.height > 0 ? crop(style, kept) : margined(0).padded(style, style);
}

/** What the first level starts from, before padding: a picture, and as much noise as the settings mix into it. */
function startImage(
  content: Image,
  styles: readonly Image[],
  paintings: readonly Painting[],
  start: Image | undefined,
  size: Size,
  settings: Settings,
): Image {
  const { init, initNoise, seed } = settings;
  const picture = () => (init === "style" ? overlaid(styles, paintings, size) : startOf(init, content, size, seed));
  const image = start ? clampImage(resize(start, size)) : picture();
  return initNoise === 0 ? image : blend(image, noiseImage(size, seed), initNoise);
}

/** The paintings, one over the other, each as strong as it counts. */
function overlaid(styles: readonly Image[], paintings: readonly Painting[], size: Size): Image {
  const result = blank(size);
  for (const [i, { weight }] of paintings.entries()) {
    if (weight === 0) continue;
    const { data } = clampImage(resize(styles[i]!, size));
    for (let k = 0; k < data.length; k++) result.data[k]! += weight * data[k]!;
  }
  return result;
}

function startOf(init: Exclude<Settings["init"], "style">, content: Image, size: Size, seed: number): Image {
  switch (init) {
    case "content":
      return clampImage(resize(content, size));
    case "noise":
      return noiseImage(size, seed);
    case "gray":
      return blank(size, [0.5, 0.5, 0.5]);
    default:
      return init satisfies never;
  }
}
