/** A small bitmap font, so that labels look the same on every machine and in every browser. */
import type { Image, Size } from "./image.ts";

/** The printable ASCII characters, five pixels wide: seven rows above the baseline and two below. */
const drawings = String.raw`
!     "     #     $     %     &     '     (     )     *     +     ,     -     .     /     0
..#.. .#.#. .#.#. ..#.. ##... .##.. ..#.. ...#. .#... ..... ..... ..... ..... ..... ....# .###.
..#.. .#.#. .#.#. .#### ##..# #..#. ..#.. ..#.. ..#.. ..#.. ..#.. ..... ..... ..... ....# #...#
..#.. .#.#. ##### #.#.. ...#. #.#.. ..#.. .#... ...#. #.#.# ..#.. ..... ..... ..... ...#. #..##
..#.. ..... .#.#. .###. ..#.. .#... ..... .#... ...#. .###. ##### ..... .###. ..... ..#.. #.#.#
..#.. ..... ##### ..#.# .#... #.#.# ..... .#... ...#. #.#.# ..#.. ..... ..... ..... .#... ##..#
..... ..... .#.#. ####. #..## #..#. ..... ..#.. ..#.. ..#.. ..#.. .##.. ..... .##.. #.... #...#
..#.. ..... .#.#. ..#.. ...## .##.# ..... ...#. .#... ..... ..... .##.. ..... .##.. #.... .###.
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..#.. ..... ..... ..... .....
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... ..... .....

1     2     3     4     5     6     7     8     9     :     ;     <     =     >     ?     @
..#.. .###. .###. ...#. ##### ..##. ##### .###. .###. ..... ..... ....# ..... #.... .###. .###.
.##.. #...# #...# ..##. #.... .#... ....# #...# #...# .##.. .##.. ...#. ..... .#... #...# #...#
#.#.. ....# ....# .#.#. ####. #.... ...#. #...# #...# .##.. .##.. ..#.. ##### ..#.. ....# #.###
..#.. ..##. ..##. #..#. ....# ####. ..#.. .###. .#### ..... ..... .#... ..... ...#. ...#. #.#.#
..#.. .#... ....# ##### ....# #...# ..#.. #...# ....# ..... ..... ..#.. ##### ..#.. ..#.. #.###
..#.. #.... #...# ...#. #...# #...# .#... #...# ...#. .##.. .##.. ...#. ..... .#... ..... #....
##### ##### .###. ...#. .###. .###. .#... .###. .##.. .##.. .##.. ....# ..... #.... ..#.. .###.
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..#.. ..... ..... ..... ..... .....
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .#... ..... ..... ..... ..... .....

A     B     C     D     E     F     G     H     I     J     K     L     M     N     O     P
..#.. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...# #...# .###. ####.
.#.#. #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.## ##..# #...# #...#
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.# ##..# #...# #...#
#...# ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.# #.#.# #...# ####.
##### #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...# #..## #...# #....
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...# #..## #...# #....
#...# ####. .###. ####. ##### #.... .###. #...# .###. .##.. #...# ##### #...# #...# .###. #....
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....

Q     R     S     T     U     V     W     X     Y     Z     [     \     ]     ^     _     a
.###. ####. .#### ##### #...# #...# #...# #...# #...# ##### .###. #.... .###. ..#.. ..... .....
#...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....# .#... #.... ...#. .#.#. ..... .....
#...# #...# #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#. .#... .#... ...#. #...# ..... .###.
#...# ####. .###. ..#.. #...# .#.#. #.#.# ..#.. ..#.. ..#.. .#... ..#.. ...#. ..... ..... ....#
#.#.# #.#.. ....# ..#.. #...# .#.#. #.#.# .#.#. ..#.. .#... .#... ...#. ...#. ..... ..... .####
#..#. #..#. ....# ..#.. #...# ..#.. ##.## #...# ..#.. #.... .#... ....# ...#. ..... ..... #...#
.##.# #...# ####. ..#.. .###. ..#.. #...# #...# ..#.. ##### .###. ....# .###. ..... ..... .####
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ##### .....
..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....

b     c     d     e     f     g     h     i     j     k     l     m     n     o     p     q
#.... ..... ....# ..... ..##. ..... #.... ..#.. ...#. #.... .##.. ..... ..... ..... ..... .....
#.... ..... ....# ..... .#... ..... #.... ..... ..... #.... ..#.. ..... ..... ..... ..... .....
####. .#### .#### .###. ####. .#### ####. .##.. ..##. #..#. ..#.. ##.#. ####. .###. ####. .####
#...# #.... #...# #...# .#... #...# #...# ..#.. ...#. #.#.. ..#.. #.#.# #...# #...# #...# #...#
#...# #.... #...# ##### .#... #...# #...# ..#.. ...#. ##... ..#.. #.#.# #...# #...# #...# #...#
#...# #.... #...# #.... .#... #...# #...# ..#.. ...#. #.#.. ..#.. #.#.# #...# #...# #...# #...#
####. .#### .#### .###. .#... .#### #...# .###. ...#. #..#. .###. #.#.# #...# .###. ####. .####
..... ..... ..... ..... ..... ....# ..... ..... ...#. ..... ..... ..... ..... ..... #.... ....#
..... ..... ..... ..... ..... .###. ..... ..... .##.. ..... ..... ..... ..... ..... #.... ....#

r     s     t     u     v     w     x     y     z     {     |     }     ~
..... ..... .#... ..... ..... ..... ..... ..... ..... ..##. ..#.. .##.. .....
..... ..... .#... ..... ..... ..... ..... ..... ..... ..#.. ..#.. ..#.. .....
#.##. .#### ####. #...# #...# #...# #...# #...# ##### ..#.. ..#.. ..#.. .#..#
##..# #.... .#... #...# #...# #.#.# .#.#. #...# ...#. .#... ..#.. ...#. #.#.#
#.... .###. .#... #...# .#.#. #.#.# ..#.. #...# ..#.. ..#.. ..#.. ..#.. #..#.
#.... ....# .#... #...# .#.#. #.#.# .#.#. #...# .#... ..#.. ..#.. ..#.. .....
#.... ####. ..##. .#### ..#.. .#.#. #...# .#### ##### ..##. ..#.. .##.. .....
..... ..... ..... ..... ..... ..... ..... ....# ..... ..... ..... ..... .....
..... ..... ..... ..... ..... ..... ..... .###. ..... ..... ..... ..... .....
`;

