/** The paintings of a job: their weights, and the sizes at which they are used. */
import { UserError } from "../../errors.ts";
import type { Image, Size } from "../../image/image.ts";
import type { Label, Settings } from "../../settings/settings.ts";

/** The settings of one painting. */
export interface Painting {
  /** Its share of the style; the shares sum to 1. */
  readonly weight: number;
  /** Its sizes relative to the result's. */
  readonly scales: readonly number[];
}

/**
 * The settings of each of `count` paintings. A `usage` error, with settings named by `label`, if they are for another
 * number of paintings.
 */
export function paintingsOf(
  count: number,
  { blend, styleScale, strokes }: Settings,
  label: Label = String,
): Painting[] {
  const each = (name: string, values: readonly number[]) => {
    if (values.length === 1 || values.length === count) return (i: number) => values[i] ?? values[0]!;
    const wanted =
      count === 1 ? "one number for the one painting" : `one number, or one for each of ${count} paintings`;
    throw new UserError("usage", `${label(name)}: expected ${wanted}, got ${values.length}.`);
  };
  const [weight, scale] = [each("blend", blend), each("styleScale", styleScale)];
  const all = Array.from({ length: count }, (_, i) => weight(i)).reduce((a, b) => a + b, 0);
  return Array.from({ length: count }, (_, i) => ({
    weight: weight(i) / all,
    scales: strokes.map((stroke) => stroke * scale(i)),
  }));
}

/** The paintings of a job as a list. */
export function listed(style: Image | readonly Image[]): readonly Image[] {
  return "data" in style ? [style] : style;
}

/** The long sides at which a painting of `size` is used, with weights that sum to 1. Paintings are never enlarged. */
export function longSides(size: Size, { scales }: Painting, level: Size): Map<number, number> {
  const sides = new Map<number, number>();
  for (const scale of scales) {
    const long = Math.min(Math.max(level.width, level.height) * scale, Math.max(size.width, size.height));
    const side = Math.round(long);
    sides.set(side, (sides.get(side) ?? 0) + 1 / scales.length);
  }
  return sides;
}

/** The number of pictures that describe a level's style: every painting with a weight, at each of its sizes. */
export function stylePicturesOf(styles: readonly Size[], settings: Settings, level: Size): number {
  const paintings = paintingsOf(styles.length, settings);
  return styles.reduce((sum, style, i) => {
    const painting = paintings[i]!;
    return sum + (painting.weight > 0 ? longSides(style, painting, level).size : 0);
  }, 0);
}
