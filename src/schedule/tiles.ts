/**
 * A picture cut into tiles, each with a halo of neighbours around what it answers for. Numbers only: whole pixels, on a
 * grid that all sizes and places are multiples of.
 */

/** A rectangle of pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Tile extends Area {
  /** What this tile answers for, within the picture: the cores of all tiles cover it once. */
  readonly core: Area;
}

export interface TilesOptions {
  /** Of the picture: multiples of `grain`. */
  readonly width: number;
  readonly height: number;
  /** A core's sides are at most this, and at least `grain`. */
  readonly size: number;
  /** Pixels around the core, fewer where the picture ends. */
  readonly halo: number;
  readonly grain: number;
}

/** Tiles row by row, their cores about equally large. */
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

/** `length` cut into about equal pieces of at most `size`: from where to where. */
function spans(length: number, size: number, grain: number): [number, number][] {
  const count = Math.ceil(length / Math.max(grain, Math.floor(size / grain) * grain));
  const at = (i: number) => Math.round((i * length) / count / grain) * grain;
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1)]);
}
