/** Which features a step in tiles keeps from its first pass for its second one: as many as there is memory for. */
import type { Precision } from "../precision/precision.ts";
import { KEEP_NONE, type Keep } from "../tiles/kept.ts";
import { layersFrom, type NetworkWork } from "./network.ts";

/**
 * The features to keep of tiles of so many pixels in all, halos included, in at most `bytes`. Those of deep layers come first: they take
 * the least memory for the work that they save.
 */
export function keepWithin(work: NetworkWork, pixels: number, bytes: number, precision: Precision): Keep {
  const blocks = work.extractor.backbone.blocks.map((_, i) => i + 1);
  const first = (kind: Precision) =>
    blocks.find((block) => bytesFrom(work, pixels, block, kind, precision) <= bytes) ?? KEEP_NONE[kind];
  return { fp32: first("fp32"), int8: precision === "int8" ? first("int8") : KEEP_NONE.int8 };
}

/** The memory in bytes of what is kept in a job of that precision: steps of both precisions share it. */
export function keptBytes(work: NetworkWork, pixels: number, keep: Keep, precision: Precision): number {
  const bytes = (kind: Precision) => bytesFrom(work, pixels, keep[kind], kind, precision);
  return Math.max(bytes("fp32"), bytes("int8"));
}

/**
 * What a step in `kind` keeps from block `first` on. Of a number that is a byte in eight bits, and four where a step in float32
 * measures ranges for them; otherwise a byte, its mask, and four for those that a loss reads.
 */
function bytesFrom(work: NetworkWork, pixels: number, first: number, kind: Precision, job: Precision): number {
  const { features, read } = layersFrom(work, first);
  const masks = features / 4;
  return pixels * (kind === "int8" ? masks : job === "int8" ? features : masks + read);
}
