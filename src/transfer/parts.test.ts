/** Losses and optimisers of the caller's own: they act, they are checked, and checkpoints know of them. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { abs, add, clip, div, mul, sub, sumSquare, type Tensor } from "../graph/index.ts";
import * as losses from "../losses/index.ts";
import { places, squares } from "../losses/statistics.ts";
import { likeImage } from "../optimizers/optimizer.ts";
import { parameter } from "../parameters/parameter.ts";
import { numberIn } from "../parameters/value.ts";
import { chosenSettings, recordedSettings } from "../settings/changes.ts";
import { describeSettings } from "../settings/describe.ts";
import type { OwnImageLoss, OwnLoss, OwnOptimizer } from "../settings/parts.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint/checkpoint.ts";
import {
  type CountingRuntime,
  type Course,
  countingRuntime,
  follow,
  only,
  pictures,
  short,
  toyStylizer,
} from "./fixtures.case.ts";
import type { AnyJob } from "./job.ts";
import type { StylizeOptions } from "./stylize.ts";
import type { Job, Stylizer } from "./stylizer.ts";

/** How far the picture is from black. */
const dark: OwnImageLoss = {
  name: "dark",
  summary: "how far the picture is from black",
  role: "image",
  make: () => ({
    measure: (image, weight) => [squares(image, weight), places(image, weight)],
    score: ([sum, positions]) => div(sum!, positions!),
  }),
};
const contrast: OwnLoss = { name: "contrast", strength: 2, layers: { conv1_1: 1 }, ...losses.moments };
const edges: OwnLoss = { name: "edges", scales: [1, 4], ...losses.laplacian };

/** Steepest descent with a step of `rate`. */
const descent: OwnOptimizer = {
  name: "descent",
  summary: "steepest descent",
  parameters: { rate: parameter(numberIn({ above: 0, max: 10 }), "length of a step", { default: 1 }) },
  make: () => ({
    pointwise: true,
    state: { gradients: { shape: likeImage } },
    update({ image, gradient, state, parameters: { rate } }) {
      const moved = clip(sub(image, mul(rate!, gradient)), 0, 1);
      return { image: moved, shown: moved, state: { gradients: add(state.gradients!, gradient) } };
    },
  }),
};

let runtime: CountingRuntime;
let stylizer: Stylizer;

beforeAll(async () => {
  runtime = await countingRuntime();
});
beforeEach(() => {
  ({ stylizer } = toyStylizer(runtime));
});

const job = (parts: Partial<AnyJob>, settings: Record<string, unknown> = {}) =>
  ({ ...pictures(), ...parts, settings: { ...short, ...settings } }) as Job;
const run = (parts: Partial<AnyJob>, settings = {}, options: StylizeOptions = {}) =>
  follow(stylizer, job(parts, settings), options);
const messageOf = ({ error }: Course) => (error as Error | undefined)?.message;
const brightness = ({ result }: Course) => result!.data.reduce((sum, x) => sum + x, 0) / result!.data.length;

