/** Reads the pictures of a job, no larger than the job needs them. */
import { UserError } from "../errors.ts";
import { flatten } from "../image/alpha.ts";
import type { Size } from "../image/image.ts";
import type { Mask } from "../image/regions.ts";
import { resizePlanes } from "../image/resize.ts";
import type { Picture } from "../platform/pictures.ts";
import type { Label, Settings } from "../settings/settings.ts";
import { type PictureNeeds, readPictures } from "../transfer/pictures/read.ts";
import { listRoles, mapRoles, type Role, type Roles } from "../transfer/pictures/roles.ts";
import type { GivenPictures } from "../transfer/pictures/texture.ts";
import type { JobFiles, PictureOptions } from "./files.ts";
import type { Source, Sources } from "./request.ts";

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
  const pictures = await read(sources, settings, files, options);
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

/** Reads the pictures, no larger than the job needs them. Settings or masks that do not fit the paintings are refused first. */
async function read(
  sources: Sources,
  settings: Settings,
  files: JobFiles,
  { label, ...limits }: ReadingOptions,
): Promise<Roles<Picture>> {
  if (listRoles(sources).filter(({ path }) => path === "-").length > 1) {
    throw new UserError("usage", "Only one picture can come from standard input.");
  }
  checkMasks(sources, label);
  const readOne = async (source: Source, options: PictureNeeds, role: Role, index: number) => {
    try {
      return await readSource(source, files, { ...options, ...limits }, label);
    } catch (error) {
      const { message, cause } = error as UserError;
      const missing = (cause as { code?: string } | undefined)?.code === "ENOENT";
      if (role !== "style" || index === 0 || !missing) throw error;
      throw new UserError("picture", `${message} If the result is to be called so: ${label("output")} ${source.name}.`);
    }
  };
  return readPictures(sources, settings, readOne, label);
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
  const picture = await files.readPicture(path, options).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.limit !== "maxPixels") throw error;
    const { message, code, limit } = error;
    const advice = `Or raise the limit: ${label(limit)} MILLIONS.`;
    throw new UserError(code, `${message} ${advice}`, { cause: error, limit });
  });
  if (sha256 === undefined || sha256 === picture.digest) return picture;
  const name = path === "-" ? "standard input" : path;
  throw new UserError("picture", `${name} is not the picture that the job began with.`);
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
