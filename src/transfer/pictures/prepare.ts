/** Prepares the pictures of a job for each level: resized, recoloured, padded. */
import { greyed, keepChroma } from "../../image/color.ts";
import * as colorModes from "../../image/color-modes/index.ts";
import type { Area, ColorMode, Recolored } from "../../image/color-modes/mode.ts";
import { detailOf } from "../../image/detail.ts";
import { blank, blend, crop, type Image, padEdges, padPlanes, type Size, withLongSide } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { inlaid, type Maps, resizeMaps } from "../../image/regions.ts";
import { resized } from "../../image/resize.ts";
import { type Level, pyramid } from "../../schedule/pyramid.ts";
import type { Settings } from "../../settings/settings.ts";
import { type Edges, edgesOf, GRAIN, margined } from "./edges.ts";
import { paintsGreys } from "./grey.ts";
import { filled, type Opacities, opacitiesOf, opacityAt, visibleRegions } from "./opacity.ts";
import { listed, longSides, type Painting, paintingsOf } from "./paintings.ts";
import type { LevelPictures, Pictures, StylePicture, StyleRegion } from "./pictures.ts";
import { type Regions, regionsOf } from "./regions.ts";

/** The prepared pictures of a job. */
export interface Prepared {
  readonly levels: readonly Level[];
  readonly regions: Regions | undefined;
  /** The image of the first level; request it before the last level's pictures. */
  start(): Image;
  /**
   * The pictures of a level, made on request to hold one level at a time. The last level's can be requested once; then
   * the sources are released.
   */
  at(level: Level): LevelPictures;
  /** From the shown image to the result; the size is unchanged. */
  finish(image: Image): Image;
}

/** The levels of a job, from its photo's size. */
export function levelsOf({ content }: Pictures | { readonly content: Size }, settings: Settings): Level[] {
  return pyramid({ ...settings, ...finalSize(content, settings), grain: settings.seamless ? GRAIN : 1 });
}

/** The regions of a job's masks, if any; a `usage` error for masks or settings that do not fit. */
export function regionsIn(pictures: Pictures, settings: Settings): Regions | undefined {
  const styles = listed(pictures.style);
  const regions = regionsOf(pictures, pictures.content, styles, paintingsOf(styles.length, settings));
  return regions && visibleRegions(regions, styles, opacitiesOf(styles, pictures.styleAlpha));
}

/** Prepares all levels; `grey` as in `paintsGreys`. */
export function prepare(
  pictures: Pictures,
  settings: Settings,
  levels: readonly Level[],
  regions = regionsIn(pictures, settings),
  grey = paintsGreys(pictures, settings),
): Prepared {
  const last = levels.at(-1)!;
  const edges = edgesOf(settings);
  const opacities = opacitiesOf(listed(pictures.style), pictures.styleAlpha);
  const given = filled(listed(pictures.style), opacities);
  const paintings = paintingsOf(given.length, settings);
  const photo = resized(pictures.content, last);
  const mode: ColorMode = colorModes[settings.color];
  const recolored = (content: Image, styles: readonly Image[], visible: Opacities) =>
    mode.recolor(
      { content, styles },
      {
        areas: areasOf(regions, content, styles, visible),
        weights: paintings.map(({ weight }) => weight),
        fit: settings.colorMap,
      },
    );
  const untouched = regions && unpainted(regions);
  // Without either, the photo is not to be held until the end.
  const preserve = mode.keepsChroma || untouched ? preserving(photo, mode.keepsChroma === true, untouched) : undefined;
  // If the content keeps its colours, the painting's colours are needed for the start only, and fitted on request.
  const apart = mode.paintings && settings.contentTarget === "photo";
  // A start of the caller's own stays as it is, and so do the photo's colours where they are to be kept.
  const laysFlat = settings.initFlat > 0 && settings.init === "content" && mode.paintings && !pictures.start;
  const detail = laysFlat ? detailOf(photo, levels[0]!) : undefined;
  let held: Held | undefined = {
    ...(apart ? { content: photo, styles: given } : recolored(photo, given, opacities)),
    opacities,
    start: pictures.start,
  };
  const all = (): Held => {
    if (!held) throw new Error("internal: the pictures of the last level were handed out");
    return held;
  };
  return {
    levels,
    regions,
    start() {
      const first = levels[0]!;
      const { content, opacities, ...rest } = all();
      const own = () => (apart ? recolored(resized(content, first), rest.styles, opacities).content : content);
      const start = startImage({ ...rest, content: own, paintings, regions, detail }, first, settings);
      return grey ? greyed(start) : start;
    },
    at(level) {
      const { content, styles, opacities } = all();
      if (level === last) held = undefined;
      return {
        content: edges.padded(edges.resize(content, level), level),
        style: paintings.flatMap((_, i) =>
          stylePictures(styles[i]!, opacities[i], i, paintings, level, edges, regions),
        ),
        surroundings: edges.surroundings,
        regions: regions && paddedMaps(resizeMaps(regions.content, level), edges.workSize(level)),
      };
    },
    finish(shown) {
      const image = grey ? greyed(shown) : shown;
      return preserve ? preserve(image) : image;
    },
  };
}