describe("losses", () => {
  test("of pixels, layers and filtered images are terms with their strengths", async () => {
    const { events, error } = await run({ losses: [dark, contrast, edges] }, { edges: 0.5, edgesScales: [2] });
    expect(error).toBeUndefined();
    const [first] = only(events, "step");
    expect(Object.keys(first!.terms)).toEqual(expect.arrayContaining(["dark", "contrast conv1_1", "edges 2"]));
    for (const name of ["dark", "contrast conv1_1"]) expect(first!.terms[name]).toBeGreaterThan(0);
    expect(first!.loss).toBeCloseTo(
      Object.values(first!.terms).reduce((sum, x) => sum + x),
      3,
    );
    expect(events.at(-1)).toMatchObject({
      record: { settings: { losses: { dark: { strength: 1 }, contrast: { strength: 2 }, edges: { scales: [2] } } } },
    });
  });

  test("change the picture, as their strength says", async () => {
    const [without, weak, strong] = [
      await run({}),
      await run({ losses: [dark] }),
      await run({ losses: [dark] }, { dark: 100 }),
    ];
    expect(brightness(strong!)).toBeLessThan(brightness(weak!));
    expect(brightness(weak!)).toBeLessThan(brightness(without!));
  });

  test("are measured in tiles as in one piece", async () => {
    const settings = { size: 96, minSize: 96, levels: 1, steps: 2, firstSteps: 2 };
    const parts = { losses: [dark, contrast] };
    const whole = only((await run(parts, { ...settings, tile: "off" })).events, "step");
    const tiled = only((await run(parts, { ...settings, tile: 64 })).events, "step");
    for (const [i, { terms }] of tiled.entries())
      for (const [name, x] of Object.entries(terms)) expect(x / whole[i]!.terms[name]! - 1, name).toBeCloseTo(0, 2);
  });

  test("are adjusted while the job runs, without a new program", async () => {
    const shares: number[] = [];
    const before = runtime.loaded;
    const plain = await follow(stylizer, job({ losses: [dark, contrast] }));
    const loaded = runtime.loaded - before;
    const { events, error } = await follow(stylizer, job({ losses: [dark, contrast] }), {}, (event, running) => {
      if (event.type === "step") shares.push(event.terms.dark!);
      if (event.type === "step" && event.step === 1)
        running.adjust({ dark: 0, contrastLayers: {} }).catch((error) => expect(error).toBeUndefined());
    });
    expect([plain.error, error]).toEqual([undefined, undefined]);
    expect(shares.map((x) => x > 0)).toEqual([true, false, false, false, false]);
    // The step's program of the job before is used again.
    expect(runtime.loaded - before - loaded).toBe(loaded - 1);
    expect(only(events, "adjusted")).toMatchObject([{ step: 2, changes: { dark: 0 } }]);
  });

  test("another loss of the same name has a program of its own", async () => {
    const other: OwnLoss = {
      ...dark,
      make: () => ({ ...dark.make("paper"), score: ([sum]: readonly Tensor[]) => mul(sum!, 0) }),
    };
    const [one, two] = [await run({ losses: [dark] }), await run({ losses: [other] })];
    expect(only(one.events, "step")[0]!.terms.dark).toBeGreaterThan(0);
    expect(only(two.events, "step")[0]!.terms.dark).toBe(0);
  });

  test.each<[string, unknown, string]>([
    ["no list", dark, "losses: expected a list of losses, got an object with name"],
    ["no loss", [{ name: "dark" }], "losses[0]: expected a loss (name, summary, role, make), got an object with name."],
    ["an unknown role", [{ ...dark, role: "photo" }], 'losses[0].role: expected content, style or image, got "photo".'],
    ["no layers", [{ ...losses.gram, name: "mine" }], "losses[0].layers: expected layers with weights, got undefined."],
    [
      "the name of a setting",
      [{ ...dark, name: "alpha" }],
      'losses: expected a name that nothing else has, got "alpha".',
    ],
    ["the name of a loss", [{ ...dark, name: "gram" }], 'losses: expected a name that nothing else has, got "gram".'],
    ["the name of a parameter", [{ ...dark, name: "beta1" }], "losses: expected a name that nothing else has"],
    ["one name twice", [dark, dark], 'losses: expected a name that nothing else has, got "dark".'],
    [
      "a name of two words",
      [{ ...dark, name: "so dark" }],
      'losses: expected a word such as saturation, got "so dark".',
    ],
    ["a layer that there is not", [{ ...contrast, layers: { conv9_1: 1 } }], "toy has no layer conv9_1."],
    [
      "a score of two numbers",
      [
        {
          ...dark,
          make: () => ({
            ...dark.make("paper"),
            score: ([sum]: readonly Tensor[]) => abs(sum!),
            measure: (x: Tensor) => [x],
          }),
        },
      ],
      "The loss dark cannot be built: the score: expected shape",
    ],
    [
      "a mistake",
      [{ ...dark, make: () => ({ measure: () => [], score: ([x]: readonly Tensor[]) => sumSquare(x!) }) }],
      "The loss dark cannot be built:",
    ],
  ])("refused: %s", async (_, given, message) => {
    const course = await run({ losses: given as never });
    expect(course.error).toMatchObject({ name: "UserError", code: "usage" });
    expect(messageOf(course)).toContain(message);
    expect(runtime.live).toBe(0);
  });

  test("their settings are checked like the others", async () => {
    for (const [settings, message] of [
      [{ dark: -1 }, "dark: expected at least 0, got -1."],
      [{ contrastLayers: { conv1_1: "1" } }, "contrastLayers conv1_1: expected a number"],
      [{ edgesScales: 3 }, "edgesScales: expected scales out of 1, 2, 4, 8, 16"],
      [{ darkLayers: {} }, "darkLayers: there is no such setting"],
    ] as const)
      expect(messageOf(await run({ losses: [dark, contrast, edges] }, settings))).toContain(message);
  });
});

