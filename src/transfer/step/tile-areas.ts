/**
 * The areas of a tile: its core, and around it what each block of the network computes. The deeper a block, the fewer
 * of its features around the core reach the core's losses. As inputs of a graph, and as their numbers for a tile.
 */
import { crop, type Dim, div, divideDim, input, slice, symbol, type Tensor } from "../../graph/index.ts";
import { type Backbone, blockOf, convolutions, reach } from "../../models/backbone.ts";
import type { Area, Tile } from "../../schedule/tiles.ts";
import { GRAIN } from "../pictures/edges.ts";
import { type FeatureTerm, scaleOf, type Terms } from "./terms.ts";

/** Height and width of a tile's core in pixels. */
const CORE = [symbol("h"), symbol("w")] as const;

/** An input is one tensor, however often it is used. */
const CORES = new Map<string, Tensor>();

function coreInput(name: string): Tensor {
  const known = CORES.get(name) ?? input(name, [4]);
  CORES.set(name, known);
  return known;
}

/** The part of `x`, at a term's layer, in a tile's core; of a tensor that covers the whole tile. */
export function coreOf(x: Tensor, term: FeatureTerm): Tensor {
  const scale = scaleOf(term);
  const core = coreInput("core");
  return crop(x, scale === 1 ? core : div(core, scale), coreSize(scale));
}

/** The same of a layer's features where blocks are trimmed. */
export function coreOfFeatures(x: Tensor, term: FeatureTerm): Tensor {
  const block = term.filter ? 1 : blockOf(term.layer);
  return block === 1 ? coreOf(x, term) : crop(x, coreInput(`core ${block}`), coreSize(scaleOf(term)));
}

function coreSize(scale: number): readonly [Dim, Dim] {
  return CORE.map((dim) => divideDim(dim, scale)) as [Dim, Dim];
}

/** The area of pooled features that `block`, the second or a later one, computes. */
export function trimmed(x: Tensor, block: number): Tensor {
  const area = input(`area ${block}`, [6]);
  return crop(x, slice(area, 0, 0, 4), [symbol(`H${block}`), symbol(`W${block}`)], slice(area, 0, 4));
}

/** How many pixels around the core the second and each later block computes: what the next poolings need, too. */
export function halosOf(backbone: Backbone, { features }: Terms): number[] {
  const layers = features.filter(({ filter }) => !filter).map(({ layer }) => layer);
  const deepest = Math.max(1, ...layers.map(blockOf));
  const halos: number[] = [];
  for (let block = deepest; block > 1; block--) {
    const before = convolutions(backbone).findLast(({ name }) => blockOf(name) < block)!.name;
    const needed = Math.max(
      ...layers.filter((layer) => blockOf(layer) >= block).map((layer) => reach(backbone, layer)),
    );
    const grain = Math.min(2 ** block, GRAIN);
    halos.unshift(Math.max(halos[0] ?? 0, Math.ceil((needed - reach(backbone, before)) / grain) * grain));
  }
  return halos;
}

/** The areas of one tile. */
export interface TileAreas {
  /**
   * The graph's inputs. `core` and, at a block's scale, `core B` [4]: the first row and column, and those behind the last
   * ones. `area B` [6]: the same of what block B computes of the pooled features, and their height and width.
   */
  readonly inputs: Readonly<Record<string, Float32Array>>;
  /** The sizes by their symbols. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** The areas of `tile` with these halos. */
export function areasOf(tile: Tile, halos: readonly number[]): TileAreas {
  const { core } = tile;
  const inputs: Record<string, Float32Array> = { core: Float32Array.from(within(core, tile)) };
  const sizes: Record<string, number> = { H: tile.height, W: tile.width, h: core.height, w: core.width };
  let outer: Area = tile;
  for (const [i, halo] of halos.entries()) {
    const [block, scale] = [i + 2, 2 ** (i + 1)];
    const area = around(core, halo, outer);
    const places = [...within(area, outer), outer.height, outer.width];
    inputs[`area ${block}`] = Float32Array.from(places, (x) => x / scale);
    inputs[`core ${block}`] = Float32Array.from(within(core, area), (x) => x / scale);
    sizes[`H${block}`] = area.height / scale;
    sizes[`W${block}`] = area.width / scale;
    outer = area;
  }
  return { inputs, sizes };
}

/** Where `area` is in another: its first row and column, and those behind its last ones. */
function within({ x, y, width, height }: Area, outer: Area): number[] {
  const [top, left] = [y - outer.y, x - outer.x];
  return [top, left, top + height, left + width];
}

/** An area with a halo, as far as `outer` reaches. */
function around({ x, y, width, height }: Area, halo: number, outer: Area): Area {
  const [left, top] = [Math.max(outer.x, x - halo), Math.max(outer.y, y - halo)];
  const right = Math.min(outer.x + outer.width, x + width + halo);
  const bottom = Math.min(outer.y + outer.height, y + height + halo);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
