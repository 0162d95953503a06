import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { paintings, render } from "../examples/paint.mjs";

const SIZE = 64;
const folder = fileURLToPath(new URL("../examples", import.meta.url));

/** A thumbnail: the colours on a grid of 12 by 9. */
async function glance(picture: Sharp): Promise<number[]> {
  return [...(await picture.resize(12, 9, { fit: "fill" }).raw().toBuffer())];
}

/** Pearson's correlation of two equally long lists. */
function correlation(a: number[], b: number[]): number {
  const mean = (list: number[]) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (f: (k: number) => number) => a.reduce((sum, _, k) => sum + f(k), 0);
  const spread = Math.sqrt(dot((k) => (a[k]! - ma) ** 2) * dot((k) => (b[k]! - mb) ** 2));
  return dot((k) => (a[k]! - ma) * (b[k]! - mb)) / spread;
}

describe("the example paintings", () => {
  it("are the same for the same seed and differ for another", () => {
    const first = render("waves", { size: SIZE, seed: 1 });
    expect(first).toHaveLength(SIZE * 48 * 3);
    expect(render("waves", { size: SIZE, seed: 1 })).toEqual(first);
    expect(render("waves", { size: SIZE, seed: 2 })).not.toEqual(first);
  });

  it("reject an unknown name", () => {
    expect(() => render("mona-lisa")).toThrow(/no painting "mona-lisa"; there are .*starry/);
  });

  // A small canvas has fewer strokes and coarser lines, so only the layout of colours can be compared.
  it.each(Object.keys(paintings))("%s.jpg is what the script paints", async (name) => {
    const kept = sharp(path.join(folder, `${name}.jpg`));
    const { width, height } = await kept.metadata();
    expect([width, height]).toEqual([1024, 768]);
    const small = sharp(render(name, { size: SIZE }), { raw: { width: SIZE, height: 48, channels: 3 } });
    expect(correlation(await glance(small), await glance(kept))).toBeGreaterThan(0.85);
  });
});
