/** The image type, planar float32 RGB in [0, 1] (gamma-encoded sRGB), with padding, cropping and clamping. */

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

/** The longer of width and height. */
export function longSideOf({ width, height }: Size): number {
  return Math.max(width, height);
}

/** The size with the given long side and the proportions of `size`; at least one pixel each way. */
export function withLongSide({ width, height }: Size, longSide: number): Size {
  const scale = longSide / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The size, reduced to that long side if its own is longer. */
export function atMostLong(size: Size, longSide: number): Size {
  return Math.max(size.width, size.height) > longSide ? withLongSide(size, longSide) : size;
}

/** `image` centred in `size`, with its outermost rows and columns repeated; `size` is at least as large. */
export function padEdges(image: Image, size: Size): Image {
  return { width: size.width, height: size.height, data: padPlanes(image.data, image, size, "edge") };
}

/**
 * Planes of `from` pixels, each centred in `to` pixels and padded by repeating the edge or by zeros. Planes that
 * already have the size are returned as they are.
 */
export function padPlanes(data: Float32Array, from: Size, to: Size, beyond: "edge" | "zero"): Float32Array {
  return gather(data, from, to, (x, extent) => {
    if (x >= 0 && x < extent) return x;
    return beyond === "zero" ? undefined : x < 0 ? 0 : extent - 1;
  });
}

/** `image` centred in `size` and padded by reflection. */
export function padMirrored(image: Image, size: Size): Image {
  const mirrored = (x: number, extent: number) => {
    const at = ((x % (2 * extent)) + 2 * extent) % (2 * extent);
    return Math.min(at, 2 * extent - 1 - at);
  };
  return { width: size.width, height: size.height, data: gather(image.data, image, size, mirrored) };
}

/** The central `size` pixels of `image`: the inverse of `padEdges`. */
export function crop(image: Image, size: Size): Image {
  return { width: size.width, height: size.height, data: gather(image.data, image, size, (x) => x) };
}

/** The same, clamped to [0, 1], as a copy. */
export function cropClamped(image: Image, size: Size): Image {
  const { data } = crop(image, size);
  return { width: size.width, height: size.height, data: clampInPlace(data === image.data ? data.slice() : data) };
}

/** The same in the memory of `image`, which is lost. */
export function cropInPlace({ width, height, data }: Image, size: Size): Image {
  const [left, top] = [Math.floor((width - size.width) / 2), Math.floor((height - size.height) / 2)];
  const rows = (data.length / (width * height)) * size.height;
  for (let row = 0; row < rows; row++) {
    const plane = Math.floor(row / size.height);
    const from = (plane * height + top + (row % size.height)) * width + left;
    data.copyWithin(row * size.width, from, from + size.width);
  }
  return { width: size.width, height: size.height, data: clampInPlace(data.subarray(0, rows * size.width)) };
}

/** `image` clamped to [0, 1]; NaN becomes 0. */
export function clampImage(image: Image): Image {
  return { width: image.width, height: image.height, data: clamp(image.data) };
}

/** The values clamped to [low, high], as a new array; NaN becomes `low`. */
export function clamp(data: Float32Array, low = 0, high = 1): Float32Array {
  return clampInPlace(data.slice(), low, high);
}

/** The same in place; returns the array. Large images should not be copied. */
export function clampInPlace(data: Float32Array, low = 0, high = 1): Float32Array {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    data[i] = value > low ? Math.min(value, high) : low;
  }
  return data;
}

/**
 * Planes of `to` pixels with the same centre as those of `from`. `source(index, length)` maps an index that may lie
 * outside of [0, length) to one inside, or to undefined for 0.
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
  // An odd remainder goes to the right and below.
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

/** A linear mix of two images of one size: `share` of the second, 0 to 1. */
export function blend(first: Image, { data }: Image, share: number): Image {
  return { ...first, data: first.data.map((x, i) => x + share * (data[i]! - x)) };
}
