/** The programs of a tiled level, of each precision, and the tiles of a picture. */
import { eightBit } from "../../graph/index.ts";
import { encode } from "../../onnx/model.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Program, Runtime } from "../../runtimes/runtime.ts";
import { tiles } from "../../schedule/tiles.ts";
import { GRAIN } from "../pictures/edges.ts";
import { eightBitOptions, type Precision, RANGES } from "../precision/precision.ts";
import { type Extractor, gradientGraph, scoreGraph, shownState, sumsGraph, updateGraph } from "../step/step.ts";
import { reachOf, type Terms } from "../step/terms.ts";

/** The programs that run the network over a tile. */
export interface TileKind {
  readonly sums: Program;
  /** With two precisions, it also returns the ranges for the next step. */
  readonly gradient: Program;
}

export interface TilePrograms {
  readonly floats: TileKind;
  /** The same in eight bits, if steps may be. */
  readonly eight?: TileKind;
  readonly score: Program;
  readonly update: Program;
  readonly pointwise: boolean;
  /** The part of the state that is the shown image. */
  readonly shown: string;
  dispose(): Promise<void>;
}

export async function loadTilePrograms(
  runtime: Runtime,
  extractor: Extractor,
  terms: Terms,
  optimizer: Optimizer,
  parameters: readonly string[],
  precision: Precision,
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
  const graphs = { sums: sumsGraph(extractor, terms), gradient: gradientGraph(extractor, terms) };
  const eight = precision === "int8" ? inEightBits(graphs, runtime) : undefined;
  const kind = async ({ sums, gradient }: TileGraphs) => ({ sums: await load(sums), gradient: await load(gradient) });
  try {
    return {
      floats: await kind({ ...graphs, ...(eight && { gradient: eight.measured }) }),
      ...(eight && { eight: await kind(eight) }),
      score: await load(scoreGraph(extractor, terms)),
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

type TileGraphs = Readonly<Record<keyof TileKind, ReturnType<typeof gradientGraph>>>;

/**
 * Both graphs in eight bits with the same ranges, in the gradient's order; and the one in float32 that measures them.
 */
function inEightBits(
  { sums, gradient }: TileGraphs,
  runtime: Runtime,
): TileGraphs & { measured: TileGraphs["gradient"] } {
  const options = eightBitOptions(runtime);
  const both = { sums: eightBit(sums, options), gradient: eightBit(gradient, options) };
  if (!both.sums || !both.gradient) throw new TypeError("internal: nothing of these tiles can be in eight bits");
  const { [RANGES.to]: _, ...sumsAlone } = both.sums.outputs;
  return { sums: sumsAlone, gradient: both.gradient.outputs, measured: both.gradient.measured };
}

/** The tiles of a picture for these terms, with cores of at most `size` pixels a side, and at least 16. */
export function tilesFor(
  extractor: Pick<Extractor, "backbone">,
  { features }: Terms,
  picture: { width: number; height: number },
  size: number,
) {
  const halo = Math.max(0, ...features.map((term) => reachOf(extractor.backbone, term)));
  return tiles({ width: picture.width, height: picture.height, size, halo, grain: GRAIN });
}
