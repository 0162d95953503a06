/** The areas of a tile: how far blocks reach, and that they are nested, aligned and within the tile. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pocket, vgg19 } from "../../models/index.ts";
import { tiles } from "../../schedule/tiles.ts";
import { parseSettings } from "../../settings/settings.ts";
import { terms } from "./terms.ts";
import { areasOf, halosOf } from "./tile-areas.ts";

test("each block is computed as far as the deeper layers that losses read reach, and the next pooling needs", () => {
  const all = terms(parseSettings({}));
  // conv5_1 sees 70 pixels: 2 of block 1, 4 of block 2, 16 of block 3, 32 of block 4, 16 of its own.
  for (const backbone of [pocket, vgg19]) expect(halosOf(backbone, all)).toEqual([68, 64, 48, 16]);
  const few = terms(parseSettings({ contentLayers: { conv3_1: 1 }, styleLayers: { conv1_1: 1 } }));
  expect(halosOf(pocket, few)).toEqual([8, 8]);
});

test("areas are nested, lie on the grid of their block, and have the halo wherever the tile has", () => {
  const halos = halosOf(pocket, terms(parseSettings({})));
  const grid = fc.integer({ min: 1, max: 30 }).map((n) => 16 * n);
  fc.assert(
    fc.property(grid, grid, fc.integer({ min: 16, max: 300 }), (width, height, size) => {
      for (const tile of tiles({ width, height, size, halo: 70, grain: 16 })) {
        const { inputs, sizes } = areasOf(tile, halos);
        let [top, left] = [tile.y, tile.x];
        for (const [i, halo] of halos.entries()) {
          const [block, scale] = [i + 2, 2 ** (i + 1)];
          const [y, x, bottom, right, outerHeight, outerWidth] = inputs[`area ${block}`]!;
          [top, left] = [top + y! * scale, left + x! * scale];
          expect([top, left]).toEqual([Math.max(0, tile.core.y - halo), Math.max(0, tile.core.x - halo)]);
          expect([sizes[`H${block}`], sizes[`W${block}`]]).toEqual([bottom! - y!, right! - x!]);
          expect(bottom).toBeLessThanOrEqual(outerHeight!);
          expect(right).toBeLessThanOrEqual(outerWidth!);
          const [coreTop, coreLeft] = inputs[`core ${block}`]!;
          expect([top + coreTop! * scale, left + coreLeft! * scale]).toEqual([tile.core.y, tile.core.x]);
          const isLast = block === halos.length + 1;
          for (const size of [sizes[`H${block}`]!, sizes[`W${block}`]!]) expect(size % (isLast ? 1 : 2)).toBe(0);
        }
      }
    }),
    { numRuns: 30 },
  );
});
