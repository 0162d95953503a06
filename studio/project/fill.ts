/** What of a picture is joined to a point and of about its colour. Pixels in, a mask out. */

/** RGBA, 8 bits, as a canvas gives it. */
export interface PixelGrid {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * 1 for every pixel that can be reached from (x, y) over pixels whose colours are within `tolerance` (0 to 441, the length of
 * a difference of RGB) of that at (x, y); 0 elsewhere.
 */
export function joined({ width, height, data }: PixelGrid, x: number, y: number, tolerance: number): Uint8Array {
  const found = new Uint8Array(width * height);
  const start = y * width + x;
  const [red, green, blue] = [data[4 * start]!, data[4 * start + 1]!, data[4 * start + 2]!];
  const fits = (i: number) =>
    (data[4 * i]! - red) ** 2 + (data[4 * i + 1]! - green) ** 2 + (data[4 * i + 2]! - blue) ** 2 <= tolerance ** 2;
  const open = [start];
  found[start] = 1;
  while (open.length > 0) {
    const i = open.pop()!;
    const column = i % width;
    const beside = [
      column > 0 ? i - 1 : -1,
      column < width - 1 ? i + 1 : -1,
      i - width,
      i + width < width * height ? i + width : -1,
    ];
    for (const j of beside) {
      if (j < 0 || found[j] || !fits(j)) continue;
      found[j] = 1;
      open.push(j);
    }
  }
  return found;
}
