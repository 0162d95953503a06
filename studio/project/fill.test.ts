/** A fill stops at another colour, at the border, and goes around corners. */
import { expect, test } from "vitest";
import { joined } from "./fill.ts";

/** A picture of letters, each a grey of its own. */
function picture(rows: string[]) {
  const greys: Record<string, number> = { a: 0, b: 10, c: 200 };
  const data = rows.flatMap((row) => [...row].flatMap((letter) => [...Array(3).fill(greys[letter]), 255]));
  return { width: rows[0]!.length, height: rows.length, data: Uint8ClampedArray.from(data) };
}

const rows = ["aacaa", "accba", "abbca", "ccccc", "aaaaa"];

test.each([
  [0, 0, 1, ["##...", "#....", "#....", ".....", "....."]],
  [0, 0, 30, ["##...", "#....", "###..", ".....", "....."]],
  [0, 4, 30, [".....", ".....", ".....", ".....", "#####"]],
  [4, 0, 30, ["...##", "...##", "....#", ".....", "....."]],
  [2, 3, 441, ["#####", "#####", "#####", "#####", "#####"]],
])("from %d, %d within %d", (x, y, tolerance, expected) => {
  const found = joined(picture(rows), x, y, tolerance);
  const shown = expected.map((_, row) =>
    [...found.subarray(5 * row, 5 * row + 5)].map((on) => (on ? "#" : ".")).join(""),
  );
  expect(shown).toEqual(expected);
});
