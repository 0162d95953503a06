/** The bitmap font: distinct glyphs, measuring, wrapping and drawing. */
import { expect, test } from "vitest";
import { drawText, textSize, wrapText } from "./bitmap-font.ts";
import { blank, type Image } from "./image.ts";

const white: [number, number, number] = [1, 1, 1];

/** The image as rows of `#` where it is dark. */
function rows({ width, height, data }: Image): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[y * width + x]! < 0.5 ? "#" : ".")).join(""),
  );
}

function drawn(text: string, scale = 1): string[] {
  const image = blank(textSize(text, scale), white);
  drawText(image, text, { x: 0, y: 0, scale });
  return rows(image);
}

const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((c) => c !== "`");

test("every printable character is drawn, and distinct", () => {
  const shapes = printable.map((character) => drawn(character).join("\n"));
  expect(new Set(shapes).size).toBe(printable.length);
  for (const shape of shapes) expect(shape).toMatch(/#/);
  expect(shapes).not.toContain(drawn("é").join("\n"));
});

test("a known word, and a box for missing glyphs", () => {
  expect(drawn("L_é").map((row) => row.trimEnd())).toEqual([
    "#...........#####",
    "#...........#...#",
    "#...........#...#",
    "#...........#...#",
    "#...........#...#",
    "#...........#...#",
    "#####.......#####",
    "......#####......",
    ".................",
  ]);
});

test("scale repeats pixels; lines are stacked", () => {
  const [one, three] = [drawn("a\ng"), drawn("a\ng", 3)];
  expect(three).toEqual(one.flatMap((row) => Array(3).fill(row.replaceAll(/./g, "$&$&$&"))));
  expect(one.slice(0, 9)).toEqual(drawn("a"));
  expect(one.slice(12)).toEqual(drawn("g"));
});

test("drawing is clipped to the image", () => {
  const image = blank({ width: 4, height: 3 }, white);
  drawText(image, "##", { x: -3, y: -2 });
  const whole = drawn("##");
  expect(rows(image)).toEqual(whole.slice(2, 5).map((row) => row.slice(3, 7)));
});

test.each([
  ["short", 100, "short"],
  ["two words", 40, "two\nwords"],
  ["one two three", 47, "one two\nthree"],
  ["conv4_2andmore", 35, "conv4_\n2andmo\nre"],
  ["a\nb", 100, "a\nb"],
  ["abc", 1, "a\nb\nc"],
])("%j in %i pixels is %j, and no line is wider", (text, width, expected) => {
  expect(wrapText(text, width)).toBe(expected);
  expect(textSize(wrapText(text, Math.max(width, 5))).width).toBeLessThanOrEqual(Math.max(width, 5));
  expect(wrapText(text, width * 2, 2)).toBe(expected);
});
