/** The programs of a tiled level, of each precision, and the tiles of a picture. */
import { needed } from "../../graph/cut.ts";
import { cut, eightBit, type Tensor } from "../../graph/index.ts";
import { blockOf } from "../../models/backbone.ts";
import { encode } from "../../onnx/model.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import type { Program, Runtime } from "../../runtimes/runtime.ts";
import { tiles } from "../../schedule/tiles.ts";
import { GRAIN } from "../pictures/edges.ts";
import { eightBitOptions, type Precision, RANGES } from "../precision/precision.ts";
import { type Extractor, scoreGraph, shownState, tileGraphs, updateGraph } from "../step/step.ts";
import { reachOf, type Terms } from "../step/terms.ts";
import { halosOf } from "../step/tile-areas.ts";
import type { Keep, KeptTensors } from "./kept.ts";

/** The programs that run the network over a tile. */
export interface TileKind {
  readonly sums: Program;
  /** The outputs of `sums` that are sums. */
  readonly names: readonly string[];
  /** Its other outputs, what `gradient` needs of the features that are kept. */
  readonly kept: KeptTensors;
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
  /** The halos of the network's blocks (`halosOf`). */
  readonly halos: readonly number[];
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
  keep: Keep,
): Promise<TilePrograms> {
  const { shown: _, ...update } = updateGraph(optimizer, parameters);
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
  const { floats, eight } = tileKinds(runtime, extractor, terms, precision, keep);
  const kind = async ({ sums, gradient, kept }: TileGraphs): Promise<TileKind> => ({
    sums: await load({ ...sums, ...kept }),
    names: Object.keys(sums),
    kept,
    gradient: await load(cut(gradient, kept)),
  });
  try {
    return {
      floats: await kind(floats),
      ...(eight && { eight: await kind(eight) }),
      score: await load(scoreGraph(extractor, terms)),
      update: await load(update),
      pointwise: optimizer.pointwise,
      halos: halosOf(extractor.backbone, terms),
      shown: shown.replace(/^next /, ""),
      dispose: free,
    };
  } catch (error) {
    await free();
    throw error;
  }
}

type Outputs = Readonly<Record<string, Tensor>>;

/** The graphs of both passes, and what is given from one to the other. */
interface TileGraphs {
  readonly sums: Outputs;
  readonly gradient: Outputs;
  readonly kept: Outputs;
}

/** The graphs of each precision. In eight bits both passes have the same ranges, and the gradient's pass in float32 measures them. */
function tileKinds(
  runtime: Runtime,
  extractor: Extractor,
  terms: Terms,
  precision: Precision,
  keep: Keep,
): { floats: TileGraphs; eight?: TileGraphs } {
  const { sums, gradient, layers } = tileGraphs(extractor, terms);
  const keptIn = (kind: Precision) => Object.entries(layers).filter(([name]) => blockOf(name) >= keep[kind]);
  const features = new Set(keptIn("fp32").map(([, x]) => x));
  // ONNX Runtime evaluates from the last output to the first: what is large is written and freed early.
  const inFloats = (gradient: Outputs): TileGraphs => ({
    ...{ sums, gradient },
    kept: named(needed(sums, gradient, features).reverse()),
  });
  if (precision === "fp32") return { floats: inFloats(gradient) };
  const eight = eightBit({ ...sums, ...gradient }, eightBitOptions(runtime));
  if (!eight) throw new TypeError("internal: nothing of these tiles can be in eight bits");
  const [first, second] = [Object.keys(sums), [...Object.keys(gradient), RANGES.to]];
  return {
    floats: inFloats(only(eight.measured, second)),
    eight: {
      sums: only(eight.outputs, first),
      gradient: only(eight.outputs, second),
      kept: named(keptIn("int8").map(([, x]) => eight.levels.get(x)!)),
    },
  };
}

function named(kept: readonly Tensor[]): Outputs {
  return Object.fromEntries(kept.map((x, i) => [`kept ${i}`, x]));
}

function only(outputs: Outputs, names: readonly string[]): Outputs {
  return Object.fromEntries(names.map((name) => [name, outputs[name]!]));
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
