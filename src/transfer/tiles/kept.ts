/** What the first pass over the tiles keeps of its features for the second one, which then need not compute them again. */
import { type ElementType, evaluateDim, type Tensor } from "../../graph/index.ts";
import type { Runtime, Value } from "../../runtimes/runtime.ts";
import type { Tile } from "../../schedule/tiles.ts";
import type { Precision } from "../precision/precision.ts";
import { areasOf, type TileAreas } from "../step/tile-areas.ts";

/** The first block whose features are kept, at steps of each precision; one past the last block keeps none. */
export type Keep = Readonly<Record<Precision, number>>;

export const KEEP_NONE: Keep = { fp32: Number.POSITIVE_INFINITY, int8: Number.POSITIVE_INFINITY };

/** The tensors that are outputs of one program and inputs of the other, by name. */
export type KeptTensors = Readonly<Record<string, Pick<Tensor, "shape" | "type">>>;

/**
 * Host memory for the kept features of every tile, by the tile and the tensors that a step keeps. Steps of all `kinds`, which never
 * overlap, share it. The values are the caller's to free; what was written into them stays.
 */
export function keptMemory(runtime: Runtime, kinds: readonly KeptTensors[], halos: readonly number[]) {
  const memory = new Map<Tile, ArrayBuffer>();
  return (tile: Tile, kept: KeptTensors): Record<string, Value> => {
    const { sizes } = areasOf(tile, halos);
    const ends = kinds.map((kind) => placed(kind, sizes).end);
    const buffer = memory.get(tile) ?? new ArrayBuffer(Math.max(...ends));
    memory.set(tile, buffer);
    const { places } = placed(kept, sizes);
    return Object.fromEntries(
      places.map(({ name, type, from, dims }) => {
        const length = elementsOf(dims);
        const isFloat = type === "float32";
        const data = isFloat ? new Float32Array(buffer, from, length) : new Uint8Array(buffer, from, length);
        return [name, runtime.writable!(data, dims, type === "bool")];
      }),
    );
  };
}

/** Where each tensor of a tile is in its memory. */
function placed(kept: KeptTensors, sizes: TileAreas["sizes"]) {
  let end = 0;
  const places = Object.entries(kept).map(([name, { shape, type }]) => {
    const dims = shape.map((dim) => evaluateDim(dim, sizes));
    const from = end;
    end += Math.ceil((elementsOf(dims) * bytesOf(type)) / ALIGNED) * ALIGNED;
    return { name, type, from, dims };
  });
  return { places, end };
}

/** A multiple of every element's size, and of a cache line. */
const ALIGNED = 64;

function bytesOf(type: ElementType): number {
  return type === "float32" ? 4 : 1;
}

function elementsOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