/** Gives a result the chroma of the photo, or its pixels in the `untouched` regions. */
function preserving(photo: Image, keepsChroma: boolean, untouched: Maps | undefined): (image: Image) => Image {
  return (image) => {
    const original = resized(photo, image);
    const painted = keepsChroma ? keepChroma(image, original) : image;
    return untouched ? inlaid(painted, [{ image: original, plane: resizeMaps(untouched, image).planes[0]! }]) : painted;
  };
}

type Held = Recolored & Pick<Pictures, "start"> & { readonly opacities: Opacities };

/** The regions as areas of colour fitting. */
function areasOf(regions: Regions | undefined, photo: Size, styles: readonly Image[], visible: Opacities): Area[] {
  if (!regions) return [{ styles: styles.map(() => "everywhere"), visible }];
  return resizeMaps(regions.content, photo).planes.map((content, region) => ({
    content,
    styles: styles.map((style, i) => stylePlane(regions.styles[i]!, region, style)),
  }));
}

/** The unpainted part of the photo, if any. */
function unpainted({ all, content }: Regions): Maps | undefined {
  if (all.every(({ paintings }) => paintings.length > 0)) return undefined;
  const rest = new Float32Array(content.width * content.height).fill(1);
  for (const plane of content.planes) for (let i = 0; i < rest.length; i++) rest[i]! -= plane[i]!;
  return { ...content, planes: [rest] };
}

function paddedMaps({ planes, ...size }: Maps, work: Size): Maps {
  return { ...work, planes: planes.map((plane) => padPlanes(plane, size, work, "edge")) };
}

/** The final size. */
function finalSize(content: Size, { size }: Settings): Size {
  return typeof size === "number" ? withLongSide(content, size) : { width: content.width, height: content.height };
}

/** The pictures of a painting at `level`; none if its weight is 0. */
function stylePictures(
  style: Image,
  opacity: Float32Array | undefined,
  index: number,
  paintings: readonly Painting[],
  level: Size,
  edges: Edges,
  regions: Regions | undefined,
): StylePicture[] {
  const painting = paintings[index]!;
  if (painting.weight === 0) return [];
  return [...longSides(style, painting, level)].map(([long, share]) => {
    const image = resized(style, withLongSide(style, Math.max(GRAIN, long)));
    const weight = painting.weight * share;
    if (!regions && !opacity) return { image: edges.surrounded(cutToGrain(image)), weight };
    // Padded instead of cropped, so that no region and no visible part is lost; the padding has weight 0.
    const up = (x: number) => Math.ceil(x / GRAIN) * GRAIN;
    const size = { width: up(image.width), height: up(image.height) };
    const whole = edges.surrounded(padEdges(image, size));
    const around = (plane: Float32Array) => {
      const map = padPlanes(padPlanes(plane, image, size, "zero"), size, whole, "zero");
      return { map, mass: map.reduce((sum, x) => sum + x, 0) };
    };
    if (!regions) return { image: whole, weight, visible: around(opacityAt(opacity!, style, image)) };
    const own = regions.content.planes.map((_, region): StyleRegion | undefined => {
      const plane = stylePlane(regions.styles[index]!, region, image);
      const all = regions.all[region]!.paintings.reduce((sum, i) => sum + paintings[i]!.weight, 0);
      return plane && { ...around(plane), weight: weight / all };
    });
    return { image: whole, weight, regions: own };
  });
}

