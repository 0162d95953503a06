/** Accumulates the gradient of a picture tile by tile from the top, holding only unfinished rows. */
import type { Size } from "../../image/image.ts";
import type { Area } from "../../schedule/tiles.ts";
import { addTile, cutTile } from "./pixels.ts";

export interface GradientRows {
  /** Adds the three planes of `area`, none of whose rows is finished. */
  add(part: Float32Array, area: Area): void;
  /** Returns all rows from the first unfinished one up to `end`, which are finished now. */
  take(end: number): { readonly area: Area; readonly data: Float32Array };
}

/** Rows of a picture of `size`, of which at most `capacity` are unfinished at a time. */
export function gradientRows({ width }: Size, capacity: number): GradientRows {
  const held: Size = { width, height: capacity };
  const data = new Float32Array(3 * width * capacity);
  let top = 0;
  return {
    add: (part, area) => addTile(data, held, part, { ...area, y: area.y - top }),
    take(end) {
      const rows = { x: 0, y: 0, width, height: end - top };
      const taken = { area: { ...rows, y: top }, data: cutTile(data, held, rows) };
      for (let plane = 0; plane < 3; plane++) {
        const from = plane * capacity * width;
        data.copyWithin(from, from + rows.height * width, from + capacity * width);
        data.fill(0, from + (capacity - rows.height) * width, from + capacity * width);
      }
      top = end;
      return taken;
    },
  };
}
