/** The pictures that a job of the command line reads: where they are, and what they are called. */
import { UserError } from "../errors.ts";
import type { Image } from "../image/image.ts";
import { resizePlanes } from "../image/resize.ts";
import { inMessage } from "../platform/node/paths.ts";
import { readPicture } from "../platform/node/pictures.ts";
import type { Picture } from "../platform/pictures.ts";
import { readStandardInput } from "./streams.ts";

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
export interface Sources {
  readonly content: Source;
  readonly style: Source;
  readonly start?: Source | undefined;
}

/** The same, read. */
export interface Read {
  readonly content: Picture;
  readonly style: Picture;
  readonly start: Picture | undefined;
}

export async function readPictures({ content, style, start }: Sources): Promise<Read> {
  if ([content, style, start].filter((source) => source?.path === "-").length > 1) {
    throw new UserError("usage", "Only one picture can come from standard input.");
  }
  const read = async ({ path, sha256 }: Source) => {
    const name = path === "-" ? "standard input" : path;
    const picture = await readPicture(path === "-" ? await readStandardInput() : path, { name });
    if (sha256 === undefined || sha256 === picture.digest) return picture;
    throw new UserError("picture", `${inMessage(name)} is not the picture that the job began with.`);
  };
  return {
    content: await read(content),
    style: await read(style),
    start: start && (await read(start)),
  };
}

/** The photo's transparency at the size of the result. */
export function alphaFor({ image, alpha }: Picture, result: Image): Float32Array | undefined {
  return alpha && resizePlanes(alpha, image, result, "bilinear");
}
