/**
 * A seamless texture, tiled: the step across the seam is as large as between other neighbours. The energy of a single
 * line varies by about 12%, so many textures are averaged.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Image } from "../src/image/image.ts";
import { createStylizer, readPicture } from "../src/node.ts";
import type { Stylizer } from "../src/transfer/stylizer.ts";

let stylizer: Stylizer;
const paintings: Image[] = [];

beforeAll(async () => {
  stylizer = await createStylizer({ runtime: "cpu", threads: 1 });
  for (const name of ["starry", "waves", "glass"]) {
    const path = fileURLToPath(new URL(`../examples/${name}.jpg`, import.meta.url));
    paintings.push((await readPicture(path, { longSide: 256 })).image);
  }
});
afterAll(() => stylizer.dispose());

/** Mean squared differences between neighbouring columns and rows of a picture tiled 2x2. */
function energies({ width, height, data }: Image): { seams: number[]; others: number[] } {
  const at = (c: number, y: number, x: number) => data[(c * height + (y % height)) * width + (x % width)]!;
  const columns = new Array<number>(width).fill(0);
  const rows = new Array<number>(height).fill(0);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        columns[x]! += (at(c, y, x + 1) - at(c, y, x)) ** 2 / (3 * height);
        rows[y]! += (at(c, y + 1, x) - at(c, y, x)) ** 2 / (3 * width);
      }
    }
  }
  return { seams: [columns.pop()!, rows.pop()!], others: [...columns, ...rows] };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** The energy at the seam relative to elsewhere, averaged over textures. */
async function seamEnergy(seamless: boolean, textures: number): Promise<number> {
  const ratios: number[] = [];
  for (const [i, style] of paintings.entries()) {
    for (let n = 0; n < textures; n++) {
      const settings = { model: "pocket", size: 64, levels: 1, steps: 40, seed: 100 * i + n, seamless } as const;
      for await (const event of stylizer.stylize({ style, settings })) {
        if (event.type !== "done") continue;
        const { seams, others } = energies(event.image);
        ratios.push(mean(seams) / mean(others));
      }
    }
  }
  return mean(ratios);
}

test("at the seam equals that elsewhere, within 5%", async () => {
  const ratio = await seamEnergy(true, 8);
  expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
}, 180_000);

test("a texture that is not seamless is detected", async () => {
  expect(await seamEnergy(false, 2)).toBeGreaterThan(1.3);
}, 60_000);
