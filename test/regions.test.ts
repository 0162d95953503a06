/** Regions painted with the bundled network: each in the colours of its own style, the rest unchanged. */
import { expect, test } from "vitest";
import { blank, type Image } from "../src/image/image.ts";
import { createStylizer } from "../src/node.ts";
import { scene } from "./cli/pastiche.ts";

const [width, height] = [64, 48];
const photo = scene(width, height);

/** White on the left, red on the right, black at the right end. */
const mask: Image = blank({ width, height });
for (let i = 0; i < width * height; i++) {
  const x = i % width;
  mask.data[i] = x < 48 ? 1 : 0;
  for (const c of [1, 2]) mask.data[c * width * height + i] = x < 24 ? 1 : 0;
}

/** The mean colour of some columns. */
function mean({ data }: Image, from: number, to: number): number[] {
  const plane = width * height;
  return [0, 1, 2].map((c) => {
    const inside = data.slice(c * plane, (c + 1) * plane).filter((_, i) => i % width >= from && i % width < to);
    return inside.reduce((sum, x) => sum + x, 0) / inside.length;
  });
}

test.each([
  // The receptive fields of deeper layers exceed a region this small.
  [
    "from grey, by style alone",
    { init: "gray", alpha: 0, color: "free", steps: 150, average: 0.9, styleLayers: { conv1_1: 3, conv2_1: 2 } },
  ],
  ["as usual", { steps: 300 }],
] as const)("two flat styles, %s: each region's mean colour is its own style's", async (_, given) => {
  const colors = [
    [0.8, 0.3, 0.2],
    [0.2, 0.4, 0.8],
  ] as const;
  const style = colors.map((rgb) => blank({ width: 48, height: 48 }, rgb));
  // With perfectly flat styles the roughness term would dominate for a long time.
  const settings = { size: width, levels: 1, model: "pocket", roughness: 0, ...given } as const;
  const stylizer = await createStylizer({ runtime: "cpu", threads: 2 });
  let result: Image | undefined;
  for await (const event of stylizer.stylize({ content: photo, style, mask, settings })) {
    if (event.type === "done") result = event.image;
  }
  await stylizer.dispose();
  for (const [i, [from, to]] of [
    [0, 20],
    [28, 44],
  ].entries()) {
    for (const [c, x] of mean(result!, from!, to!).entries()) expect(Math.abs(x - colors[i]![c]!)).toBeLessThan(0.08);
  }
  expect(mean(result!, 50, 64)).toEqual(mean(photo, 50, 64));
});
