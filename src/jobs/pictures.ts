/** Reads the pictures of a job, no larger than the job needs them. */
import { UserError } from "../errors.ts";
import { flatten } from "../image/alpha.ts";
import type { Size } from "../image/image.ts";
import type { Mask } from "../image/regions.ts";
import { resizePlanes } from "../image/resize.ts";
import type { Picture } from "../platform/pictures.ts";
import type { Settings } from "../settings/settings.ts";
import { sidesOf } from "../settings/size.ts";
import { MASKS } from "../transfer/job.ts";
import { GRAIN } from "../transfer/pictures/edges.ts";
import { type Painting, paintingsOf } from "../transfer/pictures/paintings.ts";
import type { GivenPictures } from "../transfer/pictures/texture.ts";
import type { JobFiles, PictureOptions } from "./files.ts";
import type { Source, Sources } from "./request.ts";
import { listRoles, mapRoles, mapRolesInTurn, type Role, type Roles } from "./roles.ts";

/** The name of a part of the request in messages: `--size`. */
export type Label = (name: string) => string;

/** Facts about the pictures that remain when the images are released. */
export type Facts = Roles<Pick<Picture, "digest">>;

/** The pictures of a job: images, which are handed over once, and facts for its result. */
export interface JobPictures {
  readonly facts: Facts;
  /** The photo's transparency at the size of a result. */
  alphaAt(result: Size): Float32Array | undefined;
  /** The images, while they have not been taken. */
  look(): GivenPictures;
  /** The images, which are not referenced here afterwards, so that the job can free them. */
  take(): GivenPictures;
}

interface ReadingOptions {
  readonly maxPixels?: number | undefined;
  /** The most bytes that reading may take. */
  readonly memory?: number | undefined;
  readonly label: Label;
}

/** Reads the pictures of a job with these settings. */
export async function jobPictures(
  sources: Sources,
  settings: Settings,
  files: JobFiles,
  options: ReadingOptions,
): Promise<JobPictures> {
  const pictures = await readPictures(sources, settings, files, options);
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

/**
 * Reads the pictures, reduced while they are decoded to the largest size that a job with these settings makes of them:
 * photographs have far more pixels than that. Settings for another number of paintings are refused first.
 */
export async function readPictures(
  sources: Sources,
  settings: Settings,
  files: JobFiles,
  { label, ...limits }: ReadingOptions = { label: String },
): Promise<Roles<Picture>> {
  if (listRoles(sources).filter(({ path }) => path === "-").length > 1) {
    throw new UserError("usage", "Only one picture can come from standard input.");
  }
  const paintings = paintingsOf(sources.style.length, settings, label);
  checkMasks(sources, label);
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
    // Masks are read larger: they may have thin parts.
    const longSide = isMask ? Math.max(MASKS, side!) : side;
    const reading = readSource(source, files, { longSide, colors: isMask, ...limits }, label);
    const picture = await reading.catch((error: UserError) => {
      const missing = (error.cause as { code?: string } | undefined)?.code === "ENOENT";
      if (role !== "style" || index === 0 || !missing) throw error;
      throw new UserError(
        "picture",
        `${error.message} If the result is to be called so: ${label("output")} ${source.name}.`,
      );
    });
    // The photo is the first.
    long ??= Math.max(picture.size.width, picture.size.height);
    return picture;
  });
}

/** Refuses masks that do not fit the paintings, before they are read. */
export function checkMasks({ style, mask, styleMask }: Sources, label: Label): void {
  if (!styleMask) return;
  const name = label("styleMask");
  if (!mask) throw new UserError("usage", `${name} needs a mask of the photo: give ${label("mask")} FILE, too.`);
  if (styleMask.length === style.length) return;
  const each = style.length === 1 ? "one, as there is one painting" : `one for each of ${style.length} paintings`;
  throw new UserError("usage", `${name}: expected ${each}, got ${styleMask.length}.`);
}

/** A picture; a `picture` error if it does not have the digest that it must have. */
async function readSource(
  { path, sha256 }: Source,
  files: JobFiles,
  options: PictureOptions,
  label: Label,
): Promise<Picture> {
  const picture = await files.readPicture(path, options).catch((error: Error) => {
    throw / at most /.test(error.message)
      ? new UserError("picture", `${error.message} Or raise the limit: ${label("maxPixels")} MILLIONS.`, {
          cause: error,
        })
      : error;
  });
  if (sha256 === undefined || sha256 === picture.digest) return picture;
  const name = path === "-" ? "standard input" : path;
  throw new UserError("picture", `${name} is not the picture that the job began with.`);
}

/** The long side of a painting at the last level; as the picture to start from it is needed at the result's size. */
function styleSide(long: number, { scales }: Painting, { init }: Settings): number {
  const side = Math.max(GRAIN, Math.round(long * Math.max(...scales)));
  return init === "style" ? Math.max(side, long) : side;
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
