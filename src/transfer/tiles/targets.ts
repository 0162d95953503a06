/** The targets of a tiled level. */
import type { Image, Size } from "../../image/image.ts";
import { encode } from "../../onnx/model.ts";
import { mapValues } from "../../records.ts";
import type { Runtime, Value } from "../../runtimes/runtime.ts";
import type { Tile } from "../../schedule/tiles.ts";
import type { LevelPictures } from "../pictures/pictures.ts";
import { dispose, evenly, mapValue, outputShapes } from "../step/program.ts";
import { contentMaps, type NamedMaps, sharesOf, styleMaps } from "../step/region-inputs.ts";
import { describeGraph, type Extractor } from "../step/step.ts";
import type { FeatureTerm, Terms } from "../step/terms.ts";
import { areasOf } from "../step/tile-areas.ts";
import { totals } from "../step/totals.ts";
import { cutTile } from "./pixels.ts";
import { tilesFor } from "./programs.ts";

export interface TileTargets {
  /** Targets shared by all tiles. */
  readonly shared: Record<string, Value>;
  /** The targets of the tile's core and its regions, to be freed by the caller. */
  at(tile: Tile): Record<string, Value>;
}

/** The description of a tile's core, in host memory. */
type Core = Readonly<Record<string, { readonly data: Float32Array; readonly dims: readonly number[] }>>;

/**
 * Describes the targets of a level. Style descriptions are averaged over the tiles of every painting, weighted by the
 * positions of their cores (in a region); content descriptions are kept for each tile's core alone.
 */
export async function describeTiles(
  runtime: Runtime,
  extractor: Extractor,
  { features }: Terms,
  pictures: LevelPictures,
  size: number,
): Promise<TileTargets> {
  const { content, style } = pictures;
  const work: Size = { width: content.width, height: content.height };
  const of = (picture: FeatureTerm["picture"]) => features.filter((term) => term.picture === picture);
  const cut = (picture: Image) => tilesFor(extractor, { features, image: [] }, picture, size);
  const cores = new Map<string, Core>();
  const contents = describeGraph(extractor, of("content"), { tile: true });
  await described(runtime, contents, content, {}, cut(content), undefined, async (values, tile) => {
    const read = Object.entries(values).map(async ([name, value]) => {
      return [name, { data: await value.read(), dims: value.dims }] as const;
    });
    cores.set(placeOf(tile), Object.fromEntries(await Promise.all(read)));
    dispose(values);
  });
  const weighted = style.some(({ visible }) => visible !== undefined);
  const graph = describeGraph(extractor, of("style"), { tile: true, weighted });
  const mean = totals(runtime);
  for (const picture of style) {
    const { image } = picture;
    const visible = weighted ? (picture.visible?.map ?? evenly(image)) : undefined;
    await described(runtime, graph, image, styleMaps(picture), cut(image), visible, async (values, tile) => {
      await mean.add(values, sharesOf(of("style"), picture, tile)).finally(() => dispose(values));
    });
  }
  const maps = contentMaps(pictures);
  return {
    shared: mean.values(),
    at: (tile) => ({
      ...mapValues(cores.get(placeOf(tile))!, ({ data, dims }) => runtime.value(data, dims)),
      ...tileMaps(runtime, maps, work, tile),
    }),
  };
}

function placeOf({ core: { x, y } }: Tile): string {
  return `${x},${y}`;
}

/** A tile of each of a picture's maps. */
function tileMaps(runtime: Runtime, maps: NamedMaps, picture: Size, tile: Tile): Record<string, Value> {
  return mapValues(maps, (map) => mapValue(runtime, cutTile(map, picture, tile), tile));
}

/** Describes a picture's tiles one by one, pixels weighted by `visible`; the program is freed at the end. */
async function described(
  runtime: Runtime,
  graph: ReturnType<typeof describeGraph>,
  picture: Image,
  maps: NamedMaps,
  parts: readonly Tile[],
  visible: Float32Array | undefined,
  each: (values: Record<string, Value>, tile: Tile) => Promise<void>,
): Promise<void> {
  if (Object.keys(graph).length === 0) {
    for (const tile of parts) await each({}, tile);
    return;
  }
  let core: Size = picture;
  const shapeOf = outputShapes(graph, () => ({ w: core.width, h: core.height }));
  const program = await runtime.load(encode(graph), { shapeOf });
  try {
    for (const tile of parts) {
      const { width, height } = tile;
      core = tile.core;
      const image = runtime.value(cutTile(picture.data, picture, tile), [1, 3, height, width]);
      const inputs = {
        ...tileMaps(runtime, { ...maps, ...(visible && { weight: visible }) }, picture, tile),
        core: runtime.value(areasOf(tile, []).inputs.core!, [4]),
        image,
      };
      try {
        await each(await program.run(inputs), tile);
      } finally {
        dispose(inputs);
      }
    }
  } finally {
    await program.dispose();
  }
}
