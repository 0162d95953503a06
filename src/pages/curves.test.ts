/** Every known loss has its point, in its place on the scale; what has no logarithm has none. */
import { expect, test } from "vitest";
import { chart, readCurves } from "./curves.ts";

/** The lines of a chart: by name, the points. */
function lines(markup: string): Record<string, number[][]> {
  const found = [...markup.matchAll(/<polyline class="[^"]*" data-name="([^"]*)" points="([^"]*)"/g)];
  return Object.fromEntries(
    found.map(([, name, points]) => [name!, points!.split(" ").map((point) => point.split(",").map(Number))]),
  );
}

const curves = {
  steps: [1, 2, 3, 4],
  terms: { "content conv4_2": [0, 0.5, 0.25, 0.125], "style conv1_1": [10, 1, 0.1, 0.01], variation: [0, 0, 0, 0] },
  every: 1,
};

test("a line for every term and the total, a point for every step with a value", () => {
  const { "content conv4_2": content, "style conv1_1": style, variation, total } = lines(chart(curves, []).markup);
  expect(style).toEqual([
    [1, -1],
    [2, 0],
    [3, 1],
    [4, 2],
  ]);
  expect(content!.map(([step, y]) => [step, 10 ** -y!])).toEqual([
    [2, expect.closeTo(0.5, 3)],
    [3, expect.closeTo(0.25, 3)],
    [4, expect.closeTo(0.125, 3)],
  ]);
  expect(variation).toBeUndefined();
  expect(total!.map(([, y]) => 10 ** -y!)).toEqual([10, 1.5, 0.35, 0.135].map((value) => expect.closeTo(value, 2)));
});

test("the box holds all points but what is nothing beside the largest", () => {
  const box = (terms: Record<string, number[]>) => {
    const { markup } = chart({ steps: [1, 2], terms, every: 1 }, []);
    const [, y, , height] = /viewBox="([^"]*)"/.exec(markup)![1]!.split(" ").map(Number);
    return { top: -y!, bottom: -y! - height! };
  };
  expect(box({ a: [100, 1] }).top).toBeGreaterThan(2);
  expect(box({ a: [100, 1] }).bottom).toBeLessThan(0);
  expect(box({ a: [100, 1] }).bottom).toBeGreaterThan(-0.5);
  expect(box({ a: [1, 1e-30] }).bottom).toBeGreaterThan(-8);
  // One value alone still has a scale.
  expect(box({ a: [3, 3] }).top).toBeGreaterThan(box({ a: [3, 3] }).bottom);
});

test.each([
  [
    [1000, 1],
    ["1", "10", "100", "1000"],
  ],
  [
    [0.9, 0.12],
    ["0.1", "1"],
  ],
  [
    [0.9, 0.3],
    ["0.5", "1"],
  ],
])("%j is read at %j", (values, labels) => {
  const { markup } = chart({ steps: [1, 2], terms: { a: values }, every: 1 }, []);
  const found = [...markup.matchAll(/<b class="y"[^>]*>([^<]*)<\/b>/g)].map(([, label]) => label!);
  expect(found.sort((a, b) => Number(a) - Number(b))).toEqual(labels);
});

test("nothing known is a sentence; infinities have no point", () => {
  expect(chart({ steps: [], terms: {}, every: 1 }, []).markup).toContain("No step of it is known");
  const { a } = lines(
    chart({ steps: [1, 2, 3], terms: { a: [1, Number.POSITIVE_INFINITY, Number.NaN] }, every: 1 }, []).markup,
  );
  expect(a).toEqual([[1, 0]]);
});

test("read back from a page, as far as they are wanted", () => {
  const back = readCurves(chart({ ...curves, every: 2 }, []).markup, 3);
  expect(back).toMatchObject({ steps: [1, 2, 3], every: 2 });
  expect(Object.keys(back.terms)).toEqual(["content conv4_2", "style conv1_1"]);
  expect(back.terms["style conv1_1"]).toEqual([10, 1, 0.1].map((value) => expect.closeTo(value, 3)));
  expect(back.terms["content conv4_2"]).toEqual([0, 0.5, 0.25].map((value) => expect.closeTo(value, 3)));
  expect(readCurves("<p>another page</p>", 9)).toEqual({ steps: [], terms: {}, every: 1 });
});

test("levels are bands, of which only what is known is drawn", () => {
  const bands = [
    { from: 0, to: 2, label: "10 × 10" },
    { from: 2, to: 9, label: "20 × 20" },
    { from: 9, to: 12, label: "40 × 40" },
  ];
  const { markup } = chart({ ...curves, every: 4 }, bands);
  expect(markup).toContain("10 × 10");
  expect(markup).toContain("20 × 20");
  expect(markup).not.toContain("40 × 40");
  expect(markup).toContain("One point every 4 steps");
});
