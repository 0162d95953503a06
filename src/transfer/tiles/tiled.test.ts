/** Tiles against the whole picture: the same loss, the same gradient, the same steps, the same job. */
import { beforeAll, describe, expect, test } from "vitest";
import { blank, type Image, type Size } from "../../image/image.ts";
import { noiseImage } from "../../image/noise.ts";
import { toy, toyWeights } from "../../models/backbone.case.ts";
import { pocket, vgg19 } from "../../models/index.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import type { Runtime } from "../../runtimes/runtime.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { countingRuntime, follow, pictures, toyStylizer } from "../fixtures.case.ts";
import { levelBeginner } from "../level/begin.ts";
import { type LevelRun, parametersOf } from "../level/level.ts";
import { programCache } from "../level/program-cache.ts";
import { optimizerOf } from "../parts.ts";
import { margined } from "../pictures/edges.ts";
import { levelsOf, prepare } from "../pictures/prepare.ts";
import type { Masks } from "../pictures/regions.ts";
import { freshState, imageValue } from "../step/program.ts";
import type { Extractor } from "../step/step.ts";
import { terms } from "../step/terms.ts";
import type { Keep } from "./kept.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await cpu.open({ threads: 1 });
});

const backbones = { toy, pocket, vgg19 };

/** A level of that size with random weights and these settings. */
async function level(name: keyof typeof backbones, size: Size, given: SettingsInput, masks: Masks = {}, keep?: Keep) {
  const settings = parseSettings({ size: Math.max(size.width, size.height), levels: 1, ...given });
  const both = {
    content: noiseImage(size, 1, { mean: 0.4, deviation: 0.15 }),
    style: noiseImage({ width: 280, height: 70 }, 2, { mean: 0.6, deviation: 0.25 }),
    start: noiseImage(size, 3, { mean: 0.5, deviation: 0.1 }),
    ...masks,
  };
  const levels = levelsOf(both, settings);
  const ready = prepare(both, settings, levels);
  const extractor: Extractor = {
    backbone: backbones[name],
    weights: toyWeights(backbones[name]),
    pooling: settings.pooling,
  };
  const all = terms(settings, ready.regions?.all);
  const optimizer = optimizerOf(settings);
  const programs = programCache();
  const say = () => {};
  const begin = levelBeginner({
    runtime,
    extractor,
    terms: all,
    optimizer,
    settings,
    pictures: ready,
    parts: {},
    programs,
    precision: "fp32",
    ...(keep && { keep }),
    say,
  });
  const image = imageValue(runtime, margined(8).padded(ready.start(), levels[0]!));
  const state = freshState(runtime, optimizer, margined(8).workSize(levels[0]!));
  const run = await begin(levels[0]!, async () => ({ image, state }));
  return { run, settings, size: levels[0]!, dispose: () => programs.dispose() };
}

/** The gradient of the first step of Adam: its first moment, from zero, is (1 - beta1) times that. */
async function gradient(run: LevelRun, settings: ReturnType<typeof parseSettings>): Promise<Float32Array> {
  const { data } = (await run.tensors()).get("state first")!;
  return data.map((x) => x / (1 - parametersOf(settings).beta1!));
}

const near = (a: number, b: number) => Math.abs(a - b) / Math.max(Math.abs(b), 1e-12);

describe("the first step", () => {
  test.each([
    ["toy", { width: 241, height: 113 }, 64, {}],
    ["toy", { width: 93, height: 255 }, 80, { pooling: "average", styleLoss: "moments" }],
    ["toy", { width: 270, height: 100 }, 64, { normalize: "paper" }],
    ["toy", { width: 130, height: 140 }, 96, { contentLayers: { conv3_1: 1 }, styleLayers: { conv1_1: 1 }, tv: 0 }],
    ["toy", { width: 270, height: 200 }, 128, { alpha: 0, beta: 0, tv: 1 }],
    ["toy", { width: 250, height: 130 }, 64, { alpha: 0, beta: 0, tv: 0, laplacian: 2, roughness: 3 }],
    ["pocket", { width: 261, height: 97 }, 64, {}],
    ["pocket", { width: 97, height: 279 }, 80, { pooling: "average" }],
    ["vgg19", { width: 237, height: 63 }, 64, {}],
  ] as const)("%s, %o, tiles of %i, %o: loss and gradient are the whole picture's", async (name, size, tile, given) => {
    await expectSame(name, size, tile, given);
  });

  test("with regions that some tiles do not contain", async () => {
    const size = { width: 261, height: 97 };
    const style = { width: 280, height: 70 };
    const masks = { mask: halves(size), styleMask: [halves(style)] };
    await expectSame("toy", size, 64, {}, masks);
    await expectSame("toy", size, 64, { styleLoss: "moments", color: "free" }, masks);
    await expectSame("toy", size, 64, { beta: 0, roughness: 1, color: "free" }, masks);
  });
});

test.each(["toy", "pocket"] as const)("%s: features that are kept for the second pass change no bit", async (name) => {
  const given = { tile: 64 } as const;
  const results: unknown[] = [];
  for (const first of [Infinity, 3, 1]) {
    const { run, settings, dispose } = await level(name, { width: 150, height: 83 }, given, {}, keepFrom(first));
    const losses = [await run.step(settings), await run.step(settings)];
    results.push({ losses, tensors: await run.tensors() });
    run.dispose();
    await dispose();
  }
  for (const result of results.slice(1)) expect(result).toEqual(results[0]);
});

