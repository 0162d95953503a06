/** Where a picture has detail: edges, faces, foliage; and where it is flat: skies, walls. */
import { atMostLong, type Image, longSideOf, type Size } from "./image.ts";
import { resize, resizePlanes } from "./resize.ts";

/** Detail is measured at this long side, so that it means the same at any size. */
const LONG = 128;
/** The side of the neighbourhoods over which differences are averaged, in those pixels. */
const NEAR = 9;
/** Mean differences of neighbours that count as flat, and as detail; most skies are below, most faces above. */
const FLAT = 0.008;
const DETAIL = 0.03;

/** How much detail there is around every pixel of `image`, from 0 (flat) to 1, as a plane of `size`. */
export function detailOf(image: Image, size: Size = image): Float32Array {
  const small = resize(image, atMostLong(image, LONG), { kernel: "bilinear" });
  const near = cellsOf(small);
  const means = resizePlanes(differences(small), small, near, "bilinear");
  const detail = means.map((x) => smoothStep((x - FLAT) / (DETAIL - FLAT)));
  return resizePlanes(detail, near, size, "bilinear");
}

function cellsOf(size: Size): Size {
  const cells = Math.max(1, Math.round(longSideOf(size) / NEAR));
  const side = (x: number) => Math.max(1, Math.round((cells * x) / longSideOf(size)));
  return { width: side(size.width), height: side(size.height) };
}

/** The differences of every pixel to its right and lower neighbours, averaged over them and over the channels. */
function differences({ width, height, data }: Image): Float32Array {
  const pixels = width * height;
  const result = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const right = i % width < width - 1 ? 1 : 0;
    const below = i + width < pixels ? width : 0;
    for (let at = i; at < data.length; at += pixels) {
      result[i]! += (Math.abs(data[at + right]! - data[at]!) + Math.abs(data[at + below]! - data[at]!)) / 6;
    }
  }
  return result;
}

function smoothStep(x: number): number {
  const t = Math.min(1, Math.max(0, x));
  return t * t * (3 - 2 * t);
}
