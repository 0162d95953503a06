/** Between a slider's position, 0 to 1, and a strength. */

/** Around its middle a strength goes so many times up and down. */
const REACH = 32;

/** What stands in the middle where a strength is usually 0. */
const USUAL = 0.25;

function middle(usual: number): number {
  return usual > 0 ? usual : USUAL;
}

/** The strength at a position: 0 at the left end, the default in the middle, 32 times that at the right. */
export function strengthAt(position: number, usual: number): number {
  if (position <= 0) return 0;
  return rounded(middle(usual) * REACH ** (2 * Math.min(1, position) - 1));
}

/** Where a strength is, held to the slider. */
export function positionOf(strength: number, usual: number): number {
  if (strength <= 0) return 0;
  const position = (Math.log(strength / middle(usual)) / Math.log(REACH) + 1) / 2;
  return Math.min(1, Math.max(0.005, position));
}

/** To three digits: finer nobody sees, and commands stay short. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
