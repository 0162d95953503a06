/** The sizes of a coarse-to-fine pyramid. */

/** One level of the pyramid: its size in pixels and its number of steps. */
export interface Level {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
}

export interface PyramidOptions {
  /** The final size. */
  readonly width: number;
  readonly height: number;
  /** A lower bound of the first level's long side, unless the picture is smaller. */
  readonly minSize: number;
  /** The largest number of levels. */
  readonly levels: number;
  /** Steps per level. */
  readonly steps: number;
  /** Steps at the first level, where the composition forms, if there are several. */
  readonly firstSteps: number;
  /** Every side is a multiple of this; default 1. */
  readonly grain?: number;
}

/**
 * Levels from coarse to fine, each sqrt(2) times the size of the previous one (twice the pixels); the last is exact.
 */
export function pyramid({ width, height, minSize, levels, steps, firstSteps, grain = 1 }: PyramidOptions): Level[] {
  const long = Math.max(width, height);
  const halvings = Math.floor(2 * Math.log2(long / minSize) + 1e-9);
  const count = Math.max(1, Math.min(levels, halvings + 1));
  return Array.from({ length: count }, (_, i) => {
    const shrink = Math.SQRT2 ** (count - 1 - i);
    return {
      width: multiple(width / shrink, grain),
      height: multiple(height / shrink, grain),
      steps: i === 0 && count > 1 ? firstSteps : steps,
    };
  });
}

/** The steps of these levels together. */
export function stepsOf(levels: readonly Level[]): number {
  return levels.reduce((sum, { steps }) => sum + steps, 0);
}

/** The multiple of `grain` nearest to `x`, at least `grain`. */
export function multiple(x: number, grain: number): number {
  return Math.max(1, Math.round(x / grain)) * grain;
}
