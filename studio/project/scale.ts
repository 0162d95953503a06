/** Between a slider's position, 0 to 1, and a strength. */

/** How a slider goes from end to end. */
export interface Scale {
  /** What stands in the middle. */
  readonly usual: number;
  /** From the middle it goes so many times up, and down; default 32. */
  readonly reach?: number;
  /** The left end is nothing at all; default true. */
  readonly zero?: boolean;
}

/** What stands in the middle where a strength is usually 0. */
const USUAL = 0.25;

/** The strength at a position: the default in the middle, `reach` times that at the right. */
export function strengthAt(position: number, { usual, reach = 32, zero = true }: Scale): number {
  if (position <= 0 && zero) return 0;
  return rounded(middle(usual) * reach ** (2 * Math.min(1, position) - 1));
}

/** Where a strength is, held to the slider. */
export function positionOf(strength: number, { usual, reach = 32, zero = true }: Scale): number {
  if (strength <= 0) return 0;
  const position = (Math.log(strength / middle(usual)) / Math.log(reach) + 1) / 2;
  return Math.min(1, Math.max(zero ? 0.005 : 0, position));
}

function middle(usual: number): number {
  return usual > 0 ? usual : USUAL;
}

/** To three digits: finer nobody sees, and commands stay short. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
