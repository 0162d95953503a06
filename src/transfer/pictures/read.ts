/** Reads the pictures of a job, each no larger than the job needs it. */
import { longSideOf, type Size } from "../../image/image.ts";
import { isRecord } from "../../records.ts";
import type { Label, Settings } from "../../settings/settings.ts";
import { sidesOf } from "../../settings/size.ts";
import { GRAIN } from "./edges.ts";
import { type Painting, paintingsOf } from "./paintings.ts";
import { mapRolesInTurn, type Role, type Roles } from "./roles.ts";

/** What a job needs of a picture. */
export interface PictureNeeds {
  /** The largest long side, in pixels, at which it is used; undefined: its own. */
  readonly longSide: number | undefined;
  /** Whether its flat colours are used, counted before it is reduced: it is a mask. */
  readonly colors: boolean;
}

/** Long side of a mask in pixels, at least, if it has so many: masks have thin parts. */
const MASKS = 1024;

/**
 * The pictures of a job with these settings, read one after the other by `read`, to be reduced while they are decoded:
 * photographs have far more pixels than a job needs. A painting, and its mask, is read at its largest size of all levels.
 * Settings for another number of paintings are a `usage` error, with settings named by `label`, before anything is read.
 */
export async function readPictures<Source, Read>(
  sources: Roles<Source>,
  settings: Settings,
  read: (source: Source, options: PictureNeeds, role: Role, index: number) => Promise<Read>,
  label?: Label,
): Promise<Roles<Read>> {
  const paintings = paintingsOf(sources.style.length, settings, label);
  let long = longSideOfResult(settings);
  return mapRolesInTurn(sources, async (source, role, index) => {
    const colors = role === "mask" || role === "styleMask";
    const painting = role === "style" || role === "styleMask" ? paintings[index] : undefined;
    const side = long && painting ? longSideOfPainting(long, painting, settings) : long;
    const picture = await read(
      source,
      { longSide: side && colors ? Math.max(MASKS, side) : side, colors },
      role,
      index,
    );
    // The photo is the first that is read.
    if (role === "content") long ??= longSideOfRead(picture);
    return picture;
  });
}

/** The long side of a result; undefined if it is the photo's. */
function longSideOfResult({ size }: Settings): number | undefined {
  const sides = sidesOf(size);
  if (sides) return longSideOf(sides);
  return size === "content" ? undefined : Number(size);
}

/** The long side of a painting at the last level; as the picture to start from, it is needed at the result's size. */
function longSideOfPainting(long: number, { scales }: Painting, { init }: Settings): number {
  const side = Math.max(GRAIN, Math.round(long * Math.max(...scales)));
  return init === "style" ? Math.max(side, long) : side;
}

/** The long side of an image, alone or in a picture; undefined for anything else. */
function longSideOfRead(picture: unknown): number | undefined {
  const image = isRecord(picture) && "image" in picture ? picture.image : picture;
  return isRecord(image) && "width" in image ? longSideOf(image as unknown as Size) : undefined;
}
