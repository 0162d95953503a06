/** The programs that run a level tile by tile, and the targets of its tiles. Which tiles there are, the caller knows. */
import type { Image, Size } from "../image/image.ts";
import { reach } from "../models/backbone.ts";
import { encode } from "../onnx/model.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Program, Runtime, Value } from "../runtimes/runtime.ts";
import { type Tile, tiles } from "../schedule/tiles.ts";
import { GRAIN } from "./edges.ts";
import type { LevelPictures } from "./prepare.ts";
import { dispose, mapValue } from "./program.ts";
import { mapValues } from "./records.ts";
import { contentMaps, type NamedMaps, sharesOf, styleMaps } from "./region-inputs.ts";
import { describeGraph, type Eye, gradientGraph, scoreGraph, shownState, sumsGraph, updateGraph } from "./step.ts";
import type { FeatureTerm, Terms } from "./terms.ts";
import { cutTile, tileWeight } from "./tile-pixels.ts";
import { totals } from "./totals.ts";

export interface TilePrograms {
  readonly sums: Program;
  readonly score: Program;
  readonly gradient: Program;
  readonly update: Program;
  readonly pointwise: boolean;
  /** The part of the state that people are shown. */
  readonly shown: string;
  dispose(): Promise<void>;
}

export async function loadTilePrograms(
  runtime: Runtime,
  eye: Eye,
  terms: Terms,
  optimizer: Optimizer,
  parameters: readonly string[],
): Promise<TilePrograms> {
  const shown = shownState(optimizer, parameters);
  if (!shown) throw new TypeError("internal: tiles need an optimiser that shows a part of its state");
  const loaded: Program[] = [];
  const load = async (graph: Parameters<typeof encode>[0]) => {
    const program = await runtime.load(encode(graph));
    loaded.push(program);
    return program;
  };
  const free = async () => {
    for (const program of loaded.splice(0)) await program.dispose();
  };
  try {
    return {
      sums: await load(sumsGraph(eye, terms)),
      score: await load(scoreGraph(eye, terms)),
      gradient: await load(gradientGraph(eye, terms)),
      update: await load(updateGraph(optimizer, parameters)),
      pointwise: optimizer.pointwise,
      shown: shown.replace(/^next /, ""),
      dispose: free,
    };
  } catch (error) {
    await free();
    throw error;
  }
}

/** The tiles of a picture for these terms, their cores at most `size` pixels a side; a multiple of 16 at least. */
export function tilesFor(
  eye: Pick<Eye, "backbone">,
  { features }: Terms,
  picture: { width: number; height: number },
  size: number,
) {
  const halo = Math.max(0, ...features.map((term) => reach(eye.backbone, term.layer)));
  return tiles({ width: picture.width, height: picture.height, size, halo, grain: GRAIN });
}

/** What terms are compared with: the same for all tiles, or each tile's own. */
export interface TileTargets {
  readonly shared: Record<string, Value>;
  readonly tiles: readonly Record<string, Value>[];
}

/**
 * The targets of a level. What a style loss remembers is averaged over the tiles of every painting, each counting as many
 * positions (of a region) as it answers for; what a content loss remembers belongs to the places of each tile.
 */
export async function describeTiles(
  runtime: Runtime,
  eye: Eye,
  { features }: Terms,
  pictures: LevelPictures,
  size: number,
): Promise<TileTargets> {
  const { content, style } = pictures;
  const of = (picture: FeatureTerm["picture"]) => features.filter((term) => term.picture === picture);
  const cut = (picture: Image) => tilesFor(eye, { features, image: [] }, picture, size);
  const own: Record<string, Value>[] = [];
  const mean = totals(runtime);
  try {
    await described(runtime, describeGraph(eye, of("content")), content, {}, cut(content), async (values, tile) => {
      own.push({ ...values, ...tileMaps(runtime, contentMaps(pictures), content, tile) });
    });
    const graph = describeGraph(eye, of("style"), { weighted: true });
    for (const picture of style) {
      const { image } = picture;
      await described(runtime, graph, image, styleMaps(picture), cut(image), async (values, tile) => {
        await mean.add(values, sharesOf(of("style"), picture, tile)).finally(() => dispose(values));
      });
    }
    return { shared: mean.values(), tiles: own };
  } catch (error) {
    own.forEach(dispose);
    throw error;
  }
}

/** A tile of each of a picture's maps. */
function tileMaps(runtime: Runtime, maps: NamedMaps, picture: Size, tile: Tile): Record<string, Value> {
  return mapValues(maps, (map) => mapValue(runtime, cutTile(map, picture, tile), tile));
}

/** Describes a picture's tiles one by one; the program is freed at the end. */
async function described(
  runtime: Runtime,
  graph: ReturnType<typeof describeGraph>,
  picture: Image,
  maps: NamedMaps,
  parts: readonly Tile[],
  each: (values: Record<string, Value>, tile: Tile) => Promise<void>,
): Promise<void> {
  if (Object.keys(graph).length === 0) {
    for (const tile of parts) await each({}, tile);
    return;
  }
  const program = await runtime.load(encode(graph));
  try {
    for (const tile of parts) {
      const { width, height } = tile;
      const image = runtime.value(cutTile(picture.data, picture, tile), [1, 3, height, width]);
      const weight = mapValue(runtime, tileWeight(tile), tile);
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
