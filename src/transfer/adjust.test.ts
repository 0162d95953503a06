/** Settings that change while a job runs: they act on the next step, and are checked like those that it began with. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SettingsInput } from "../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "./fixtures.case.ts";
import type { Stylizer } from "./stylizer.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
let before: number;

beforeAll(async () => {
  runtime = await countingRuntime();
});

beforeEach(() => {
  ({ stylizer } = toyStylizer(runtime));
  before = runtime.live;
});

const job = (settings: SettingsInput = {}) => ({ ...pictures(), settings: { ...short, ...settings } });

describe("adjust", () => {
  test("acts on the next step, without a new program", async () => {
    await follow(stylizer, job());
    const loaded = runtime.loaded;
    let tv = 0.2;
    const { events } = await follow(stylizer, job({ tv }), { adjust: () => ({ tv }) }, (event) => {
      if (event.type === "step" && event.step === 2) tv = 0;
    });
    const shares = only(events, "step").map(({ terms }) => terms.variation!);
    expect(shares.map((share) => share > 0)).toEqual([true, true, false, false, false]);
    // Two programs describe at each of two levels; none is new for the step.
    expect(runtime.loaded - loaded).toBe(4);
  });

  test("a layer's weight and the learning rate act too; what is left out stays", async () => {
    const settings = job({ average: 0, levels: 1, steps: 4 });
    const still = { parameters: { learningRate: 1e-60 }, styleLayers: { conv1_1: 5, conv3_1: 1 } };
    const { events } = await follow(stylizer, settings, { wantsImage: () => true, adjust: () => still });
    const [first, ...others] = only(events, "image").map(({ image }) => image.data);
    for (const other of others) expect(other).toEqual(first);
    const terms = only(events, "step")[0]!.terms;
    expect(terms["style conv3_1"]).toBeGreaterThan(0);
    expect(terms["style conv2_1"]).toBe(0);
  });
});

test.each([
  ["a word", { alpha: "much" }, 'adjust: alpha: expected a number, got "much".'],
  ["NaN", { beta: Number.NaN }, "adjust: beta: expected a number, got NaN."],
  ["a negative strength", { tv: -1 }, "adjust: tv: expected at least 0, got -1."],
  [
    "a layer's NaN",
    { styleLayers: { conv1_1: Number.NaN } },
    "adjust: styleLayers conv1_1: expected a number, got NaN.",
  ],
  ["what cannot change", { size: 64 }, "adjust: size: there is no such setting."],
  ["another optimiser's parameter", { parameters: { history: 3 } }, "adjust: history: there is no such setting."],
  ["a promise", Promise.resolve({ alpha: 1 }), "adjust: expected changes of settings as a record"],
])("adjust is checked like settings: %s", async (_, changes, message) => {
  const { error } = await follow(stylizer, job(), { adjust: () => changes as never });
  expect(error).toMatchObject({ name: "UserError", code: "usage", message: expect.stringContaining(message) });
  expect(runtime.live).toBe(before);
});
