/** The examples run, and do what they say: a small picture with each. */
import { type Image, noiseImage, type Result, type StepEvent, stylize } from "pastiche/node";
import { beforeAll, expect, test } from "vitest";
import { settings as layers, random } from "./backbone.mjs";
import { means } from "./loss.mjs";
import { lion } from "./optimizer.mjs";
import { countingRuntime } from "./runtime.mjs";

const content = noiseImage({ width: 48, height: 36 }, 1, { mean: 0.4, deviation: 0.1 });
const style = noiseImage({ width: 40, height: 40 }, 2, { mean: 0.6, deviation: 0.3 });
const own = { size: 48, levels: 1, steps: 8, precision: "fp32" } as const;
const settings = { ...own, model: "pocket" } as const;
const options = { runtime: "cpu", threads: 1 } as const;

interface Outcome extends Result {
  readonly steps: readonly StepEvent[];
}

/** The steps and the result of a job. */
async function outcome(run: ReturnType<typeof stylize>): Promise<Outcome> {
  const steps: StepEvent[] = [];
  for await (const event of run) if (event.type === "step") steps.push(event);
  return { ...(await run), steps };
}

const difference = (a: Image, b: Image) => Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i])));

let plain: Outcome;
beforeAll(async () => {
  plain = await outcome(stylize({ content, style, settings }, options));
});

test("the loss of loss.mjs falls, and its picture is another one", async () => {
  const { image, steps, record } = await outcome(
    stylize(
      { content, style, losses: [means], settings: { ...settings, means: 5, meansLayers: { conv2_1: 1 } } },
      options,
    ),
  );
  const shares = steps.map(({ terms }) => terms["means conv2_1"]);
  expect(shares.at(-1)).toBeLessThan(0.5 * shares[0]);
  expect(difference(image, plain.image)).toBeGreaterThan(0.02);
  expect(record.settings.losses).toEqual({ means: { strength: 5, layers: { conv2_1: 1 } } });
});

test("the optimiser of optimizer.mjs moves every pixel by its learning rate, and the loss falls", async () => {
  const job = { content, style, start: content, optimizer: lion };
  const one = { ...settings, learningRate: 0.05, average: 0, steps: 1, margin: 0, color: "free" } as const;
  const { image } = await stylize({ ...job, settings: one }, options);
  const moved = image.data.filter((x, i) => Math.abs(Math.abs(x - content.data[i]) - 0.05) < 1e-3).length;
  expect(moved / image.data.length).toBeGreaterThan(0.9);
  const { steps, record } = await outcome(stylize({ content, style, optimizer: lion, settings }, options));
  expect(steps.at(-1)?.loss).toBeLessThan(0.9 * steps[0].loss);
  expect(record.settings.optimizer).toBe("lion");
});

test("the loss falls on the backbone of backbone.mjs, and the record names it", async () => {
  const job = { content, style, model: random, settings: { ...own, ...layers } };
  const { image, steps, record } = await outcome(stylize(job, options));
  expect(steps.at(-1)?.loss).toBeLessThan(0.7 * steps[0].loss);
  expect(Object.keys(steps[0].terms)).toContain("style conv3_2");
  expect(difference(image, plain.image)).toBeGreaterThan(0.02);
  expect(record).toMatchObject({ model: "random", settings: { model: "random" } });
  expect(record.weights).toMatch(/^[0-9a-f]{64}$/);
});

test("the runtime of runtime.mjs computes what pastiche's own does", async () => {
  const runtime = countingRuntime(1);
  const { image, steps, record } = await outcome(stylize({ content, style, settings }, { runtime }));
  for (const [i, { loss }] of steps.entries()) expect(loss / plain.steps[i].loss).toBeCloseTo(1, 3);
  expect(difference(image, plain.image)).toBeLessThan(1e-3);
  expect(record.runtime).toBe("counting, 1 threads");
  // The steps, and one description of each picture.
  expect(runtime.runs).toBe(settings.steps + 2);
});
