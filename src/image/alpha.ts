/**
 * Transparency: filling the colours of transparent pixels, and compositing over a background. Alpha is a separate plane
 * in [0, 1]; colours are not premultiplied.
 */

import { blank, type Image, type Size } from "./image.ts";

/**
 * Replaces the colour of every fully transparent pixel (alpha 0) by a smooth extrapolation of the visible ones, because
 * files often hold black or garbage there, which would become content or style. Uses a pyramid of alpha-weighted 2 x 2
 * means ("pull-push", Gortler et al., The Lumigraph, 1996, without smoothing). Visible pixels are unchanged, and so is
 * an image without any.
 */
export function fillTransparent(image: Image, alpha: Float32Array): Image {
  let any = false;
  let all = true;
  for (const value of alpha) {
    if (value > 0) any = true;
    else all = false;
  }
  if (all || !any) return image;
  const half: Size = { width: Math.ceil(image.width / 2), height: Math.ceil(image.height / 2) };
  const coarse = blank(half);
  const opacity = new Float32Array(half.width * half.height);
  shrink(image, alpha, coarse, opacity);
  const below = fillTransparent(coarse, opacity);
  const data = image.data.slice();
  const plane = image.width * image.height;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const at = y * image.width + x;
      if (alpha[at]! > 0) continue;
      for (let c = 0; c < 3; c++) data[c * plane + at] = between(below, c, (x - 0.5) / 2, (y - 0.5) / 2);
    }
  }
  return { width: image.width, height: image.height, data };
}

/** Composites `image` over one colour (default white) in gamma-encoded sRGB. */
export function flatten(image: Image, alpha: Float32Array, rgb: readonly [number, number, number] = [1, 1, 1]): Image {
  const plane = image.width * image.height;
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    const ground = rgb[Math.floor(i / plane)]!;
    data[i] = ground + (image.data[i]! - ground) * alpha[i % plane]!;
  }
  return { width: image.width, height: image.height, data };
}

/** Fills `coarse` and `opacity` with 2 x 2 means, colours weighted by alpha. */
function shrink(image: Image, alpha: Float32Array, coarse: Image, opacity: Float32Array): void {
  const plane = image.width * image.height;
  const coarsePlane = coarse.width * coarse.height;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const a = alpha[y * image.width + x]!;
      if (a <= 0) continue;
      const to = (y >> 1) * coarse.width + (x >> 1);
      opacity[to]! += a;
      for (let c = 0; c < 3; c++)
        coarse.data[c * coarsePlane + to]! += a * image.data[c * plane + y * image.width + x]!;
    }
  }
  for (let i = 0; i < coarsePlane; i++) {
    if (opacity[i]! > 0) for (let c = 0; c < 3; c++) coarse.data[c * coarsePlane + i]! /= opacity[i]!;
  }
}

/** Channel `c` between pixel centres: bilinear, with edge pixels repeated. */
function between({ width, height, data }: Image, c: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const value = (i: number, j: number) => {
    const column = Math.min(width - 1, Math.max(0, i));
    const row = Math.min(height - 1, Math.max(0, j));
    return data[(c * height + row) * width + column]!;
  };
  const fx = x - left;
  const fy = y - top;
  const upper = value(left, top) * (1 - fx) + value(left + 1, top) * fx;
  const lower = value(left, top + 1) * (1 - fx) + value(left + 1, top + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}
