/** The pixels of a tile: cut from a picture's planes, and added to them. */
import type { Size } from "../../image/image.ts";
import type { Area, Tile } from "../../schedule/tiles.ts";

/** The planes of `area`, from any number of planes of a picture of `size`; in new memory, or at the start of `into`. */
export function cutTile(data: Float32Array, size: Size, area: Area, into?: Float32Array): Float32Array {
  const planes = data.length / (size.width * size.height);
  const length = planes * area.width * area.height;
  const cut = into ? into.subarray(0, length) : new Float32Array(length);
  rows(planes, size, area, (from, to) => cut.set(data.subarray(from, from + area.width), to));
  return cut;
}

/** Adds the three planes of `area` to those of a picture of `size`. */
export function addTile(data: Float32Array, size: Size, part: Float32Array, area: Area): void {
  rows(3, size, area, (at, from) => {
    for (let x = 0; x < area.width; x++) data[at + x]! += part[from + x]!;
  });
}

/** Writes the planes of `area` into those of a picture of `size`. */
export function putTile(data: Float32Array, size: Size, part: Float32Array, area: Area): void {
  rows(part.length / (area.width * area.height), size, area, (at, from) =>
    data.set(part.subarray(from, from + area.width), at),
  );
}

/** 1 for every pixel of the tile's core, 0 in its halo: written into `weight`. */
export function tileWeight({ x, y, width, core }: Tile, weight: Float32Array): Float32Array {
  weight.fill(0);
  for (let row = core.y - y; row < core.y - y + core.height; row++) {
    const from = row * width + core.x - x;
    weight.fill(1, from, from + core.width);
  }
  return weight;
}

/** Calls `each` for every row of the planes with its start in the picture and in the area. */
function rows(planes: number, size: Size, area: Area, each: (inPicture: number, inArea: number) => void): void {
  for (let plane = 0; plane < planes; plane++) {
    for (let y = 0; y < area.height; y++) {
      each((plane * size.height + area.y + y) * size.width + area.x, (plane * area.height + y) * area.width);
    }
  }
}