/** The part of a painting that belongs to a region, at the painting's size. */
function stylePlane({ size, planes }: Regions["styles"][number], region: number, at: Size): Float32Array | undefined {
  const plane = planes[region];
  return plane && resizeMaps({ ...size, planes: [plane] }, at).planes[0]!;
}

/** A painting cropped to multiples of 16, because repeated edges would be a texture of their own. */
function cutToGrain(style: Image): Image {
  const down = (x: number) => Math.floor(x / GRAIN) * GRAIN;
  const kept = { width: down(style.width), height: down(style.height) };
  return kept.width > 0 && kept.height > 0 ? crop(style, kept) : margined(0).padded(style, style);
}

interface Start {
  /** The photo in the colours of the start. */
  readonly content: () => Image;
  readonly styles: readonly Image[];
  readonly paintings: readonly Painting[];
  readonly regions: Regions | undefined;
  readonly start?: Image | undefined;
  /** The detail of the photo, where the painting is laid over what is flat. */
  readonly detail: Float32Array | undefined;
}

/**
 * The start of the first level before padding: a picture; where it is flat, the painting laid over it; all mixed with noise.
 */
function startImage(given: Start, size: Size, { init, initFlat, initNoise, seed }: Settings): Image {
  const picture = () => (init === "style" ? fromPaintings(given, size) : startOf(init, given.content, size, seed));
  let image = given.start ? resized(given.start, size) : picture();
  if (given.detail) {
    const laid = blend(image, softened(fromPaintings(given, size)), initFlat);
    image = inlaid(laid, [{ image, plane: given.detail }]);
  }
  return initNoise === 0 ? image : blend(image, noiseImage(size, seed), initNoise);
}

/** The long side of a painting of which only the masses of colour are wanted. */
const MASSES = 10;

function softened(painting: Image): Image {
  return resized(resized(painting, withLongSide(painting, MASSES)), painting);
}

/** The paintings blended by weight; with regions, each in its place. */
function fromPaintings({ content, styles, paintings, regions }: Start, size: Size): Image {
  const sized = styles.map((style, i) => (paintings[i]!.weight > 0 ? resized(style, size) : undefined));
  const overlaid = (among: readonly number[]) => {
    const all = among.reduce((sum, i) => sum + paintings[i]!.weight, 0);
    const result = blank(size);
    for (const i of among) {
      const share = paintings[i]!.weight / all;
      for (const [k, x] of sized[i]?.data.entries() ?? []) result.data[k]! += share * x;
    }
    return result;
  };
  if (!regions) return overlaid(styles.map((_, i) => i));
  const { planes } = resizeMaps(regions.content, size);
  return inlaid(
    resized(content(), size),
    planes.map((plane, region) => ({ plane, image: overlaid(regions.all[region]!.paintings) })),
  );
}

function startOf(init: Exclude<Settings["init"], "style">, content: Start["content"], size: Size, seed: number): Image {
  switch (init) {
    case "content":
      return resized(content(), size);
    case "noise":
      return noiseImage(size, seed);
    case "gray":
      return blank(size, [0.5, 0.5, 0.5]);
    default:
      return init satisfies never;
  }
}
