/** Tiles cover an image once, on the grid, within their size and with their halo. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { tiles } from "./tiles.ts";

const grid = fc.integer({ min: 1, max: 40 }).map((n) => 16 * n);

test("cores cover every cell of the grid exactly once and are at most a sixteenth larger than requested", () => {
  fc.assert(
    fc.property(
      grid,
      grid,
      fc.integer({ min: 16, max: 400 }),
      fc.integer({ min: 0, max: 130 }),
      (width, height, size, halo) => {
        const all = tiles({ width, height, size, halo, grain: 16 });
        const seen = new Uint8Array((width * height) / 256);
        for (const { core, ...tile } of all) {
          expect(Math.max(core.width, core.height)).toBeLessThanOrEqual((size * 17) / 16);
          for (const x of [...Object.values(core), ...Object.values(tile)]) expect(x % 16).toBe(0);
          expect(tile.x).toBe(Math.max(0, core.x - Math.ceil(halo / 16) * 16));
          expect(tile.y + tile.height).toBe(Math.min(height, core.y + core.height + Math.ceil(halo / 16) * 16));
          for (let y = core.y; y < core.y + core.height; y += 16) {
            for (let x = core.x; x < core.x + core.width; x += 16) seen[(y / 16) * (width / 16) + x / 16]!++;
          }
        }
        expect(seen.every((times) => times === 1)).toBe(true);
      },
    ),
  );
});

test("a picture that fits is one tile without a halo", () => {
  const whole = { x: 0, y: 0, width: 96, height: 64 };
  expect(tiles({ width: 96, height: 64, size: 96, halo: 80, grain: 16 })).toEqual([{ ...whole, core: whole }]);
});

test("margins around a picture make no tile more", () => {
  expect(tiles({ width: 2064, height: 1392, size: 1024, halo: 70, grain: 16 })).toHaveLength(4);
  expect(tiles({ width: 2192, height: 1024, size: 1024, halo: 70, grain: 16 })).toHaveLength(3);
});
