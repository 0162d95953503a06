/** Parses the values of an axis: lists and ranges. */
import { invalid } from "../errors.ts";

/** More values than this of one setting are a slip of the keyboard. */
const MOST = 100;

const NUMBER = String.raw`([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`;
const RANGE = new RegExp(String.raw`^${NUMBER}\s*-\s*${NUMBER}\s*(?:\(\s*${NUMBER}\s*\)|\[\s*(\d+)\s*\])?$`, "i");

export interface ValueOptions {
  /** What messages call the values: `--vary alpha`. */
  readonly label: string;
  /** Are only whole numbers allowed? Evenly spaced values are then rounded. */
  readonly whole?: boolean | undefined;
  /** Are there no ranges, because the values are names? */
  readonly names?: boolean | undefined;
}

/**
 * The values that `text` lists, each once, as texts: `a,b,c`; the range `1-5` in steps of 1, `1-5 (+2)` in steps of 2 (1,
 * 3, 5), `5-1 (-2)` downwards, `1-10 [5]` as five values evenly spaced. Values that hold commas are separated by
 * semicolons. Errors: `usage`.
 */
export function parseValues(text: string, options: ValueOptions): string[] {
  const parts = text.split(text.includes(";") ? ";" : ",").map((part) => part.trim());
  const expected = "values like 0.1,0.2 or 1-5 or 1-5 (+2) or 1-10 [5]";
  if (parts.includes("")) throw invalid("usage", options.label, expected, text);
  const values = parts.flatMap((part) => (options.names ? [part] : spread(part, options)));
  if (values.length > MOST) throw invalid("usage", options.label, `at most ${MOST} values`, `${values.length}`);
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw invalid("usage", options.label, "every value once", `${twice} twice`);
  return values;
}

/** The values of a range; anything else is one value. */
function spread(part: string, { label, whole }: ValueOptions): string[] {
  const [, from, to, stride, count] = RANGE.exec(part) ?? [];
  if (from === undefined) return [part];
  const [low, high] = [Number(from), Number(to)];
  if (count !== undefined) {
    const n = Number(count);
    if (n < 2 || n > MOST) throw invalid("usage", label, `2 to ${MOST} values in brackets`, part);
    const even = Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
    return [...new Set(even.map((value) => plain(whole ? Math.round(value) : value)))];
  }
  const step = Number(stride ?? (high < low ? -1 : 1));
  const steps = Math.floor((high - low) / step + 1e-9);
  if (!(steps >= 0)) throw invalid("usage", label, "a step that leads from the first value to the last", part);
  if (steps >= MOST) throw invalid("usage", label, `at most ${MOST} values`, part);
  return Array.from({ length: steps + 1 }, (_, i) => plain(low + i * step));
}

/** A number without the rounding errors of binary fractions. */
function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}