function keepFrom(block: number): Keep {
  return { fp32: block, int8: block };
}

/** White on the left, black on the right, in between a soft slanted edge. */
function halves({ width, height }: Size): Image {
  const image = blank({ width, height });
  for (let i = 0; i < image.data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    image.data[i] = Math.min(1, Math.max(0, (0.4 * width - x + 0.3 * y) / 5));
  }
  return image;
}

/** The first step of tiles against that of the whole picture. */
async function expectSame(
  name: keyof typeof backbones,
  size: Size,
  tile: number,
  given: SettingsInput,
  masks?: Masks,
): Promise<void> {
  const [whole, tiled] = [await level(name, size, given, masks), await level(name, size, { ...given, tile }, masks)];
  const [expected, found] = [await whole.run.step(whole.settings), await tiled.run.step(tiled.settings)];
  expect(near(found.loss, expected.loss)).toBeLessThan(1e-5);
  for (const [term, value] of Object.entries(expected.terms)) {
    expect(Math.abs(found.terms[term]! - value)).toBeLessThan(1e-5 * expected.loss);
  }
  const [g, h] = [await gradient(whole.run, whole.settings), await gradient(tiled.run, tiled.settings)];
  const largest = g.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const worst = g.reduce((most, x, i) => Math.max(most, Math.abs(x - h[i]!)), 0);
  expect(largest).toBeGreaterThan(0);
  expect(worst / largest).toBeLessThan(1e-4);
  for (const { run, dispose } of [whole, tiled]) {
    run.dispose();
    await dispose();
  }
}

// Where a gradient is all but zero its last bit decides its sign, and Adam takes the same step for the smallest of them.
test.each([
  [0.002, 1e-4],
  [0.02, 0.02],
])(
  "ten steps of Adam at %f give the same picture except for a share of %f of its pixels",
  async (learningRate, share) => {
    const shown: Float32Array[] = [];
    for (const tile of ["off", 64] as const) {
      const given = { tile, learningRate };
      const { run, settings, size, dispose } = await level("toy", { width: 250, height: 100 }, given);
      for (let n = 0; n < 10; n++) await run.step(settings);
      shown.push((await run.shown(size)).data);
      run.dispose();
      await dispose();
    }
    const off = shown[0]!.filter((x, i) => Math.abs(x - shown[1]![i]!) > 1 / 255).length;
    expect(off / shown[0]!.length).toBeLessThanOrEqual(share);
  },
);

test("L-BFGS, which uses all pixels at once, takes the same steps", async () => {
  const losses: number[][] = [];
  for (const tile of ["off", 64] as const) {
    const given = { tile, optimizer: "lbfgs", history: 1 } as const;
    const { run, settings, dispose } = await level("toy", { width: 250, height: 100 }, given);
    const all: number[] = [];
    for (let n = 0; n < 6; n++) all.push((await run.step(settings)).loss);
    losses.push(all);
    run.dispose();
    await dispose();
  }
  for (const [i, loss] of losses[0]!.entries()) expect(near(losses[1]![i]!, loss)).toBeLessThan(1e-3);
});

describe("a job", () => {
  const settings = { size: 270, minSize: 130, levels: 3, steps: 2, firstSteps: 3, tile: 64 } as const;
  const job = () => ({ ...pictures({ width: 270, height: 99 }, { width: 260, height: 90 }), settings });

  test("continues from whole levels to tiled ones, is resumed exactly, and frees everything", async () => {
    const counting = await countingRuntime();
    const { stylizer } = toyStylizer(counting);
    const checkpoints: Checkpoint[] = [];
    const straight = await follow(stylizer, job(), { wantsCheckpoint: () => true }, (event) => {
      // Its tensors are the job's own memory.
      if (event.type === "checkpoint") checkpoints.push(structuredClone(event.checkpoint));
    });
    expect(straight.error).toBeUndefined();
    expect(straight.result).toMatchObject({ width: 270, height: 99 });
    expect(checkpoints).toHaveLength(7);
    for (const checkpoint of checkpoints) {
      const { settings: _, ...pair } = job();
      const resumed = await follow(stylizer, { ...pair, resume: checkpoint });
      expect(resumed.error).toBeUndefined();
      expect(Buffer.compare(Buffer.from(resumed.result!.data.buffer), Buffer.from(straight.result!.data.buffer))).toBe(
        0,
      );
    }
    await stylizer.dispose();
    expect(counting.live).toBe(0);
    expect(counting.programs).toBe(0);
  });

  test("that is stopped within tiles emits its last image and frees everything", async () => {
    const counting = await countingRuntime();
    const { stylizer } = toyStylizer(counting);
    const control = new AbortController();
    const { events, error } = await follow(stylizer, job(), { signal: control.signal }, (event) => {
      if (event.type === "step" && event.step === 6) control.abort(new Error("enough"));
    });
    expect(error).toEqual(new Error("enough"));
    expect(events.at(-1)).toMatchObject({ type: "image", step: 6, image: { width: 270 } });
    await stylizer.dispose();
    expect([counting.live, counting.programs]).toEqual([0, 0]);
  });
});
