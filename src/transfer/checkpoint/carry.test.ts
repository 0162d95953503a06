/** Continuing a job at a larger size equals a job whose first levels were the smaller one. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserError } from "../../errors.ts";
import { clampImage } from "../../image/image.ts";
import { resize } from "../../image/resize.ts";
import { pyramid } from "../../schedule/pyramid.ts";
import { givenSettings } from "../../settings/changes.ts";
import { parseSettings, type Settings, type SettingsInput } from "../../settings/settings.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { Job, Stylizer } from "../stylizer.ts";
import { carriedSettings } from "./carry.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const photo = { ...pictures(), settings: short };
const { style } = pictures();

/** The checkpoint after a step of a job, by default its last, encoded and decoded. */
async function checkpoint(job: Job, at = (step: number, steps: number) => step === steps): Promise<Checkpoint> {
  const { events, error } = await follow(stylizer, job, { wantsCheckpoint: ({ step, steps }) => at(step, steps) });
  expect(error).toBeUndefined();
  const { checkpoint } = only(events, "checkpoint")[0]!;
  return (await decodeCheckpoint(await encodeCheckpoint(checkpoint, sha256), sha256)).checkpoint;
}

describe("from the end of an early level, the result is that of the uninterrupted job", () => {
  const three: SettingsInput = { size: 50, minSize: 24, levels: 3, steps: 2, firstSteps: 3 };
  test.each<[string, Job]>([
    ["Adam", photo],
    ["L-BFGS", { ...photo, settings: { ...short, optimizer: "lbfgs", history: 3, steps: 4 } }],
    ["the photo's own colours", { ...photo, settings: { ...short, contentTarget: "photo" } }],
    ["three levels", { ...photo, settings: three }],
    ["the photo's chroma, no average", { ...photo, settings: { ...short, color: "content", average: 0 } }],
    ["a texture", { style, settings: { ...short, size: "48x64", minSize: 45 } }],
    ["a seamless texture, which is cut elsewhere", { style, settings: { ...short, size: 64, seamless: true } }],
  ])("%s", async (_, job) => {
    const { firstSteps } = job.settings as { firstSteps: number };
    const straight = await follow(stylizer, job);
    const from = await checkpoint(job, (step) => step === firstSteps);
    expect(from.level).toBe(0);
    const { settings: __, ...files } = job;
    const carried = await follow(stylizer, { ...files, from });
    expect(carried.error).toBeUndefined();
    expect(carried.result).toEqual(straight.result);
    expect(only(carried.events, "start")[0]!.from).toMatchObject({ step: firstSteps, optimizer: "carried" });
    expect(only(carried.events, "step").map(({ loss }) => loss)).toEqual(
      only(straight.events, "step")
        .slice(firstSteps)
        .map(({ loss }) => loss),
    );
  });
});

