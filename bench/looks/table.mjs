/** Measures as Markdown tables, and comparisons of two results over many pairs. */
import { COLUMNS } from "./judge.mjs";

/** @typedef {import("./judge.mjs").Row} Row */
/** @typedef {{ name: string, rows: Record<string, Row> }} Judged a pair, and what was measured of each of its pictures */

const ALL = [...COLUMNS, "seconds"];

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} lines
 */
function markdown(head, lines) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...lines.map(line)].join("\n");
}

/** @param {number | undefined} x */
const decimals = (x) =>
  x === undefined || !Number.isFinite(x) ? "" : x.toFixed(Math.abs(x) < 1 ? 3 : Math.abs(x) < 100 ? 2 : 0);

/** @param {Row} row */
const cells = (row) => ALL.map((column) => decimals(row[column]));

/**
 * All measures of one pair.
 *
 * @param {Judged} pair
 */
export function pairTable({ name, rows }) {
  return markdown(
    [name, ...ALL],
    Object.entries(rows).map(([of, row]) => [of, ...cells(row)]),
  );
}

/**
 * The means over all pairs.
 *
 * @param {readonly Judged[]} pairs
 */
export function meanTable(pairs) {
  const names = [...new Set(pairs.flatMap(({ rows }) => Object.keys(rows)))];
  return markdown(
    [`means of ${pairs.length} pairs`, ...ALL],
    names.map((name) => [name, ...cells(meanRow(pairs.flatMap(({ rows }) => (rows[name] ? [rows[name]] : []))))]),
  );
}

/**
 * The ratio of each picture's measures to those of `base`: below 1 is closer to photo and painting.
 *
 * @param {readonly Judged[]} pairs
 * @param {string} base
 */
export function ratioTable(pairs, base) {
  const names = [...new Set(pairs.flatMap(({ rows }) => Object.keys(rows)))].filter(
    (name) => name !== base && name !== "photo",
  );
  const lines = names.flatMap((name) => {
    const both = pairs.flatMap(({ rows }) => {
      const [over, under] = [rows[name], rows[base]];
      return over && under ? [{ over, under }] : [];
    });
    return both.length > 0 ? [[`${name} / ${base} (pairs: ${both.length})`, ...cells(ratioRow(both))]] : [];
  });
  return lines.length > 0 ? markdown(["ratios", ...ALL], lines) : undefined;
}

/**
 * New results compared with old ones of the same names and pairs.
 *
 * @param {readonly Judged[]} now
 * @param {readonly Judged[]} before
 */
export function compareTable(now, before) {
  const names = [...new Set(now.flatMap(({ rows }) => Object.keys(rows)))].filter(
    (name) => name !== "photo" && name !== "published",
  );
  const lines = names.flatMap((name) => {
    const both = now.flatMap((pair) => {
      const [over, under] = [pair.rows[name], before.find((old) => old.name === pair.name)?.rows[name]];
      return over && under ? [{ over, under }] : [];
    });
    return both.length > 0 ? [[`${name} (pairs: ${both.length})`, ...cells(ratioRow(both))]] : [];
  });
  return markdown(["now / before", ...ALL], lines);
}

/** @param {readonly Row[]} rows */
function meanRow(rows) {
  return columnwise((column) => {
    const values = rows.flatMap((row) => row[column] ?? []);
    return values.length > 0 ? values.reduce((all, x) => all + x) / values.length : undefined;
  });
}

/**
 * The geometric mean of each column's ratios; for `grey`, which may be 0, the ratio of the sums.
 *
 * @param {readonly { over: Row, under: Row }[]} both
 */
function ratioRow(both) {
  return columnwise((column) => {
    const values = both.flatMap(({ over, under }) => {
      const [a, b] = [over[column], under[column]];
      return a === undefined || b === undefined ? [] : [{ a, b }];
    });
    if (values.length === 0) return undefined;
    const total = (/** @type {"a" | "b"} */ key) => values.reduce((all, value) => all + value[key], 0);
    if (values.some(({ a, b }) => a === 0 || b === 0)) return total("a") / total("b");
    if (column === "grey") return total("a") / total("b");
    return Math.exp(values.reduce((all, { a, b }) => all + Math.log(a / b), 0) / values.length);
  });
}

/** @param {(column: string) => number | undefined} value */
function columnwise(value) {
  /** @type {Row} */
  const row = {};
  for (const column of ALL) {
    const x = value(column);
    if (x !== undefined) row[column] = x;
  }
  return row;
}
