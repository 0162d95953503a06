import { reach } from "../models/backbone.ts";
import { encode } from "../onnx/model.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Program, Runtime } from "../runtimes/runtime.ts";
import { tiles } from "../schedule/tiles.ts";
import { GRAIN } from "./edges.ts";
import { type Eye, gradientGraph, scoreGraph, shownState, sumsGraph, updateGraph } from "./step.ts";
import type { Terms } from "./terms.ts";

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
