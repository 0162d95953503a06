/** Jobs without a photo: textures. */

import { UserError } from "../../errors.ts";
import * as colorModes from "../../image/color-modes/index.ts";
import type { ColorMode } from "../../image/color-modes/mode.ts";
import type { Image, Size } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { multiple, pyramid } from "../../schedule/pyramid.ts";
import type { Settings } from "../../settings/settings.ts";
import { sidesOf } from "../../settings/size.ts";
import { edgesOf, GRAIN } from "./edges.ts";
import type { Pictures } from "./pictures.ts";

/** The pictures of a job as they are given: without a photo it is a texture. */
export interface GivenPictures extends Omit<Pictures, "content"> {
  readonly content?: Image | undefined;
}

/**
 * The pictures with a photo or, for a texture, noise in its place, as coarse as the first level: no term reads it, it
 * only determines size and start. A `usage` error if size or colours need a photo, or do not fit one.
 */
export function withPhoto(given: GivenPictures, settings: Settings): Pictures {
  const { content } = given;
  if (content) {
    if (sidesOf(settings.size))
      throw new UserError("usage", "size: WIDTHxHEIGHT is for textures; with a photo give the long side alone.");
    return { ...given, content };
  }
  if (given.mask) throw new UserError("usage", "mask: a texture has no photo that could have regions; leave it out.");
  const size = textureSize(settings);
  const mode: ColorMode = colorModes[settings.color];
  if (mode.needsPhoto)
    throw new UserError("usage", `color: ${settings.color} needs a photo; a texture has the painting's colours.`);
  const [first] = pyramid({ ...settings, ...size, grain: settings.seamless ? GRAIN : 1 });
  const noise = edgesOf(settings).resize(noiseImage(first!, settings.seed), size);
  return { ...given, content: noise };
}

/** The size of a texture: square unless both sides are given. */
function textureSize({ size, seamless }: Settings): Size {
  if (size === "content")
    throw new UserError("usage", "size: a texture has no photo to be as large as; give a number, or WIDTHxHEIGHT.");
  const wanted = sidesOf(size) ?? { width: size as number, height: size as number };
  const nearest = { width: multiple(wanted.width, GRAIN), height: multiple(wanted.height, GRAIN) };
  if (seamless && (nearest.width !== wanted.width || nearest.height !== wanted.height)) {
    const text = ({ width, height }: Size) => `${width}x${height}`;
    throw new UserError(
      "usage",
      `size: the sides of a seamless texture are multiples of ${GRAIN}; the nearest to ${text(wanted)} is ${text(nearest)}.`,
    );
  }
  return wanted;
}
