/** Settings that change while a job runs: they take effect with the next step and are checked like initial settings. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SettingsInput } from "../settings/settings.ts";
import type { StylizeEvent } from "./events.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "./fixtures.case.ts";
import type { Adjustments } from "./run/adjust.ts";
import type { StylizeOptions } from "./stylize.ts";
import type { Job, Stylizer } from "./stylizer.ts";

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

/** Runs a job that is adjusted after some of its steps; 0: as soon as it has begun. */
async function adjusted(given: Job, changes: Readonly<Record<number, Adjustments>>, options: StylizeOptions = {}) {
  const refusals: unknown[] = [];
  const left = { ...changes };
  const course = await follow(stylizer, given, options, (event, run) => {
    const done = event.type === "step" ? event.step : event.type === "start" ? 0 : undefined;
    const now = done === undefined ? undefined : left[done];
    if (done !== undefined) delete left[done];
    if (now !== undefined) run.adjust(now).catch((error) => refusals.push(error));
  });
  return { ...course, refusals };
}

describe("adjust", () => {
  test("takes effect with the next step, without a new program, and reports that step", async () => {
    await follow(stylizer, job());
    const loaded = runtime.loaded;
    const { events } = await adjusted(job({ tv: 0.2 }), { 2: { tv: 0 } });
    const shares = only(events, "step").map(({ terms }) => terms.variation!);
    expect(shares.map((share) => share > 0)).toEqual([true, true, false, false, false]);
    // Two programs describe at each of two levels; none is new for the step.
    expect(runtime.loaded - loaded).toBe(4);
    expect(only(events, "adjusted")).toEqual([
      {
        type: "adjusted",
        step: 3,
        changes: { tv: 0 },
        settings: expect.objectContaining({ tv: 0, beta: 1 }),
        levels: expect.any(Array),
        steps: 5,
      },
    ]);
    expect(only(events, "done")[0]!.record).toMatchObject({
      settings: { tv: 0 },
      adjusted: [{ step: 3, changes: { tv: 0 } }],
    });
  });

  test("changes accumulate; several between two steps are one event", async () => {
    const { events } = await adjusted(job(), { 0: { alpha: 2 }, 3: { learningRate: 0.5 } }, {});
    expect(only(events, "adjusted").map(({ step }) => step)).toEqual([1, 4]);
    expect(only(events, "adjusted")[1]!.settings).toMatchObject({
      alpha: 2,
      parameters: { learningRate: 0.5, beta1: 0.9 },
    });
    const { events: told } = await follow(stylizer, job(), {}, (event, run) => {
      if (event.type !== "start") return;
      void run.adjust({ alpha: 1, beta1: 0.5 });
      void run.adjust({ alpha: 3, learningRate: 0.5 });
    });
    const changes = { alpha: 3, beta1: 0.5, learningRate: 0.5 };
    expect(only(told, "adjusted").map((event) => event.changes)).toEqual([changes]);
  });

  test("a layer's weight and the learning rate can change; what is left out is unchanged", async () => {
    const settings = job({ average: 0, levels: 1, steps: 4 });
    const still = { learningRate: 1e-60, styleLayers: { conv1_1: 5, conv3_1: 1 } };
    const { events } = await adjusted(settings, { 0: still }, { wantsImage: () => true });
    const [first, ...others] = only(events, "image").map(({ image }) => image.data);
    for (const other of others) expect(other).toEqual(first);
    const terms = only(events, "step")[0]!.terms;
    expect(terms["style conv3_1"]).toBeGreaterThan(0);
    expect(terms["style conv2_1"]).toBe(0);
  });

  test("before the job begins: it is checked when the job begins and applies from the first step", async () => {
    const run = stylizer.stylize(job());
    const accepted = run.adjust({ tv: 0 });
    const { record } = await run;
    await accepted;
    expect(record.adjusted).toEqual([{ step: 1, changes: { tv: 0 } }]);
    await expect(run.adjust({ tv: 1 })).rejects.toMatchObject({
      name: "UserError",
      message: "adjust: the job is over.",
    });
  });

  test("a checkpoint contains it: the resumed job gives the same bytes", async () => {
    const changes = { 2: { tv: 3, alpha: 0.4 } };
    const straight = await adjusted(job(), changes, { wantsCheckpoint: ({ step }) => step === 3 });
    const resume = only(straight.events, "checkpoint")[0]!.checkpoint;
    expect(resume.settings).toMatchObject({ tv: 3, alpha: 0.4 });
    expect((await follow(stylizer, { ...pictures(), resume })).result).toEqual(straight.result);
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
  ["what cannot change", { size: 64 }, "adjust: size: a job keeps its size while it runs"],
  ["what its state is made of", { history: 3 }, "adjust: history: a job keeps its history"],
  ["an unknown setting", { alfa: 3 }, "adjust: alfa: there is no such setting"],
  ["an unknown layer", { styleLayers: { conv9_9: 1 } }, "keepPictures: true"],
  ["what needs the pictures", { styleScale: 2 }, "keepPictures: true"],
  ["a promise", Promise.resolve({ alpha: 1 }), "adjust: expected changes of settings as a record"],
])("adjust is checked like settings, and the job continues: %s", async (_, changes, message) => {
  const { result, refusals, events } = await adjusted(job(), { 1: changes as Adjustments });
  expect(refusals).toEqual([
    expect.objectContaining({ name: "UserError", code: "usage", message: expect.stringContaining(message) }),
  ]);
  expect(result).toBeDefined();
  expect(only(events, "adjusted")).toEqual([]);
  expect(runtime.live).toBe(before);
});

describe("what needs new targets", () => {
  const keep = { keepPictures: true };
  const two = (settings: SettingsInput = {}) => ({ ...job(settings), style: [pictures().style, pictures().content] });

  test.each<[string, Job, Adjustments]>([
    ["how much each painting counts", two({ blend: [1, 0] }), { blend: [0, 1] }],
    ["the size of strokes", job(), { styleScale: 0.5 }],
    ["other layers", job(), { styleLayers: { conv4_2: 1 } }],
    ["a loss that was off", job(), { laplacian: 2 }],
    ["colours", job(), { color: "free" }],
  ])("%s: before the first step the result is that of a job with these settings", async (_, given, changes) => {
    // The first level still starts from the image that was prepared for the former settings.
    const start = { start: pictures().content };
    const straight = await follow(stylizer, { ...given, ...start, settings: { ...given.settings, ...changes } });
    const changed = await adjusted({ ...given, ...start }, { 0: changes }, keep);
    expect(changed.refusals).toEqual([]);
    expect(changed.result).toEqual(straight.result);
    expect(changed.result).toBeDefined();
    expect(only(changed.events, "adjusted")).toMatchObject([{ step: 1, changes, steps: 5 }]);
    expect(only(changed.events, "level")).toHaveLength(2);
    expect(runtime.live).toBe(before);
  });

  test("in the middle it takes effect with the next step, and a checkpoint contains it", async () => {
    const changes = { 2: { blend: [0, 1] }, 4: { styleScale: 2, alpha: 3 } };
    const options = { ...keep, wantsCheckpoint: () => true };
    const { events, result, refusals } = await adjusted(two({ blend: [1, 0] }), changes, options);
    expect(refusals).toEqual([]);
    expect(only(events, "adjusted").map(({ step }) => step)).toEqual([3, 5]);
    expect(only(events, "step").map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    const plain = await follow(stylizer, two({ blend: [1, 0] }));
    expect(only(events, "step")[2]!.loss).not.toBe(only(plain.events, "step")[2]!.loss);
    const resume = only(events, "checkpoint").at(-1)!.checkpoint;
    expect(resume.settings).toMatchObject({ blend: [0, 1], styleScale: [2], alpha: 3 });
    expect(result).toBeDefined();
  });

  test("more steps, or fewer than were done", async () => {
    const more = await adjusted(job(), { 4: { steps: 4 } }, keep);
    expect(only(more.events, "step").at(-1)).toMatchObject({ step: 7, steps: 7, progress: 1 });
    const fewer = await adjusted(job({ firstSteps: 5 }), { 3: { firstSteps: 2 } }, keep);
    expect(only(fewer.events, "adjusted")).toMatchObject([{ step: 3, steps: 4 }]);
    expect(only(fewer.events, "step").at(-1)).toMatchObject({ step: 4, steps: 4, level: 1 });
  });

  test("another painting, and masks", async () => {
    const start = { start: pictures().content };
    const { content, style } = pictures();
    const other = pictures({ width: 31, height: 44 }, { width: 40, height: 40 }).style;
    const straight = await follow(stylizer, { content, style: other, ...start, settings: short });
    const events: StylizeEvent[] = [];
    const run = stylizer.stylize({ content, style, ...start, settings: short }, keep);
    for await (const event of run) {
      events.push(event);
      if (event.type === "start") await run.adjust({}, { style: other });
    }
    expect((await run).image).toEqual(straight.result);
    const masked = stylizer.stylize({ content, style, settings: short }, keep);
    const mask = { ...content, data: content.data.map((_, i) => (i % content.width < 25 ? 0 : 1)) };
    let refused: unknown;
    for await (const event of masked) {
      if (event.type !== "step" || event.step !== 2) continue;
      await masked.adjust({}, { mask: { width: 3, height: 3 } as never }).catch((error) => {
        refused = error;
      });
      await masked.adjust({}, { mask });
    }
    expect(refused).toMatchObject({ name: "UserError", code: "usage" });
    expect((await masked).record.adjusted).toMatchObject([{ step: 3, changes: {} }]);
  });

  test("one invalid change among several at once does not affect the others", async () => {
    const refusals: unknown[] = [];
    const { events } = await follow(stylizer, two(), keep, (event, run) => {
      if (event.type !== "start") return;
      for (const changes of [{ blend: [1, 3] }, { blend: [1, 2, 3] }, { alpha: 2 }])
        run.adjust(changes).catch((error) => refusals.push(error));
    });
    expect(refusals).toMatchObject([{ name: "UserError", message: expect.stringContaining("blend") }]);
    expect(only(events, "adjusted")[0]!.settings).toMatchObject({ blend: [1, 3], alpha: 2 });
  });
});
