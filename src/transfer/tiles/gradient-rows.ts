/** Accumulates the gradient of a picture tile by tile from the top, holding only unfinished rows. */
import type { Size } from "../../image/image.ts";
import type { Area } from "../../schedule/tiles.ts";
import { addTile } from "./pixels.ts";

export interface GradientRows {
  /** Begins a picture. */
  clear(): void;
  /** Adds the three planes of `area`, none of whose rows is finished. */
  add(part: Float32Array, area: Area): void;
  /** All rows from the first unfinished one up to `end`, which are finished now: valid until `drop` is called with the same end. */
  finished(end: number): FinishedRows;
  /** Forgets the rows up to `end`. */
  drop(end: number): void;
}

export interface FinishedRows {
  /** Where they are in the picture. */
  readonly area: Area;
  /** Three planes that begin with these rows. */
  readonly data: Float32Array;
  /** The size of those planes. */
  readonly size: Size;
}

/** Rows of a picture of `size`, of which at most `capacity` are unfinished at a time. */
export function gradientRows({ width }: Size, capacity: number): GradientRows {
  const held: Size = { width, height: capacity };
  const data = new Float32Array(3 * width * capacity);
  let top = 0;
  return {
    clear() {
      data.fill(0);
      top = 0;
    },
    add: (part, area) => addTile(data, held, part, { ...area, y: area.y - top }),
    finished: (end) => ({ area: { x: 0, y: top, width, height: end - top }, data, size: held }),
    drop(end) {
      const height = end - top;
      for (let plane = 0; plane < 3; plane++) {
        const from = plane * capacity * width;
        data.copyWithin(from, from + height * width, from + capacity * width);
        data.fill(0, from + (capacity - height) * width, from + capacity * width);
      }
      top = end;
    },
  };
}
