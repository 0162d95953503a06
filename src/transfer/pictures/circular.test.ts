/** Seamless jobs are invariant to cyclic shifts of the picture. */
import { expect, test } from "vitest";
import type { Image } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import { follow, only, pictures, toyStylizer } from "../fixtures.case.ts";

/** `image` with its left and upper parts moved to the right and below. */
function rolled({ width, height, data }: Image, dx: number, dy: number): Image {
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / width / height)];
    result[i] = data[(c * height + ((y + dy) % height)) * width + ((x + dx) % width)]!;
  }
  return { width, height, data: result };
}

function largestDifference(a: Image, b: Image): number {
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i]!)), 0);
}

test.each([
  ["with a photo", true],
  ["a texture", false],
])("%s, shifted by half at the start, the result is shifted by half", async (_, tied) => {
  const { stylizer } = toyStylizer(await cpu.open({ threads: 1 }));
  const settings = { size: 128, minSize: 64, seamless: true, alpha: 0, steps: 4, firstSteps: 6, tv: 0.5 } as const;
  const { style } = pictures({ width: 16, height: 16 }, { width: 150, height: 130 });
  const content = noiseImage({ width: 128, height: 128 }, 3);
  const start = noiseImage({ width: 64, height: 64 }, 4);
  const run = async (from: Image) => {
    const photo = tied ? { content } : {};
    const { events, result, error } = await follow(stylizer, { ...photo, style, start: from, settings });
    if (error) throw error;
    expect(only(events, "level").map(({ level }) => level.width)).toEqual([64, 96, 128]);
    return result!;
  };
  const straight = await run(start);
  const half = await run(rolled(start, 32, 32));
  expect(largestDifference(rolled(straight, 64, 64), half)).toBeLessThan(1e-3);
  expect(largestDifference(straight, half)).toBeGreaterThan(0.1);
});