const [WIDTH, HEIGHT] = [5, 9];
/** The distances from one glyph to the next and from one line to the next. */
const [ADVANCE, LEADING] = [WIDTH + 1, HEIGHT + 3];

let glyphs: ReadonlyMap<string, readonly string[]> | undefined;

/** The rows of every glyph. */
function parsed(): ReadonlyMap<string, readonly string[]> {
  const bands = drawings.trim().split("\n\n");
  return new Map(
    bands.flatMap((band) => {
      const [heads, ...rows] = band.split("\n") as [string, ...string[]];
      return [...heads.replaceAll(" ", "")].map(
        (character, i) => [character, rows.map((row) => row.slice(i * ADVANCE, i * ADVANCE + WIDTH))] as const,
      );
    }),
  );
}

/** The glyph of a missing character. */
const unknown = ["#####", "#...#", "#...#", "#...#", "#...#", "#...#", "#####"];

/** The size of `text` when drawn with `scale` pixels per font pixel; line feeds begin new lines. */
export function textSize(text: string, scale = 1): Size {
  const lines = text.split("\n");
  const longest = Math.max(...lines.map((line) => [...line].length));
  return {
    width: Math.max(0, longest * ADVANCE - 1) * scale,
    height: (lines.length * LEADING - (LEADING - HEIGHT)) * scale,
  };
}

/** Breaks `text` into lines of at most `width` pixels, between words, or within a word that is longer. */
export function wrapText(text: string, width: number, scale = 1): string {
  const most = Math.max(1, Math.floor((width / scale + 1) / ADVANCE));
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ").flatMap((whole) => pieces(whole, most))) {
      if (line !== "" && [...line].length + 1 + [...word].length > most) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join("\n");
}

function pieces(word: string, most: number): string[] {
  const characters = [...word];
  const count = Math.max(1, Math.ceil(characters.length / most));
  return Array.from({ length: count }, (_, i) => characters.slice(i * most, (i + 1) * most).join(""));
}

/** Draws `text` into `image` with its top left corner at `x`, `y`, in a grey from 0 to 1, clipped to the image. */
export function drawText(image: Image, text: string, { x, y, scale = 1, grey = 0 }: TextPlace): void {
  glyphs ??= parsed();
  for (const [row, line] of text.split("\n").entries()) {
    for (const [column, character] of [...line].entries()) {
      if (character === " ") continue;
      const glyph = glyphs.get(character) ?? unknown;
      const [left, top] = [x + column * ADVANCE * scale, y + row * LEADING * scale];
      for (const [v, bits] of glyph.entries()) {
        for (let u = 0; u < WIDTH; u++) {
          if (bits[u] === "#") fill(image, left + u * scale, top + v * scale, scale, grey);
        }
      }
    }
  }
}

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly scale?: number;
  readonly grey?: number;
}

function fill({ width, height, data }: Image, left: number, top: number, size: number, grey: number): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + size); x++) {
      for (let channel = 0; channel < 3; channel++) data[(channel * height + y) * width + x] = grey;
    }
  }
}
