/** Images as data URIs for a page, reduced to their size there. */

import type { PagePicture } from "#pages";
import { atMostLong } from "../../image/image.ts";
import { resized, resizePlanes } from "../../image/resize.ts";
import type { Drawing } from "../../platform/pictures.ts";
import type { JobFiles } from "../files.ts";

/** A drawing as WebP in a data URI, reduced to a long side of at most `most` pixels. */
export async function pagePicture(
  drawing: Drawing,
  most: number,
  files: Pick<JobFiles, "encodePicture">,
): Promise<PagePicture> {
  const small = reduced(drawing, most);
  const bytes = await files.encodePicture("webp", small, { quality: 86 });
  const { width, height } = small.image;
  return { width, height, src: `data:image/webp;base64,${base64(bytes)}` };
}

/** A drawing whose long side is at most `most` pixels. */
export function reduced({ image, alpha }: Drawing, most: number): Drawing {
  const size = atMostLong(image, most);
  return { image: resized(image, size), alpha: alpha && resizePlanes(alpha, image, size, "bilinear") };
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  // As many arguments as every engine takes.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