describe("a finished job at a larger size", () => {
  const larger = { size: 100 };

  test("begins at the next level with the last image, and the loss decreases", async () => {
    const from = await checkpoint(photo);
    const { events, result } = await follow(stylizer, { ...pictures(), from, settings: larger });
    expect(only(events, "start")[0]!.levels).toEqual([
      { width: 71, height: 52, steps: 2 },
      { width: 100, height: 74, steps: 2 },
    ]);
    expect(result).toMatchObject({ width: 100, height: 74 });
    // One step from the image that it ended with.
    const { result: small } = await follow(stylizer, photo);
    const still = { ...larger, steps: 1, levels: 1, learningRate: 1e-6, average: 0 };
    const { result: moved } = await follow(stylizer, { ...pictures(), from, settings: still });
    const expected = clampImage(resize(small!, moved!)).data;
    expect(Math.max(...moved!.data.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(1e-4);
  });

  test("can continue with another optimiser", async () => {
    const from = await checkpoint(photo);
    const { events, error } = await follow(stylizer, {
      ...pictures(),
      from,
      settings: { ...larger, levels: 1, steps: 4, optimizer: "lbfgs" },
    });
    expect(error).toBeUndefined();
    const losses = only(events, "step").map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  test("can be stopped and resumed, with the same bytes", async () => {
    const from = await checkpoint(photo);
    const job = { ...pictures(), from, settings: { ...larger, alpha: 0.2 } };
    const straight = await follow(stylizer, job);
    for (let at = 1; at <= 4; at++) {
      const resume = await checkpoint(job, (step) => step === at);
      expect(resume.settings).toMatchObject({ alpha: 0.2, minSize: 70, firstSteps: 2 });
      expect((await follow(stylizer, { ...pictures(), resume })).result).toEqual(straight.result);
    }
  });

  test("can be continued again; its settings give the same result again", async () => {
    const from = await checkpoint(photo);
    const settings = carriedSettings(from, larger);
    expect(carriedSettings(from, givenSettings(settings))).toEqual(settings);
    const second = await checkpoint({ ...pictures(), from, settings: larger });
    const { events } = await follow(stylizer, { ...pictures(), from: second, settings: { size: 150 } });
    expect(only(events, "start")[0]!.levels.map(({ width }) => width)).toEqual([106, 150]);
  });

  test("at any two sizes the first level is the next larger one of the whole pyramid", () => {
    for (let small = 16; small < 200; small += 7) {
      for (let size = small + 1; size < 1500; size += 13) {
        const settings = parseSettings({ size: small, minSize: 16 });
        const from = { settings, model: "toy", size: { width: small, height: small } } as Checkpoint;
        const sizes = (of: Settings) => pyramid({ ...of, width: size, height: size }).map(({ width }) => width);
        const larger = sizes({ ...settings, size }).filter((width) => width > small);
        expect(sizes(carriedSettings(from, { size }))).toEqual(larger);
      }
    }
  });

  test("frees everything", async () => {
    const before = runtime.live;
    const from = await checkpoint(photo);
    await follow(stylizer, { ...pictures(), from, settings: larger });
    expect(runtime.live).toBe(before);
  });
});

describe("what cannot be continued is refused with one sentence", () => {
  let from: Checkpoint;
  beforeAll(async () => {
    from = await checkpoint(photo);
  });
  test.each<[string, Partial<Job>, string, string]>([
    [
      "a smaller size",
      { settings: { size: 48 } },
      "usage",
      "size: the checkpoint is 50x37 already; expected its size or a larger one, got 48",
    ],
    ["a size that is no number", { settings: { size: "content" } }, "usage", "expected the long side in pixels"],
    ["another network", { settings: { size: 99, model: "vgg19" } }, "usage", "a job with toy, not vgg19"],
    ["another start", { settings: { size: 99, init: "noise" } }, "usage", "it starts with the image of the checkpoint"],
    ["a picture to start from", { settings: { size: 99 }, start: style }, "usage", "leave start out"],
    [
      "a photo of other proportions",
      { settings: { size: 99 }, content: pictures({ width: 40, height: 60 }).content },
      "usage",
      "proportions",
    ],
    ["a setting out of range", { settings: { size: 99, alpha: -1 } }, "usage", "alpha: expected at least 0"],
  ])("%s", async (_, change, code, part) => {
    const { error } = await follow(stylizer, { ...pictures(), from, ...change });
    expect(error).toMatchObject({ code });
    expect((error as UserError).message).toContain(part);
  });

  test("other weights, tensors that do not fit, and `resume` together with `from`", async () => {
    const refusal = async (job: Partial<Job>) =>
      (await follow(stylizer, { ...pictures(), settings: { size: 99 }, ...job })).error as UserError;
    expect(await refusal({ from: { ...from, weights: "other" } })).toMatchObject({ code: "model" });
    expect(await refusal({ from: { ...from, size: { width: 20, height: 15 } } })).toMatchObject({ code: "file" });
    const tensors = new Map(from.tensors);
    tensors.delete("shown");
    expect((await refusal({ from: { ...from, tensors } })).message).toContain("its picture is not of 80x64 pixels");
    expect((await refusal({ from, resume: from })).message).toContain("leave resume out");
  });
});
