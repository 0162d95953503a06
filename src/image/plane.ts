/** Planes of numbers as grey images. */
import { blank, clampInPlace, type Image, type Size } from "./image.ts";
import { resize } from "./resize.ts";

/** `plane` (rows from the top) as grey: 0 is black, `white` and above are white. If `white` is 0, all is black. */
export function greyImage(plane: Float32Array, { width, height }: Size, white: number): Image {
  if (plane.length !== width * height)
    throw new RangeError(`internal: ${plane.length} values are not ${width}x${height}`);
  const image = blank({ width, height });
  if (white <= 0) return image;
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane.length; i++) image.data[channel * plane.length + i] = plane[i]! / white;
  }
  return { ...image, data: clampInPlace(image.data) };
}

/**
 * `image` scaled for display to at most `longSide`: enlarged by an integer factor without interpolation, or reduced.
 */
export function fitted(image: Image, longSide: number): Image {
  const { width, height } = image;
  const factor = Math.floor(longSide / Math.max(width, height));
  if (factor >= 1) return enlarged(image, factor);
  const scale = longSide / Math.max(width, height);
  const side = (x: number) => Math.max(1, Math.round(x * scale));
  const reduced = resize(image, { width: side(width), height: side(height) });
  return { ...reduced, data: clampInPlace(reduced.data) };
}

function enlarged(image: Image, factor: number): Image {
  const result = blank({ width: image.width * factor, height: image.height * factor });
  for (let row = 0; row < 3 * result.height; row++) {
    const from = Math.floor(row / factor) * image.width;
    for (let x = 0; x < result.width; x++) {
      result.data[row * result.width + x] = image.data[from + Math.floor(x / factor)]!;
    }
  }
  return result;
}
