/** Pixels of a canvas as an image: RGBA in bytes, as an `ImageData` has them. */
import type { Image } from "./image.ts";

/** An `ImageData`, or what is like one. */
export interface RgbaPixels {
  readonly width: number;
  readonly height: number;
  /** Rows of red, green, blue and opacity; colours are not multiplied by it. */
  readonly data: Uint8ClampedArray;
}

/** Whether a value has the pixels of a canvas. */
export function isRgba(value: unknown): value is RgbaPixels {
  const { data } = (value ?? {}) as { readonly data?: unknown };
  return data instanceof Uint8ClampedArray;
}

/** The pixels as an image, and their opacity if any is not opaque. `data` must have `4 * width * height` bytes. */
export function fromRgba({ width, height, data }: RgbaPixels): { image: Image; alpha?: Float32Array } {
  const pixels = width * height;
  const plane = (channel: number) => Float32Array.from({ length: pixels }, (_, i) => data[4 * i + channel]! / 255);
  const image = { width, height, data: new Float32Array(3 * pixels) };
  for (let channel = 0; channel < 3; channel++) image.data.set(plane(channel), channel * pixels);
  const alpha = plane(3);
  return { image, ...(alpha.some((x) => x < 1) && { alpha }) };
}
