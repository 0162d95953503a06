/**
 * An image: planar RGB in [0, 1] as 32-bit floats, gamma-encoded sRGB as files hold it. This file refuses to know about
 * files, formats and networks.
 */

/** Planar RGB: all of red, then green, then blue, rows from the top. `data.length` is `3 * width * height`. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A new image of one colour (default black). */
export function blank({ width, height }: Size, rgb: readonly [number, number, number] = [0, 0, 0]): Image {
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) data.fill(rgb[channel]!, channel * plane, (channel + 1) * plane);
  return { width, height, data };
}

/** The size whose long side is `longSide`, in the proportions of `size`; at least one pixel each way. */
export function withLongSide({ width, height }: Size, longSide: number): Size {
  const scale = longSide / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** `image` in the middle of `size`, its outermost rows and columns repeated all around; `size` is at least as large. */
export function padEdges(image: Image, size: Size): Image {
  return { width: size.width, height: size.height, data: padPlanes(image.data, image, size, "edge") };
}

/**
 * Any number of planes of `from` pixels, each in the middle of `to` pixels: around it its outermost rows and columns
 * repeated, or zeros. Where the size is the same, the planes as they are.
 */
export function padPlanes(data: Float32Array, from: Size, to: Size, beyond: "edge" | "zero"): Float32Array {
  return gather(data, from, to, (x, extent) => {
    if (x >= 0 && x < extent) return x;
    return beyond === "zero" ? undefined : x < 0 ? 0 : extent - 1;
  });
}

/** `image` in the middle of `size`, continued all around as if its edges were mirrors. */
export function padMirrored(image: Image, size: Size): Image {
  const mirrored = (x: number, extent: number) => {
    const at = ((x % (2 * extent)) + 2 * extent) % (2 * extent);
    return Math.min(at, 2 * extent - 1 - at);
  };
  return { width: size.width, height: size.height, data: gather(image.data, image, size, mirrored) };
}

/** The middle of `image`, of `size` pixels: what `padEdges` was given. */
export function crop(image: Image, size: Size): Image {
  return { width: size.width, height: size.height, data: gather(image.data, image, size, (x) => x) };
}

/** The same, held to [0, 1], in memory of its own. */
export function cropClamped(image: Image, size: Size): Image {
  const { data } = crop(image, size);
  return { width: size.width, height: size.height, data: clampHere(data === image.data ? data.slice() : data) };
}

/** `image` with every value brought into [0, 1]; what is not a number becomes 0. */
export function clampImage(image: Image): Image {
  return { width: image.width, height: image.height, data: clamp(image.data) };
}

/** The values brought into [low, high], as a new array; what is not a number becomes `low`. */
export function clamp(data: Float32Array, low = 0, high = 1): Float32Array {
  return clampHere(data.slice(), low, high);
}

/** The same in the array itself, which it returns: for one that nobody else has, as large pictures are held once. */
export function clampHere(data: Float32Array, low = 0, high = 1): Float32Array {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    data[i] = value > low ? Math.min(value, high) : low;
  }
  return data;
}

/**
 * Planes of `to` pixels about the same middle as those of `from`, each pixel from where `source` says (a place and the
 * extent it is from), or 0 where it says nothing.
 */
function gather(
  data: Float32Array,
  from: Size,
  to: Size,
  source: (at: number, extent: number) => number | undefined,
): Float32Array {
  if (from.width === to.width && from.height === to.height) return data;
  const planes = data.length / (from.width * from.height);
  const result = new Float32Array(planes * to.width * to.height);
  // Where an odd pixel is left over, it is on the right or below.
  const shift = (large: number, small: number) => Math.sign(small - large) * Math.floor(Math.abs(large - small) / 2);
  const [left, top] = [shift(to.width, from.width), shift(to.height, from.height)];
  const columns = Array.from({ length: to.width }, (_, x) => source(x + left, from.width));
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < to.height; y++) {
      const row = source(y + top, from.height);
      if (row === undefined) continue;
      const at = (plane * from.height + row) * from.width;
      const start = (plane * to.height + y) * to.width;
      for (let x = 0; x < to.width; x++) {
        const column = columns[x];
        if (column !== undefined) result[start + x] = data[at + column]!;
      }
    }
  }
  return result;
}

/** Two images of one size mixed: `share` of the second, 0 to 1. */
export function blend(first: Image, { data }: Image, share: number): Image {
  return { ...first, data: first.data.map((x, i) => x + share * (data[i]! - x)) };
}
