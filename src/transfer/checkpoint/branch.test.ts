/** A job that goes on from another's state at its own size: with other settings, other paintings, another optimiser. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { noiseImage } from "../../image/noise.ts";
import type { SettingsInput } from "../../settings/settings.ts";
import type { Result } from "../events.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { StylizeOptions } from "../stylize.ts";
import type { Job, Stylizer } from "../stylizer.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import { checkpointHistory } from "./history.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const photo = (settings: SettingsInput = {}): Job => ({ ...pictures(), settings: { ...short, ...settings } });
const { content } = pictures();
const other = noiseImage({ width: 44, height: 60 }, 7, { mean: 0.3, deviation: 0.2 });

/** A job that is not stopped, and the checkpoint after each of its steps, through bytes and back. */
async function straightRun(job: Job) {
  const history = checkpointHistory({ bytes: 1e9, every: 1 });
  const straight = await follow(stylizer, job, { history });
  expect(straight.error).toBeUndefined();
  const at = async (step: number): Promise<Checkpoint> => {
    const bytes = await encodeCheckpoint(history.at(step)!, sha256);
    return (await decodeCheckpoint(bytes, sha256)).checkpoint;
  };
  return { ...straight, at };
}

const checkpoint = async (job: Job, step: number) => (await straightRun(job)).at(step);

/** A job that goes on, and what it told. */
async function branch(from: Checkpoint, settings: SettingsInput = {}, job: Partial<Job> = pictures(), options = {}) {
  const { style } = pictures();
  const followed = await follow(stylizer, { style, ...job, from, settings }, options as StylizeOptions);
  expect(followed.error).toBeUndefined();
  const [start] = only(followed.events, "start");
  const record = only(followed.events, "done")[0]?.record as Result["record"];
  return { ...followed, start: start!, record, steps: only(followed.events, "step") };
}

describe("with the same settings, it ends in the bytes of the job that never stopped", () => {
  test.each<[string, Job]>([
    ["Adam", photo()],
    ["L-BFGS", photo({ optimizer: "lbfgs", history: 3, steps: 4 })],
    ["no average", photo({ average: 0 })],
    ["a photo of its own size", { ...photo({ size: "content" }) }],
    ["a texture", { style: pictures().style, settings: { ...short, size: "48x64", minSize: 45 } }],
    ["in tiles", { ...pictures({ width: 150, height: 40 }), settings: { ...short, size: "content", tile: 64 } }],
  ])("%s, from every step", async (_, job) => {
    const straight = await straightRun(job);
    const losses = only(straight.events, "step").map(({ loss }) => loss);
    for (let at = 1; at < losses.length; at++) {
      const from = await straight.at(at);
      const { settings: __, ...files } = job;
      const { result, start, record, steps } = await branch(from, {}, files);
      expect(result).toEqual(straight.result);
      expect(steps.map(({ loss }) => loss)).toEqual(losses.slice(at));
      expect(steps[0]!.step).toBe(at + 1);
      expect(start).toMatchObject({ resumed: at, from: { step: at, steps: losses.length, optimizer: "carried" } });
      expect(record.from).toEqual(start.from);
    }
  });
});

describe("with other settings", () => {
  test("it is the job that was adjusted at that step", async () => {
    const changes = { alpha: 3, styleScale: [1.5] };
    for (const at of [2, 4]) {
      const adjusted = await follow(stylizer, photo(), { keepPictures: true }, (event, run) => {
        if (event.type !== "step" || event.step !== at) return;
        run.pause();
        void run.adjust(changes).then(() => run.resume());
      });
      expect(only(adjusted.events, "adjusted")[0]!.step).toBe(at + 1);
      const { result, steps } = await branch(await checkpoint(photo(), at), changes);
      expect(result).toEqual(adjusted.result);
      expect(steps[0]!.step).toBe(at + 1);
    }
  });

  test("a strength changes the steps from there on, and them alone", async () => {
    const straight = await follow(stylizer, photo());
    const history = checkpointHistory({ bytes: 1e9, every: 1 });
    const from = await checkpoint(photo(), 2);
    const { steps, result, record } = await branch(from, { alpha: 4 }, pictures(), { history });
    const before = only(straight.events, "step").slice(2);
    // The network saw the same image: only the strength of its content term differs.
    const term = Object.keys(steps[0]!.terms).find((name) => name.startsWith("content"))!;
    expect(steps[0]!.terms[term]! / before[0]!.terms[term]!).toBeCloseTo(4 / 0.6, 4);
    expect(steps[1]!.terms[term]).not.toBe(before[1]!.terms[term]);
    expect(result).not.toEqual(straight.result);
    expect(record.settings).toMatchObject({ ...short, alpha: 4 });
    expect(from.settings.alpha).toBe(0.6);
  });

  test("more steps are taken at its level, fewer end it", async () => {
    const from = await checkpoint(photo(), 4);
    expect((await branch(from, { steps: 7 })).steps).toHaveLength(6);
    expect((await branch(from, { steps: 1 })).steps).toHaveLength(1);
  });

  test("another recipe starts where the checkpoint is, not as the recipe does", async () => {
    const from = await checkpoint(photo(), 4);
    const { record } = await branch(from, { recipe: "gatys" });
    expect(record.settings).toMatchObject({ recipe: "gatys", init: from.settings.init });
  });

  test.each<[string, SettingsInput]>([
    ["another optimiser", { optimizer: "lbfgs" }],
    ["another margin", { margin: 16 }],
  ])("%s begins the level anew, with its image", async (_, changes) => {
    const from = await checkpoint(photo(), 4);
    const { start, steps, events } = await branch(from, changes, pictures(), { previewEvery: 0 });
    expect(start).toMatchObject({ resumed: 3, from: { step: 4, optimizer: "reset" } });
    expect(steps.map(({ step }) => step)).toEqual([4, 5]);
    const [last] = only((await follow(stylizer, photo(), { previewEvery: 0 })).events, "image").filter(
      ({ step }) => step === 4,
    );
    const [first] = only(events, "image");
    const distance = first!.image.data.reduce((sum, x, i) => sum + Math.abs(x - last!.image.data[i]!), 0);
    expect(distance / last!.image.data.length).toBeLessThan(0.1);
  });
});

