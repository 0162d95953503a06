/** The size of a result: pixels of the long side, `content` for the photo's own, or both sides of a texture. */
import type { Size } from "../image/image.ts";
import { numberIn, numberOr } from "../parameters/value.ts";

/** Width and height of a texture, as in `1024x512`. */
export type Sides = `${number}x${number}`;

const side = { min: 16, max: 16_384, whole: true };

/** The kind of value that a size is. */
export const resultSize = numberOr(
  numberIn(side),
  ["content", "WIDTHxHEIGHT"],
  "a whole number from 16 to 16384, content, or for a texture two as in 1024x512",
  (text): text is "content" | Sides => text === "content" || sidesOf(text) !== undefined,
);

/** Width and height out of `1024x512`; undefined for anything else. */
export function sidesOf(size: unknown): Size | undefined {
  const [, width, height] = (typeof size === "string" && /^(\d{1,5})x(\d{1,5})$/.exec(size)) || [];
  const sides = { width: Number(width), height: Number(height) };
  const fits = (pixels: number) => pixels >= side.min && pixels <= side.max;
  return fits(sides.width) && fits(sides.height) ? sides : undefined;
}
