/** How a level is divided into tiles, and what its steps compute. */
import type { Size } from "../../image/image.ts";
import type { Settings } from "../../settings/settings.ts";
import type { LevelWork } from "../events.ts";
import { type Extractor, undivided } from "../step/step.ts";
import type { Terms } from "../step/terms.ts";
import { tilesFor } from "../tiles/programs.ts";

/** The tile size for a picture of `work` pixels; undefined if one tile with its halo covers it. */
export function tileSize(
  { tile }: Pick<Settings, "tile">,
  extractor: Pick<Extractor, "backbone" | "padding">,
  terms: Terms,
  work: Size,
): number | undefined {
  if (typeof tile === "string" || undivided(extractor, terms)) return undefined;
  const pixels = ({ width, height }: Size) => width * height;
  const largest = Math.max(...tilesFor(extractor, terms, work, tile).map(pixels));
  return largest < pixels(work) ? tile : undefined;
}

/** How often a step runs the network over a picture, forward and backward; over a tile twice forward. */
export const PASSES = { whole: 2, tiled: 3 };

/** The work of a step at a level of `work` pixels, where tiles keep the features of that `share` of a forward pass's work. */
export function levelWork(
  settings: Pick<Settings, "tile">,
  extractor: Pick<Extractor, "backbone" | "padding">,
  terms: Terms,
  work: Size,
  share = 0,
): LevelWork {
  const pixels = ({ width, height }: Size) => width * height;
  const size = tileSize(settings, extractor, terms, work);
  if (!size) return { tiles: 1, pixels: PASSES.whole * pixels(work) };
  const parts = tilesFor(extractor, terms, work, size);
  const all = parts.reduce((sum, part) => sum + pixels(part), 0);
  return { tiles: parts.length, pixels: Math.round((PASSES.tiled - share) * all) };
}
