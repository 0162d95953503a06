/** The two passes of a step over all tiles of a picture: the sums, and the gradient. The runtime holds one tile at a time. */
import type { Size } from "../../image/image.ts";
import { mapValues } from "../../records.ts";
import type { Runtime, Value, Values } from "../../runtimes/runtime.ts";
import type { Tile } from "../../schedule/tiles.ts";
import { dispose } from "../step/program.ts";
import { areasOf } from "../step/tile-areas.ts";
import { totals } from "../step/totals.ts";
import type { Scratch } from "./host.ts";
import { keptMemory } from "./kept.ts";
import { cutTile, tileWeight } from "./pixels.ts";
import type { TileKind, TilePrograms } from "./programs.ts";
import type { TileTargets } from "./targets.ts";

export interface PassesInput {
  readonly runtime: Runtime;
  readonly programs: TilePrograms;
  readonly tiles: readonly Tile[];
  readonly targets: TileTargets;
  /** The picture's planes, which change from step to step. */
  readonly image: Float32Array;
  readonly work: Size;
  readonly memoryFor: Scratch;
}

export function tilePasses({ runtime, programs, tiles, targets, image, work, memoryFor }: PassesInput) {
  const memory = keptMemory(runtime, [programs.floats.kept, programs.eight?.kept ?? {}], programs.halos);

  /** Runs on every tile. The outputs are freed after `each`, which is also told the next tile. */
  async function onTiles(
    run: (inputs: Values, tile: Tile) => Promise<Record<string, Value>>,
    more: Values,
    each: (outputs: Values, tile: Tile, following: Tile | undefined) => Promise<void>,
  ) {
    for (const [index, tile] of tiles.entries()) {
      const { width, height } = tile;
      const pixels = cutTile(image, work, tile, memoryFor("tile", 3, tile));
      const own = {
        ...targets.at(tile),
        image: runtime.value(pixels, [1, 3, height, width]),
        ...mapValues(areasOf(tile, programs.halos).inputs, (area) => runtime.value(area, [area.length])),
        weight: runtime.value(tileWeight(tile, memoryFor("weight", 1, tile)), [1, 1, height, width]),
      };
      let outputs: Record<string, Value> = {};
      try {
        outputs = await run({ ...targets.shared, ...more, ...own }, tile);
        await each(outputs, tile, tiles[index + 1]);
      } finally {
        dispose(own);
        dispose(outputs);
      }
    }
  }

  /** Runs a program with what is kept of `tile`, as outputs or as inputs. */
  async function withKept<T>({ kept }: TileKind, tile: Tile, run: (features: Values) => Promise<T>): Promise<T> {
    const features = memory(tile, kept);
    return run(features).finally(() => dispose(features));
  }

  return {
    /** The score of the sums over all tiles, or the outputs in `wanted`; features are kept for `gradient` if `keeps`. */
    async score(kind: TileKind, inputs: Values, strength: Values, keeps: boolean, wanted?: readonly string[]) {
      const all = totals(runtime);
      const { sums, names, kept } = kind;
      const run = (given: Values, tile: Tile) =>
        keeps
          ? withKept(kind, tile, (features) => sums.run(given, [...names, ...Object.keys(kept)], features))
          : sums.run(given, names);
      await onTiles(run, inputs, (outputs) => all.add(outputs));
      const measured = all.values();
      const given = { ...measured, ...strength, ...targets.shared };
      return programs.score.run(given, wanted).finally(() => dispose(measured));
    },

    /** The outputs of the gradient's program for every tile, of which features are kept. */
    gradient(kind: TileKind, inputs: Values, each: Parameters<typeof onTiles>[2]): Promise<void> {
      const run = (given: Values, tile: Tile) =>
        withKept(kind, tile, (features) => kind.gradient.run({ ...given, ...features }));
      return onTiles(run, inputs, each);
    },
  };
}