test("in eight bits it goes on in eight bits, about as the job that never stopped", async () => {
  const job = photo({ precision: "int8", levels: 1, steps: 40 });
  const straight = await straightRun(job);
  for (const step of [7, 30]) {
    const { start, steps } = await branch(await straight.at(step));
    expect(start).toMatchObject({ precision: "int8", from: { optimizer: "carried" } });
    const losses = only(straight.events, "step").map(({ loss }) => loss);
    expect(steps.at(-1)!.loss / losses.at(-1)!).toBeCloseTo(1, 1);
  }
  // Another runtime, or other settings, have none.
  const { start } = await branch(await straight.at(7), { precision: "fp32" });
  expect(start).toMatchObject({ precision: "fp32", from: { optimizer: "carried" } });
});

test("other paintings are what it is drawn to", async () => {
  const from = await checkpoint(photo(), 4);
  const { start, record, steps } = await branch(from, { steps: 30 }, { content, style: other });
  expect(start.from).toMatchObject({ optimizer: "carried" });
  expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss);
  const both = await branch(from, { blend: [1, 2] }, { content, style: [pictures().style, other] });
  expect(both.record.settings).toMatchObject({ blend: [1, 2] });
  expect(record.step).toBe(record.steps);
});

test("a job that is done takes the steps of its last level once more, with its state", async () => {
  const from = await checkpoint(photo(), 5);
  const straight = await follow(stylizer, photo({ steps: 4 }));
  const { steps, start } = await branch(from);
  expect(steps.map(({ step }) => step)).toEqual([4, 5]);
  expect(start.from).toEqual({ step: 5, steps: 5, optimizer: "carried" });
  // Adam goes on as if it had never ended.
  expect(steps.map(({ loss }) => loss)).toEqual(
    only(straight.events, "step")
      .slice(5)
      .map(({ loss }) => loss),
  );
});

test("it can be stopped and resumed as any other, to the same bytes", async () => {
  const from = await checkpoint(photo(), 2);
  const job = { ...pictures(), from, settings: { alpha: 0.2 } };
  const straight = await follow(stylizer, job);
  for (let at = 3; at <= 5; at++) {
    const resume = await checkpoint(job, at);
    expect((await follow(stylizer, { ...pictures(), resume })).result).toEqual(straight.result);
  }
});

test("from a moment on the way up, a larger size begins at the next level", async () => {
  const from = await checkpoint(photo(), 2);
  const { start } = await branch(from, { size: 100, levels: 9 });
  expect(start.levels.map(({ width }) => width)).toEqual([50, 71, 100]);
  expect(start.from).toMatchObject({ optimizer: "reset" });
});

test("a photo that is smaller than the checkpoint is refused", async () => {
  const from = await checkpoint(photo({ size: "content" }), 5);
  const small = pictures({ width: 30, height: 22 });
  const { error } = await follow(stylizer, { ...small, from });
  expect(error).toMatchObject({ code: "usage", message: expect.stringContaining("is 50x37 already") });
});

test("fifty branches take no more memory than one", async () => {
  const before = runtime.live;
  const history = checkpointHistory({ bytes: 400_000, every: 1 });
  const quick: SettingsInput = { size: 32, levels: 1, contentLayers: { conv1_1: 1 }, styleLayers: { conv1_1: 1 } };
  let from = await checkpoint(photo(quick), 1);
  for (let i = 0; i < 50; i++) {
    await branch(from, { alpha: 0.1 + i / 50 }, pictures(), { history });
    from = history.at()!;
    expect(history.bytes).toBeLessThanOrEqual(400_000);
    expect(history.steps).toEqual(i === 0 ? [2] : [1, 2]);
  }
  expect(runtime.live).toBe(before);
});
