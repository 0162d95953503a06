/** The knobs of the panel. */
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, test } from "vitest";
import { knobs } from "./knobs.ts";

test("every knob with pictures has two tiles of its own, which differ", async () => {
  const file = sharp(fileURLToPath(new URL("../styles/knobs.webp", import.meta.url)));
  const places = knobs.flatMap(({ pictured }) => pictured ?? []);
  expect(places).toEqual(places.map((_, i) => i));
  const { width, height } = await file.metadata();
  expect({ width, height }).toEqual({ width: places.length * 2 * 90, height: 60 });
  for (const place of places) {
    const [low, high] = await Promise.all(
      [0, 1].map((end) =>
        file
          .clone()
          .extract({ left: (2 * place + end) * 90, top: 0, width: 90, height: 60 })
          .raw()
          .toBuffer(),
      ),
    );
    const difference = low!.reduce((sum, value, i) => sum + Math.abs(value - high![i]!), 0) / low!.length;
    expect(difference).toBeGreaterThan(4);
  }
});
