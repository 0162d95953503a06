/** Loss curves as numbers for a chart: lines, the range of a logarithmic scale, and its labels. */
import type { Curves } from "../facts.ts";

export interface Line {
  readonly name: string;
  /** At each step; null where the value has no logarithm. */
  readonly values: readonly (number | null)[];
  /** The CSS variable of its colour. */
  readonly color: string;
  /** How many lines before it have its colour: it is dashed otherwise than they. */
  readonly dash: number;
}

/** The largest and the smallest value on the scale. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
}

/** The scale ends so many powers of ten below the largest value: what is smaller does not matter. */
const DEPTH = 7;

/** `--loss-0` to `--loss-6`: as many as people who do not see all colours can tell from each other. */
const COLORS = 7;

/** A line for every term that is ever above 0, and for their total. */
export function linesOf({ steps, terms }: Pick<Curves, "steps" | "terms">): Line[] {
  const total = steps.map((_, i) => Object.values(terms).reduce((sum, values) => sum + (values[i] ?? 0), 0));
  const present = Object.entries(terms).filter(([, values]) => values.some(isShown));
  const lines = present.map(([name, values], i) => ({
    ...{ name, values },
    ...{ color: `--loss-${i % COLORS}`, dash: Math.floor(i / COLORS) },
  }));
  return [...lines, { name: "total", values: total, color: "--loss-total", dash: 0 }]
    .filter(({ values }) => values.some(isShown))
    .map(({ values, ...line }) => ({ ...line, values: values.map((value) => (isShown(value) ? value : null)) }));
}

/** The range that shows these lines, with a margin. */
export function rangeOf(lines: readonly Line[]): Range {
  let [highest, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null) continue;
      highest = Math.max(highest, Math.log10(value));
      lowest = Math.min(lowest, Math.log10(value));
    }
  }
  if (highest < lowest) return { top: 1, bottom: 0.1 };
  lowest = Math.max(highest - DEPTH, lowest);
  const margin = Math.max(0.1, (highest - lowest) * 0.05);
  return { top: 10 ** (highest + margin), bottom: 10 ** (lowest - margin) };
}

/** The powers of ten in the range; if it has fewer than two, also twice and five times as much. */
export function marksOf({ top, bottom }: Range): number[] {
  const marks = (factors: readonly number[]) => {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(bottom)); power <= Math.ceil(Math.log10(top)); power++)
      for (const factor of factors) found.push(Number((factor * 10 ** power).toPrecision(1)));
    return found.filter((value) => value >= bottom && value <= top);
  };
  const tens = marks([1]);
  return tens.length >= 2 ? tens : marks([1, 2, 5]);
}

/** Three digits. */
export function lossText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function isShown(value: number | undefined): value is number {
  return value !== undefined && value > 0 && Number.isFinite(value);
}
