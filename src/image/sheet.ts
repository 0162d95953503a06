/** Contact sheets: images in labelled rows and columns. */

import { drawText, textSize, wrapText } from "./bitmap-font.ts";
import { blank, type Image, type Size } from "./image.ts";

/** One cell: an image with a label below it, or text alone. */
export interface Cell {
  readonly image?: Image | undefined;
  readonly label?: string | undefined;
}

/** The contents of a sheet. All cells have the size of the largest image; smaller images are centred. */
export interface SheetPlan {
  /** Text at the top. */
  readonly title?: string | undefined;
  /** A heading above each column. */
  readonly columns?: readonly string[] | undefined;
  readonly rows: readonly SheetRow[];
  /** Sheet pixels per font pixel (glyphs are 5 wide, 7 high). Default 2. */
  readonly scale?: number | undefined;
}

export interface SheetRow {
  /** Text to the left of the row. */
  readonly label?: string | undefined;
  readonly cells: readonly Cell[];
}

const PAPER = 0.96;
const INK = 0.1;
const EMPTY = 0.88;

/** Draws the sheet. Text is wrapped to its cell, so that nothing overlaps or is cut off. */
export function sheet({ title, columns = [], rows, scale = 2 }: SheetPlan): Image {
  const gap = 4 * scale;
  const wrapped = (text: string | undefined, room: number) => (text ? wrapText(text, room, scale) : undefined);
  const height = (text: string | undefined) => (text ? textSize(text, scale).height + gap : 0);
  const cells = rows.flatMap((row) => row.cells);
  const broad = Math.max(12 * scale, ...cells.map(({ image }) => image?.width ?? 0));
  const tall = ({ image, label }: Cell) => image?.height ?? height(wrapped(label, broad - gap));
  const place: Size = { width: broad, height: Math.max(12 * scale, ...cells.map(tall)) };
  const count = Math.max(columns.length, ...rows.map((row) => row.cells.length));
  const side = Math.max(0, ...rows.map(({ label }) => (label ? textSize(label, scale).width + gap : 0)));
  const width = side + count * (place.width + gap) + gap;
  const head = wrapped(title, width - 2 * gap);
  const headings = columns.map((text) => wrapped(text, place.width));
  const captions = rows.map((row) => row.cells.map(({ image, label }) => image && wrapped(label, place.width)));

  const top = gap + height(head);
  const first = top + Math.max(0, ...headings.map(height));
  const rowHeights = captions.map((row) => place.height + gap + Math.max(0, ...row.map(height)));
  const result = blank({ width, height: first + rowHeights.reduce((a, b) => a + b, 0) }, [PAPER, PAPER, PAPER]);
  const write = (text: string | undefined, x: number, y: number) =>
    text && drawText(result, text, { x, y, scale, grey: INK });
  const left = (column: number) => side + gap + column * (place.width + gap);

  write(head, gap, gap);
  for (const [column, text] of headings.entries()) write(text, left(column), top);
  let y = first;
  for (const [r, { label, cells }] of rows.entries()) {
    write(label, gap, y + Math.max(0, Math.floor((place.height - (label ? textSize(label, scale).height : 0)) / 2)));
    for (const [column, { image, label: words }] of cells.entries()) {
      const x = left(column);
      if (image) {
        paste(result, image, x + half(place.width - image.width), y + half(place.height - image.height));
        write(captions[r]![column], x, y + place.height + gap / 2);
      } else if (words !== undefined) {
        paste(result, blank(place, [EMPTY, EMPTY, EMPTY]), x, y);
        write(wrapped(words, place.width - gap), x + gap / 2, y + gap / 2);
      }
    }
    y += rowHeights[r]!;
  }
  return result;
}

/** Sheets below each other, with the width of the widest. */
export function stacked(sheets: readonly Image[]): Image {
  const size: Size = {
    width: Math.max(...sheets.map(({ width }) => width)),
    height: sheets.reduce((sum, { height }) => sum + height, 0),
  };
  const result = blank(size, [PAPER, PAPER, PAPER]);
  let y = 0;
  for (const one of sheets) {
    paste(result, one, 0, y);
    y += one.height;
  }
  return result;
}

/** Arranges cells in rows of `columns`. */
export function inRows(cells: readonly Cell[], columns: number): SheetRow[] {
  const count = Math.ceil(cells.length / columns);
  return Array.from({ length: count }, (_, i) => ({ cells: cells.slice(i * columns, (i + 1) * columns) }));
}

/** Copies `image` into `onto` with its top left corner at `left`, `top`; it must fit. */
export function paste(onto: Image, image: Image, left: number, top: number): void {
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < image.height; y++) {
      const from = (channel * image.height + y) * image.width;
      const to = (channel * onto.height + top + y) * onto.width + left;
      onto.data.set(image.data.subarray(from, from + image.width), to);
    }
  }
}

const half = (x: number) => Math.floor(x / 2);
