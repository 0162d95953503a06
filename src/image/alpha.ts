/**
 * Transparency: what to see where nothing is visible, and how to lay a picture on a ground. Opacity is a plane of its
 * own, in [0, 1], beside colours that are not multiplied by it. Refuses to know about files.
 */

import { blank, type Image, type Size } from "./image.ts";

/**
 * `image` with the colour of every wholly transparent pixel (alpha 0) taken from the visible ones around it, softly, so
 * that whatever a file holds there, often black or garbage, does not become content or style. By a pyramid: each coarser
 * level is the mean of 2 x 2 pixels weighted by opacity; invisible pixels then look it up (the "pull-push" of Gortler et
 * al., The Lumigraph, 1996, without the smoothing). Visible pixels stay as they are. Where nothing is visible at all the
 * image is returned unchanged.
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

/** `image` laid on a ground of one colour (default white), mixed as the values are, in gamma-encoded sRGB. */
export function flatten(image: Image, alpha: Float32Array, rgb: readonly [number, number, number] = [1, 1, 1]): Image {
  const plane = image.width * image.height;
  const data = new Float32Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    const ground = rgb[Math.floor(i / plane)]!;
    data[i] = ground + (image.data[i]! - ground) * alpha[i % plane]!;
  }
  return { width: image.width, height: image.height, data };
}

/** Fills `coarse` and `opacity` with the means of 2 x 2 pixels, colours weighted by opacity. */
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

/** Channel `c` at a place between pixel centres, bilinear, the edge pixels repeated. */
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
