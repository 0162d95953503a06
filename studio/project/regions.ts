/**
 * Regions of the photo, each painted like one painting or left as it is, as a mask of flat colours: the same that the
 * terminal takes, where the lightest colour is painted like the first painting, the next like the second, and what is left
 * stays the photo. It knows pixels and colours, no pointer.
 */
import { signal } from "@preact/signals";
import { digestOf } from "../pictures/digest.ts";
import type { PictureFile } from "../pictures/pictures.ts";
import { keepPicture } from "../pictures/store.ts";
import { change, type Project } from "./project.ts";

/** From light to dark, one for each painting. */
export const colors = ["#ffffff", "#ffe14d", "#5fe0d0", "#58c858", "#9a6bff", "#e0402a"] as const;

/** What stays the photo. */
export const PHOTO = "#000000";

/** Whether regions are being painted. */
export const brushing = signal(false);

/** The longest side of a mask: finer than that no stroke of a hand is. */
const LONGEST = 1024;

/** The size of a photo's mask. */
export function maskSize({ width, height }: PictureFile): { width: number; height: number } {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Keeps what is on the canvas as the mask; where all of it is one painting's, there is none. */
export async function keepMask(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<void> {
  const { width, height } = canvas;
  const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, width, height);
  const used = usedColors(data);
  if (used.paintings.length === 1 && used.paintings[0] === 0 && !used.photo) return change({ mask: undefined });
  const file = await blobOf(canvas);
  const digest = await digestOf(file);
  void keepPicture({ digest, name: "mask.png", file });
  change({ mask: { file, digest, used: used.paintings } });
}

/** The paintings that a job is given: with regions, those that have one. */
export function paintingsInUse({ paintings, mask }: Project): readonly PictureFile[] {
  return mask ? paintings.filter((_, i) => mask.used.includes(i)) : paintings;
}

/** The colours with a visible share of the picture. */
export function usedColors(data: Uint8ClampedArray): { paintings: number[]; photo: boolean } {
  const codes = [...colors, PHOTO].map((color) => Number.parseInt(color.slice(1), 16));
  const counts = new Map(codes.map((code) => [code, 0]));
  for (let i = 0; i < data.length; i += 4) {
    const code = (data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!;
    const count = counts.get(code);
    if (count !== undefined) counts.set(code, count + 1);
  }
  const enough = (code: number) => counts.get(code)! * 4 > data.length / 2000;
  return {
    paintings: codes.slice(0, -1).flatMap((code, i) => (enough(code) ? [i] : [])),
    photo: enough(codes.at(-1)!),
  };
}

function blobOf(canvas: OffscreenCanvas | HTMLCanvasElement): Promise<Blob> {
  if (canvas instanceof OffscreenCanvas) return canvas.convertToBlob({ type: "image/png" });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no mask"))), "image/png");
  });
}
