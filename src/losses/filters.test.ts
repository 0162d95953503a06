/** The filters of image losses, restated in double precision. */
import { describe, expect, test } from "vitest";
import { differentiate, run } from "../graph/fixtures.case.ts";
import { input, mul, type Padding, paddings, symbol } from "../graph/index.ts";
import * as losses from "./index.ts";
import { type Planes, planes, score } from "./loss.case.ts";
import { type Filter, type Scale, scales } from "./loss.ts";

const IMAGE = [1, 3, symbol("H"), symbol("W")];

function noise(height: number, width: number, seed = 1): Planes {
  return planes(3, height, width, (c, y, x) => {
    const i = Math.imul(((seed * 4 + c) * 64 + y) * 64 + x + 1, 0x9e3779b1);
    return (Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24;
  });
}

/** The filter's output, computed by the graph. */
async function filtered(filter: Filter, image: Planes, padding: Padding = "zero"): Promise<Planes> {
  const y = filter.of(input("image", IMAGE), padding);
  const dims = [1, 3, image.height, image.width];
  const { data } = { data: (await run({ y }, { image: { data: image.data, dims } })).y! };
  const [height, width] = [image.height / filter.scale, image.width / filter.scale];
  return { channels: filter.channels, height, width, data };
}

type At = (c: number, y: number, x: number) => number;

/** The mean of a block of `scale` x `scale` pixels. */
function block({ height, width, data }: Planes, scale: number): At {
  return (c, y, x) => {
    let sum = 0;
    for (let v = 0; v < scale; v++)
      for (let u = 0; u < scale; u++) sum += data[(c * height + y * scale + v) * width + x * scale + u]!;
    return sum / scale ** 2;
  };
}

/** The index of a neighbour at distance `by`; beyond the edge it is clamped, or wraps around with circular padding. */
function beside(at: number, by: number, length: number, padding: Padding): number {
  const to = at + by;
  return padding === "circular" ? (to + length) % length : Math.min(length - 1, Math.max(0, to));
}

const restated: Record<string, (image: Planes, scale: Scale, padding: Padding) => Planes> = {
  laplacian(image, scale, padding) {
    const [height, width] = [image.height / scale, image.width / scale];
    const rgb = block(image, scale);
    const at = (y: number, x: number) => rgb(0, y, x) + rgb(1, y, x) + rgb(2, y, x);
    return planes(1, height, width, (_, y, x) => {
      const row = (by: number) => at(beside(y, by, height, padding), x);
      const column = (by: number) => at(y, beside(x, by, width, padding));
      return row(-1) + row(1) + column(-1) + column(1) - 4 * at(y, x);
    });
  },
  roughness(image, scale, padding) {
    const [height, width] = [image.height / scale, image.width / scale];
    const rgb = block(image, scale);
    const channel: At = (k, y, x) => {
      const [r, g, b] = [rgb(0, y, x), rgb(1, y, x), rgb(2, y, x)];
      const luma = 0.299 * r + 0.587 * g + 0.114 * b;
      // ITU-R BT.601's Cb and Cr.
      return [luma, (4 * (b - luma)) / 1.772, (4 * (r - luma)) / 1.402][k]!;
    };
    return planes(6, height, width, (c, y, x) => {
      const next =
        c < 3 ? channel(c, y, beside(x, 1, width, padding)) : channel(c - 3, beside(y, 1, height, padding), x);
      return next - channel(c % 3, y, x);
    });
  },
};

const kinds = { laplacian: losses.laplacian, roughness: losses.roughness };

test("every loss with a filter has a reference", () => {
  const named = Object.entries(losses).flatMap(([name, kind]) => ("filter" in kind ? [name] : []));
  expect(named).toEqual(Object.keys(restated));
  expect(named).toEqual(Object.keys(kinds));
});

describe.each(Object.entries(kinds))("%s", (name, kind) => {
  test.each(scales.flatMap((scale) => paddings.map((padding) => [scale, padding] as const)))(
    "at scale %i, %s padding: equals the reference",
    async (scale, padding) => {
      const image = noise(32, 48);
      const [found, expected] = [
        await filtered(kind.filter(scale), image, padding),
        restated[name]!(image, scale, padding),
      ];
      expect(found.data.length).toBe(expected.data.length);
      for (const [i, x] of expected.data.entries()) expect(Math.abs(found.data[i]! - x)).toBeLessThan(3e-3);
    },
  );

  test.each(paddings)("its gradient agrees with central differences, %s padding", async (padding) => {
    const filter = kind.filter(2);
    const build = (x: ReturnType<typeof input>) => mul(filter.of(x, padding), filter.of(x, padding));
    const { gradients, differences } = await differentiate({ shapes: [IMAGE], build });
    const scale = Math.max(...differences[0]!.map(Math.abs));
    expect(scale).toBeGreaterThan(0);
    for (const [i, g] of gradients[0]!.entries()) expect(Math.abs(g - differences[0]![i]!) / scale).toBeLessThan(5e-3);
  });

  test("is zero for a flat image with any padding, and the loss there is finite", async () => {
    const filter = kind.filter(1);
    const flat = await filtered(
      filter,
      planes(3, 16, 16, (c) => 0.2 + 0.3 * c),
    );
    for (const x of flat.data) expect(Math.abs(x)).toBeLessThan(1e-6);
    const rough = await filtered(filter, noise(16, 16));
    expect(await score(kind.make("balanced"), flat, flat)).toBeLessThan(1e-6);
    const far = await score(kind.make("balanced"), rough, flat);
    expect(far).toBeGreaterThan(1);
    expect(far).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

test("roughness detects chroma noise without luma noise, independently of position", async () => {
  const loss = losses.roughness.make("balanced");
  const filter = losses.roughness.filter(1);
  const seen = async (image: Planes) => filtered(filter, image, "circular");
  const grey = noise(32, 32);
  const plain = planes(3, 32, 32, (_, y, x) => grey.data[y * 32 + x]!);
  const grit = planes(3, 32, 32, (c, y, x) => {
    // Constant luma: red and blue compensate green.
    const by = ((y * 7 + x * 3) % 5) / 10 - 0.2;
    return plain.data[y * 32 + x]! + by * [0.587, -0.413, 0.587][c]!;
  });
  const moved = planes(3, 32, 32, (c, y, x) => plain.data[(c * 32 + ((y + 5) % 32)) * 32 + ((x + 9) % 32)]!);
  expect(await score(loss, await seen(grit), await seen(plain))).toBeGreaterThan(0.1);
  expect(await score(loss, await seen(moved), await seen(plain))).toBeLessThan(1e-6);
});
