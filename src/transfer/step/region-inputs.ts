/** The regions of a level as program inputs, whole or for a tile. */
import type { Area, Tile } from "../../schedule/tiles.ts";
import type { LevelPictures, StylePicture } from "../pictures/pictures.ts";
import { regionName, targetName } from "./step.ts";
import type { FeatureTerm } from "./terms.ts";

/** Planes by input name. */
export type NamedMaps = Readonly<Record<string, Float32Array>>;

/** The coverage of each region in the photo. */
export function contentMaps({ regions }: Pick<LevelPictures, "regions">): NamedMaps {
  return named(regions?.planes ?? []);
}

/** The coverage of each region in a painting's picture: zero where it has none. */
export function styleMaps({ image, regions = [] }: StylePicture): NamedMaps {
  return named(regions.map((region) => region?.map ?? new Float32Array(image.width * image.height)));
}

function named(planes: readonly Float32Array[]): NamedMaps {
  return Object.fromEntries(planes.map((plane, region) => [regionName(region), plane]));
}

/**
 * The weight of a picture's or a tile's description in the targets of `terms`, by target name: a picture by its weight,
 * a tile by the positions that it describes.
 */
export function sharesOf(terms: readonly FeatureTerm[], picture: StylePicture, tile?: Tile): (name: string) => number {
  const { image, regions = [], visible } = picture;
  const partOf = ({ core }: Tile) =>
    visible
      ? sumIn(visible.map, image.width, core) / visible.mass
      : (core.width * core.height) / (image.width * image.height);
  const part = tile ? partOf(tile) : 1;
  const ofRegions = regions.map((region) => {
    if (!region) return 0;
    return region.weight * (tile ? sumIn(region.map, image.width, tile.core) / region.mass : 1);
  });
  const shares = terms.map((term) => ({
    prefix: targetName(term, ""),
    share: term.region === undefined ? picture.weight * part : ofRegions[term.region]!,
  }));
  return (name) => shares.find(({ prefix }) => name.startsWith(prefix))?.share ?? 0;
}

function sumIn(plane: Float32Array, row: number, { x, y, width, height }: Area): number {
  let sum = 0;
  for (let v = y; v < y + height; v++) for (let u = x; u < x + width; u++) sum += plane[v * row + u]!;
  return sum;
}
