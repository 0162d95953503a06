/** Which features a step in tiles keeps from its first pass for its second one: as many as there is memory for. */
import type { Precision } from "../precision/precision.ts";
import { KEEP_NONE, type Keep } from "../tiles/kept.ts";
import { layersFrom, type NetworkWork } from "./network.ts";

/** The bytes of a kept number. */
const BYTES: Readonly<Record<Precision, number>> = { fp32: 4, int8: 1 };

/**
 * The features to keep of tiles of so many pixels in all, halos included, in at most `bytes`. Those of deep layers come first: they take
 * the least memory for the work that they save.
 */
export function keepWithin(work: NetworkWork, pixels: number, bytes: number, precision: Precision): Keep {
  const blocks = work.extractor.backbone.blocks.map((_, i) => i + 1);
  const first = (kind: Precision) =>
    blocks.find((block) => bytesFrom(work, pixels, block, kind) <= bytes) ?? KEEP_NONE[kind];
  return { fp32: first("fp32"), int8: precision === "int8" ? first("int8") : KEEP_NONE.int8 };
}

/** The memory of kept features in bytes: steps of both precisions share it. */
export function keptBytes(work: NetworkWork, pixels: number, keep: Keep): number {
  return Math.max(bytesFrom(work, pixels, keep.fp32, "fp32"), bytesFrom(work, pixels, keep.int8, "int8"));
}

function bytesFrom(work: NetworkWork, pixels: number, first: number, kind: Precision): number {
  return (pixels * layersFrom(work, first).features * BYTES[kind]) / BYTES.fp32;
}
