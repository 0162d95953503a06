/** Sizes in print: centimetres to pixels, paper, and what a saved file says. */
import { type Size, withDensity } from "pastiche/web";
import { project } from "./project.ts";

/** Dots per inch of a good print. */
const DPI = 300;
const INCH = 2.54;

/** Paper by its long and its short side, in centimetres. */
export const papers = [
  { name: "10 × 15 cm", long: 15, short: 10 },
  { name: "A5", long: 21, short: 14.8 },
  { name: "A4", long: 29.7, short: 21 },
  { name: "A3", long: 42, short: 29.7 },
] as const;

export type Paper = (typeof papers)[number];

/** Pixels of so many centimetres. */
export function pixelsOf(centimetres: number): number {
  return Math.round((centimetres / INCH) * DPI);
}

/** Centimetres of so many pixels, to a millimetre. */
export function centimetresOf(pixels: number): number {
  return Math.round(((pixels * INCH) / DPI) * 10) / 10;
}

/** The long side of a picture that is as large on a paper as it can be, in centimetres. */
export function longOn({ long, short }: Paper, { width, height }: Size): number {
  const ratio = Math.max(width, height) / Math.min(width, height);
  return Math.round(Math.min(long, short * ratio) * 10) / 10;
}

/** The file of a picture of that size, with the density that makes it as large in print as was chosen. */
export async function withPrintSize(file: Blob, { width, height }: Size): Promise<Blob> {
  const { print } = project.peek();
  if (print === undefined) return file;
  const dpi = Math.max(width, height) / (print / INCH);
  const bytes = withDensity(new Uint8Array(await file.arrayBuffer()), dpi);
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: file.type });
}
