/** The pictures that a job of the command line reads: where they are, what they are called, and what is in them. */
import { UserError } from "../errors.ts";
import { flatten } from "../image/alpha.ts";
import type { Size } from "../image/image.ts";
import type { Mask } from "../image/regions.ts";
import { resizePlanes } from "../image/resize.ts";
import { inMessage } from "../platform/node/paths.ts";
import { type ReadOptions, readPicture } from "../platform/node/pictures.ts";
import { limitsFor, type Picture } from "../platform/pictures.ts";
import type { Settings } from "../settings/settings.ts";
import { sidesOf } from "../settings/size.ts";
import { GRAIN } from "../transfer/pictures/edges.ts";
import { type Painting, paintingsOf } from "../transfer/pictures/paintings.ts";
import type { GivenPictures } from "../transfer/pictures/texture.ts";
import { flagOf } from "./flags.ts";
import { listRoles, mapRoles, mapRolesInTurn, type Role, type Roles } from "./roles.ts";
import { readStandardInput } from "./streams.ts";
import type { ReadLimits } from "./stylize.ts";

/** A picture's file. */
export interface Source {
  /** Where it is; `-` for standard input. */
  readonly path: string;
  /** As it was called when the job began: what the result remembers. */
  readonly name: string;
  /** The digest that it must have. */
  readonly sha256?: string;
}

/** A picture's file as it was typed. */
export function typed(path: string): Source {
  return { path, name: path };
}

/** The files of a job. */
export type Sources = Roles<Source>;

/** What is left of them when the job has its images: what the result's file needs. */
export type Facts = Roles<Pick<Picture, "digest">>;

/**
 * Reads the pictures, reduced while they are unpacked to the largest size that a job with these settings makes of them:
 * photographs have far more pixels than that. Settings for another number of paintings are refused before.
 */
export async function readPictures(
  sources: Sources,
  settings: Settings,
  limits: ReadLimits = {},
): Promise<Roles<Picture>> {
  if (listRoles(sources).filter(({ path }) => path === "-").length > 1) {
    throw new UserError("usage", "Only one picture can come from standard input.");
  }
  const paintings = paintingsOf(sources.style.length, settings, flagOf);
  checkMasks(sources);
  const sides = sidesOf(settings.size);
  let long = sides
    ? Math.max(sides.width, sides.height)
    : settings.size === "content"
      ? undefined
      : (settings.size as number);
  return mapRolesInTurn(sources, async (source, role, index) => {
    const painting = role === "style" || role === "styleMask" ? paintings[index] : undefined;
    const side = painting ? styleSide(long!, painting, settings) : long;
    const isMask = role === "mask" || role === "styleMask";
    // Of masks, more is kept: they have thin parts.
    const longSide = isMask ? Math.max(MASKS, side!) : side;
    const picture = await readSource(source, { longSide, colors: isMask, ...limits }).catch((error: UserError) => {
      const missing = (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
      if (role !== "style" || index === 0 || !missing) throw error;
      throw new UserError("picture", `${error.message} If the result is to be called so: -o ${source.name}.`);
    });
    // The photo is the first.
    long ??= Math.max(picture.size.width, picture.size.height);
    return picture;
  });
}

/** Refuses what can be told to be wrong with masks before they are read. */
export function checkMasks({ style, mask, styleMask }: Sources): void {
  if (!styleMask) return;
  if (!mask) throw new UserError("usage", "--style-mask needs a mask of the photo: give --mask FILE, too.");
  if (styleMask.length === style.length) return;
  const each = style.length === 1 ? "one, as there is one painting" : `one for each of ${style.length} paintings`;
  throw new UserError("usage", `--style-mask: expected ${each}, got ${styleMask.length}.`);
}

/** Long side of a mask in pixels, at least, if it has so many. */
const MASKS = 1024;

/** A picture, read, reduced while it is unpacked if `options` say so; a `picture` error if it is not the one that it must be. */
export async function readSource({ path, sha256 }: Source, options: ReadOptions = {}): Promise<Picture> {
  const name = path === "-" ? "standard input" : path;
  const bytes = path === "-" ? await readStandardInput(limitsFor(options.maxPixels).bytes) : path;
  const picture = await readPicture(bytes, { ...options, name }).catch((error: Error) => {
    throw / at most /.test(error.message)
      ? new UserError("picture", `${error.message} Or raise the limit: --max-pixels MILLIONS.`, { cause: error })
      : error;
  });
  if (sha256 === undefined || sha256 === picture.digest) return picture;
  throw new UserError("picture", `${inMessage(name)} is not the picture that the job began with.`);
}

/** The long side of a painting at the last level; as the picture to start from it is needed at the result's size. */
function styleSide(long: number, { scales }: Painting, { init }: Settings): number {
  const side = Math.max(GRAIN, Math.round(long * Math.max(...scales)));
  return init === "style" ? Math.max(side, long) : side;
}

/** The pictures of a job, read: its images, handed out once, and what its result needs of them. */
export interface JobPictures {
  readonly facts: Facts;
  /** The photo's transparency at the size of a result. */
  alphaAt(result: Size): Float32Array | undefined;
  /** The images, while they have not been taken. */
  look(): GivenPictures;
  /** The images. Nobody here holds them afterwards: they live no longer than the job needs them. */
  take(): GivenPictures;
}

export async function jobPictures(sources: Sources, settings: Settings, limits?: ReadLimits): Promise<JobPictures> {
  const pictures = await readPictures(sources, settings, limits);
  const { alpha, image } = pictures.content ?? {};
  const size = image && { width: image.width, height: image.height };
  const styleAlpha = pictures.style.map((painting) => painting.alpha);
  let images: GivenPictures | undefined = { ...mapRoles(pictures, imageOf), styleAlpha };
  return {
    facts: mapRoles(pictures, ({ digest }) => ({ digest })),
    alphaAt: (result) => size && alphaFor(alpha, size, result),
    look: () => images!,
    take() {
      const taken = images!;
      images = undefined;
      return taken;
    },
  };
}

/** A picture as the job uses it; what is transparent in a mask is black. */
function imageOf({ image, alpha, colors }: Picture, role: Role): Mask {
  if (role !== "mask" && role !== "styleMask") return image;
  return { ...(alpha ? flatten(image, alpha, [0, 0, 0]) : image), colors };
}

/** The transparency of a photo of size `from` at the size of the result. */
function alphaFor(alpha: Float32Array | undefined, from: Size, result: Size): Float32Array | undefined {
  return alpha && resizePlanes(alpha, from, result, "bilinear");
}