describe("an optimiser", () => {
  test("moves the pixels, with its parameters", async () => {
    const still = await run({ optimizer: descent }, { rate: 1e-9, average: 0 });
    const moved = await run({ optimizer: descent }, { rate: 0.02, average: 0 });
    const lossesOf = ({ events }: Course) =>
      only(events, "step")
        .filter(({ level }) => level === 1)
        .map(({ loss }) => loss);
    expect(lossesOf(moved).at(-1)).toBeLessThan(lossesOf(still).at(-1)!);
    expect(moved.events.at(-1)).toMatchObject({
      record: { settings: { optimizer: "descent", parameters: { rate: 0.02 } } },
    });
  });

  test("is adjusted while the job runs", async () => {
    const { events, error } = await follow(stylizer, job({ optimizer: descent }), {}, (event, running) => {
      if (event.type === "step" && event.step === 1) running.adjust({ rate: 2 }).catch(() => {});
    });
    expect(error).toBeUndefined();
    expect(only(events, "adjusted")).toMatchObject([{ settings: { parameters: { rate: 2 } } }]);
  });

  const shaped = (change: object) => ({ ...descent, make: () => ({ ...descent.make({}), ...change }) });
  test.each<[string, unknown, Record<string, unknown>, string]>([
    ["no optimiser", { name: "x" }, {}, "optimizer: expected an optimiser (name, summary, parameters, make)"],
    [
      "the name of another",
      { ...descent, name: "adam" },
      {},
      'optimizer: expected a name of its own, such as momentum, got "adam".',
    ],
    ["a parameter out of its range", descent, { rate: 11 }, "rate: expected at most 10, got 11."],
    ["another one's parameter", descent, { beta1: 0.5 }, "beta1: the optimiser descent has no such parameter."],
    ["another one by name", descent, { optimizer: "lbfgs" }, 'optimizer: expected one of descent, got "lbfgs".'],
    [
      "a parameter that is a setting",
      { ...descent, parameters: { alpha: descent.parameters.rate } },
      {},
      "optimizer: expected a name that nothing else has",
    ],
    [
      "a reserved parameter",
      { ...descent, parameters: { decay: descent.parameters.rate } },
      {},
      'optimizer: expected a name that nothing else has, got "decay".',
    ],
    [
      "a parameter that is no number",
      { ...descent, parameters: { rate: 1 } },
      {},
      "optimizer.parameters.rate: expected parameter(numberIn(",
    ],
    [
      "a state of another name",
      shaped({ state: { other: { shape: likeImage } } }),
      {},
      "The optimiser descent cannot be built:",
    ],
    [
      "a reserved state",
      shaped({ state: { ranges: { shape: likeImage } } }),
      {},
      "its state needs another name than ranges",
    ],
  ])("refused: %s", async (_, optimizer, settings, message) => {
    const course = await run({ optimizer: optimizer as never }, settings);
    expect(course.error).toMatchObject({ name: "UserError", code: "usage" });
    expect(messageOf(course)).toContain(message);
  });
});

