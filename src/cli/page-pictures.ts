/** Images as pictures inside a page: no larger than they are looked at. Which page, it refuses to know. */
import { clampImage, type Image, type Size, withLongSide } from "../image/image.ts";
import { resize, resizePlanes } from "../image/resize.ts";
import type { PagePicture } from "../pages/picture.ts";
import { encodePicture } from "../platform/node/pictures-write.ts";
import type { Drawing } from "../platform/pictures.ts";

/** A drawing as WebP in a data URI, reduced to a long side of at most `most` pixels. */
export async function pagePicture(drawing: Drawing, most: number): Promise<PagePicture> {
  const small = reduced(drawing, most);
  const bytes = await encodePicture("webp", small, { quality: 86 });
  const { width, height } = small.image;
  return { width, height, data: `data:image/webp;base64,${Buffer.from(bytes).toString("base64")}` };
}

/** A drawing whose long side is at most `most` pixels. */
export function reduced({ image, alpha }: Drawing, most: number): Drawing {
  const size: Size = Math.max(image.width, image.height) <= most ? image : withLongSide(image, most);
  const small: Image = clampImage(resize(image, size));
  return { image: small, alpha: alpha && resizePlanes(alpha, image, size, "bilinear") };
}
