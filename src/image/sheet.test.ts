/** A contact sheet shows every image whole, in its row and column, with its labels. */
import { expect, test } from "vitest";
import { blank, type Image } from "./image.ts";
import { inRows, paste, type SheetPlan, sheet, stacked } from "./sheet.ts";

/** A flat image with a red value that occurs nowhere else. */
const flat = (red: number, width = 40, height = 30) => blank({ width, height }, [red, 0.5, 0.25]);

/** The bounding box and the number of a flat image's pixels. */
function found({ width, height, data }: Image, red: number) {
  const plane = width * height;
  const hits = Array.from({ length: plane }, (_, i) => i).filter(
    (i) => Math.abs(data[i]! - red) < 1e-6 && data[plane + i] === 0.5 && data[2 * plane + i] === 0.25,
  );
  const [xs, ys] = [hits.map((i) => i % width), hits.map((i) => Math.floor(i / width))];
  const range = (all: number[]) => [Math.min(...all), Math.max(...all)] as const;
  return { count: hits.length, x: range(xs), y: range(ys) };
}

/** The number of dark pixels in an area: ink. */
function ink(
  { width, data }: Image,
  [left, right]: readonly [number, number],
  [top, bottom]: readonly [number, number],
) {
  let count = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (data[y * width + x]! < 0.2) count++;
  return count;
}

const plan: SheetPlan = {
  title: "A title that is longer than the sheet is wide, so that it must be broken",
  columns: ["first", "second"],
  rows: [
    { label: "top", cells: [{ image: flat(0.3), label: "a" }, { image: flat(0.4, 20, 10) }] },
    { label: "bottom", cells: [{ label: "failed: out of memory" }, { image: flat(0.6), label: "some words below" }] },
  ],
};

test("every image is shown whole in its row and column, small ones centred", () => {
  const result = sheet(plan);
  const [a, b, d] = [found(result, 0.3), found(result, 0.4), found(result, 0.6)];
  expect([a.count, b.count, d.count]).toEqual([1200, 200, 1200]);
  expect(d.x[0]).toBe(a.x[0] + 48);
  expect(b.x).toEqual([d.x[0] + 10, d.x[1] - 10]);
  expect(d.y[0]).toBeGreaterThan(a.y[1]);
  // The cell is as high as the text of the failed one needs.
  expect(b.y[0] + b.y[1]).toBeCloseTo(a.y[0] + a.y[1], -1);
});

test("labels are above, beside and below; a cell without an image shows its text", () => {
  const result = sheet(plan);
  const [a, d] = [found(result, 0.3), found(result, 0.6)];
  expect(ink(result, [0, result.width], [0, a.y[0]])).toBeGreaterThan(500);
  expect(ink(result, [0, a.x[0]], [a.y[0], a.y[1]])).toBeGreaterThan(50);
  expect(ink(result, [a.x[0], a.x[1]], [a.y[1] + 1, d.y[0]])).toBeGreaterThan(20);
  expect(ink(result, [a.x[0], a.x[1] + 1], [d.y[0] - 20, d.y[1] + 20])).toBeGreaterThan(200);
  expect(ink(result, [d.x[0], d.x[1] + 1], [d.y[1] + 1, result.height])).toBeGreaterThan(200);
  // The margin is empty: all text fits.
  expect(ink(result, [0, result.width], [0, 8])).toBe(0);
  expect(ink(result, [0, result.width], [result.height - 8, result.height])).toBe(0);
  expect(ink(result, [result.width - 8, result.width], [0, result.height])).toBe(0);
});

test("without labels a sheet consists of images and gaps", () => {
  const result = sheet({
    rows: inRows([{ image: flat(0.3) }, { image: flat(0.4) }, { image: flat(0.6) }], 2),
    scale: 1,
  });
  expect(result).toMatchObject({ width: 4 + 2 * 44, height: 4 + 2 * 34 });
  expect(ink(result, [0, result.width], [0, result.height])).toBe(0);
});

test("stacked sheets have the width of the widest", () => {
  const both = stacked([flat(0.3), flat(0.4, 60, 5)]);
  expect(both).toMatchObject({ width: 60, height: 35 });
  expect(found(both, 0.4)).toEqual({ count: 300, x: [0, 59], y: [30, 34] });
  paste(both, flat(0.6, 2, 2), 58, 33);
  expect(found(both, 0.6)).toEqual({ count: 4, x: [58, 59], y: [33, 34] });
});
