/** The targets of a tiled level. */
import type { Image, Size } from "../../image/image.ts";
import { encode } from "../../onnx/model.ts";
import { mapValues } from "../../records.ts";
import type { Runtime, Value } from "../../runtimes/runtime.ts";
import type { Area, Tile } from "../../schedule/tiles.ts";
import type { LevelPictures } from "../pictures/pictures.ts";
import { dispose, mapValue, outputShapes } from "../step/program.ts";
import { contentMaps, type NamedMaps, sharesOf, styleMaps } from "../step/region-inputs.ts";
import { describeGraph, type Extractor, targetName } from "../step/step.ts";
import { type FeatureTerm, scaleOf, type Terms } from "../step/terms.ts";
import { totals } from "../step/totals.ts";
import { cutTile, putTile, tileWeight } from "./pixels.ts";
import { tilesFor } from "./programs.ts";

export interface TileTargets {
  /** Targets shared by all tiles. */
  readonly shared: Record<string, Value>;
  /** The tile's own targets, to be freed by the caller: zeros in its halo. */
  at(tile: Tile): Record<string, Value>;
}

/** The description of a tile's core at one layer. */
interface Core {
  readonly name: string;
  readonly data: Float32Array;
  readonly channels: number;
  /** Pixels per position. */
  readonly scale: number;
}

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
  const cores = new Map<string, readonly Core[]>();
  await described(
    runtime,
    describeGraph(extractor, of("content")),
    content,
    {},
    cut(content),
    undefined,
    async (values, tile) => {
      const own = of("content").flatMap((term) => coresOf(term, values, tile));
      cores.set(placeOf(tile), await Promise.all(own).finally(() => dispose(values)));
    },
  );
  const graph = describeGraph(extractor, of("style"), { weighted: true });
  const mean = totals(runtime);
  for (const picture of style) {
    const { image } = picture;
    const visible = picture.visible?.map;
    await described(runtime, graph, image, styleMaps(picture), cut(image), visible, async (values, tile) => {
      await mean.add(values, sharesOf(of("style"), picture, tile)).finally(() => dispose(values));
    });
  }
  const maps = contentMaps(pictures);
  return {
    shared: mean.values(),
    at: (tile) => ({
      ...Object.fromEntries(cores.get(placeOf(tile))!.map((core) => [core.name, placed(runtime, core, tile)])),
      ...tileMaps(runtime, maps, work, tile),
    }),
  };
}

function placeOf({ core: { x, y } }: Tile): string {
  return `${x},${y}`;
}

/** The cores of all parts of a tile's description for `term`. */
function coresOf(term: FeatureTerm, values: Readonly<Record<string, Value>>, tile: Tile): Promise<Core>[] {
  const scale = scaleOf(term);
  const { whole, core } = within(tile, scale);
  return Object.entries(values)
    .filter(([name]) => name.startsWith(targetName(term, "")))
    .map(async ([name, value]) => {
      const [, channels] = value.dims as [number, number];
      return { name, channels, scale, data: cutTile(await value.read(), whole, core) };
    });
}

/** Places a core in its tile. */
function placed(runtime: Runtime, { data, channels, scale }: Core, tile: Tile): Value {
  const { whole, core } = within(tile, scale);
  const features = new Float32Array(channels * whole.width * whole.height);
  putTile(features, whole, data, core);
  return runtime.value(features, [1, channels, whole.height, whole.width]);
}

/** A tile and its core, in positions of `scale` pixels. */
function within({ x, y, width, height, core }: Tile, scale: number): { whole: Size; core: Area } {
  return {
    whole: { width: width / scale, height: height / scale },
    core: {
      x: (core.x - x) / scale,
      y: (core.y - y) / scale,
      width: core.width / scale,
      height: core.height / scale,
    },
  };
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
  const program = await runtime.load(encode(graph), { shapeOf: outputShapes(graph) });
  try {
    for (const tile of parts) {
      const { width, height } = tile;
      const image = runtime.value(cutTile(picture.data, picture, tile), [1, 3, height, width]);
      const own = visible && cutTile(visible, picture, tile);
      const weight = mapValue(runtime, own ? tileWeight(tile).map((x, i) => x * own[i]!) : tileWeight(tile), tile);
      const inputs = { ...tileMaps(runtime, maps, picture, tile), image, weight };
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