describe("a checkpoint", () => {
  const sha256 = () => "0".repeat(64);
  const parts = { losses: [dark, contrast], optimizer: descent };
  let checkpoint: Checkpoint;
  let end: Course;
  beforeAll(async () => {
    const { stylizer } = toyStylizer(runtime);
    let bytes: Promise<Uint8Array> | undefined;
    end = await follow(stylizer, job(parts, { dark: 0.5 }), { wantsCheckpoint: ({ step }) => step === 4 }, (event) => {
      if (event.type === "checkpoint") bytes = encodeCheckpoint(event.checkpoint, sha256);
    });
    ({ checkpoint } = await decodeCheckpoint((await bytes)!, sha256));
  });

  test("of a job with parts is resumed with them, to the same result", async () => {
    expect(checkpoint.settings.losses).toMatchObject({ dark: { strength: 0.5 } });
    const resumed = await follow(stylizer, { ...pictures(), ...parts, resume: checkpoint } as Job);
    expect(resumed.error).toBeUndefined();
    expect(resumed.result!.data).toEqual(end.result!.data);
  });

  test.each<[string, Partial<AnyJob>, string]>([
    [
      "a loss",
      { optimizer: descent, losses: [dark] },
      "The checkpoint has the loss contrast, which is no part of pastiche; give it again (losses).",
    ],
    [
      "the optimiser",
      { losses: parts.losses },
      "The checkpoint has the optimiser descent, which is no part of pastiche; give it again (optimizer).",
    ],
    ["all", {}, "The checkpoint has the loss dark, which is no part of pastiche; give it again (losses)."],
  ])("is refused without %s, by name", async (_, given, message) => {
    expect(messageOf(await follow(stylizer, { ...pictures(), ...given, resume: checkpoint } as Job))).toBe(message);
  });

  test("is refused with one more", async () => {
    const course = await follow(stylizer, {
      ...pictures(),
      ...parts,
      losses: [...parts.losses, edges],
      resume: checkpoint,
    } as Job);
    expect(messageOf(course)).toContain("The checkpoint is of a job with other settings: edges is no setting there");
  });

  test("is carried on with them at a larger size", async () => {
    const larger = await follow(stylizer, { ...pictures(), ...parts, from: checkpoint, settings: { size: 80 } } as Job);
    expect(larger.error).toBeUndefined();
    expect(larger.events.at(-1)).toMatchObject({
      record: { settings: { optimizer: "descent", losses: { dark: { strength: 0.5 } } } },
    });
  });

  test("its settings are read, chosen and given again without the parts", () => {
    expect(recordedSettings(JSON.parse(JSON.stringify(checkpoint.settings)))).toEqual(checkpoint.settings);
    expect(chosenSettings(checkpoint.settings)).toMatchObject({
      dark: 0.5,
      contrastLayers: { conv1_1: 1 },
      optimizer: "descent",
      rate: 1,
    });
  });
});

test("descriptions list the settings of parts", () => {
  const all = describeSettings({ losses: [dark, contrast, edges], optimizer: descent });
  const found = (name: string) => all.find((each) => each.name === name);
  expect(found("dark")).toMatchObject({ default: 1, shape: { type: "number", range: { min: 0, max: 1e12 } } });
  expect(found("contrast")).toMatchObject({ default: 2, word: "contrast" });
  expect(found("contrastLayers")).toMatchObject({ default: { conv1_1: 1 }, word: "contrast-layers" });
  expect(found("edgesScales")).toMatchObject({ default: [1, 4], shape: { type: "numbers" } });
  expect(found("rate")).toMatchObject({
    default: 1,
    byOptimizer: { descent: 1 },
    shape: { range: { above: 0, max: 10 } },
  });
  expect(found("optimizer")).toMatchObject({ default: "descent" });
  expect(found("beta1")).toBeUndefined();
  expect(describeSettings().some(({ name }) => name === "dark" || name === "rate")).toBe(false);
});

test("as types, settings of parts go with parts only", () => {
  const given: unknown[] = [];
  const { stylize } = { stylize: (job: unknown) => given.push(job) } as unknown as Stylizer;
  const { content, style } = pictures();
  stylize({ content, style, settings: { alpha: 1 } });
  stylize({ content, style, losses: [dark], settings: { dark: 1, alpha: 1 } });
  // @ts-expect-error: there is no such setting without the loss
  stylize({ content, style, settings: { dark: 1 } });
  // @ts-expect-error: alpha is a number
  stylize({ content, style, losses: [dark], settings: { alpha: "1" } });
  expect(given).toHaveLength(4);
});
