/**
 * Cuts an image into tiles, each with a halo of neighbouring pixels around its core. All sizes and positions are
 * multiples of a grid.
 */

/** A rectangle of pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Tile extends Area {
  /** The pixels that this tile contributes: the cores of all tiles cover the image once. */
  readonly core: Area;
}

export interface TilesOptions {
  /** The size of the image: multiples of `grain`. */
  readonly width: number;
  readonly height: number;
  /** About the largest side of a core, at least `grain`: up to a sixteenth more where that makes fewer tiles. */
  readonly size: number;
  /** Pixels around the core, fewer at the image's edge. */
  readonly halo: number;
  readonly grain: number;
}

/** Tiles row by row, with cores of about equal size. */
export function tiles({ width, height, size, halo, grain }: TilesOptions): Tile[] {
  const margin = Math.ceil(halo / grain) * grain;
  return spans(height, size, grain).flatMap(([top, bottom]) =>
    spans(width, size, grain).map(([left, right]) => {
      const [x, y] = [Math.max(0, left - margin), Math.max(0, top - margin)];
      return {
        x,
        y,
        width: Math.min(width, right + margin) - x,
        height: Math.min(height, bottom + margin) - y,
        core: { x: left, y: top, width: right - left, height: bottom - top },
      };
    }),
  );
}

/** A picture of 2048 pixels has margins, and is to be cut into two tiles of 1024 all the same. */
const EXCESS = 1 + 1 / 16;

/** Splits `length` into about equal spans of about at most `size`: start and end of each. */
function spans(length: number, size: number, grain: number): [number, number][] {
  const count = Math.ceil(length / Math.max(grain, Math.floor((EXCESS * size) / grain) * grain));
  const at = (i: number) => Math.round((i * length) / count / grain) * grain;
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1)]);
}
