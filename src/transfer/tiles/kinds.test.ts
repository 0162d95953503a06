/** Eight-bit steps in tiles: against those of the whole picture and float32, resumed, and their ranges. */
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { Image } from "../../image/image.ts";
import { resized } from "../../image/resize.ts";
import { pocket } from "../../models/pocket.ts";
import { average } from "../../optimizers/average.ts";
import * as optimizers from "../../optimizers/index.ts";
import { readPicture } from "../../platform/node/pictures/read.ts";
import { loadWeights } from "../../platform/node/weights/weights.ts";
import { cpu } from "../../runtimes/node-cpu.ts";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import { parseSettings } from "../../settings/settings.ts";
import type { Weights } from "../../weights/weights.ts";
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import { countingRuntime, follow, only, pictures, toyStylizer } from "../fixtures.case.ts";
import { levelBeginner } from "../level/begin.ts";
import { programCache } from "../level/program-cache.ts";
import { margined } from "../pictures/edges.ts";
import { levelsOf, prepare } from "../pictures/prepare.ts";
import { CHECK, FINAL, type Precision, RANGES, withRanges } from "../precision/precision.ts";
import { freshState, imageValue } from "../step/program.ts";
import { terms } from "../step/terms.ts";
import type { Keep } from "./kept.ts";
import { kindOfStep } from "./kinds.ts";

let runtime: Runtime;
let weights: Weights;
let photo: Image;
let painting: Image;
const example = async (name: string) =>
  (await readPicture(fileURLToPath(new URL(`../../../examples/${name}.jpg`, import.meta.url)))).image;
beforeAll(async () => {
  // Natural pictures: on white noise, rounding errors dominate a step in eight bits.
  [photo, painting] = [await example("cat"), await example("starry")];
  runtime = await cpu.open({ threads: 1 });
  weights = (await loadWeights(pocket)).weights;
});

/** Losses and last gradient of some first steps of the shipped network. */
async function steps(precision: Precision, tile: number | "off", count: number, keep?: Keep) {
  const size = { width: 237, height: 93 };
  const settings = parseSettings({ size: 237, levels: 1, firstSteps: 100, steps: 100, tile, average: 0 });
  const both = { content: resized(photo, size), style: resized(painting, { width: 180, height: 130 }) };
  const levels = levelsOf(both, settings);
  const ready = prepare(both, settings, levels);
  const extractor = { backbone: pocket, weights, pooling: settings.pooling };
  const plain = average(optimizers.adam.make(settings.parameters as never));
  const optimizer = precision === "int8" ? withRanges(plain) : plain;
  const programs = programCache();
  const said: string[] = [];
  const common = {
    runtime,
    extractor,
    terms: terms(settings),
    optimizer,
    settings,
    pictures: ready,
    parts: {},
    programs,
    precision,
    ...(keep && { keep }),
  };
  const begin = levelBeginner({ ...common, say: (text) => said.push(text) });
  const image = imageValue(runtime, margined(8).padded(ready.start(), levels[0]!));
  const state = freshState(runtime, optimizer, margined(8).workSize(levels[0]!));
  const run = await begin(levels[0]!, async () => ({ image, state }));
  const losses: number[] = [];
  let before = new Float32Array();
  for (let n = 0; n < count; n++) {
    before = (await run.tensors()).get("state first")!.data.slice() as Float32Array<ArrayBuffer>;
    losses.push((await run.step(settings)).loss);
  }
  const tensors = await run.tensors();
  const beta = settings.parameters.beta1!;
  const gradient = tensors.get("state first")!.data.map((x, i) => (x - beta * before[i]!) / (1 - beta));
  const ranges = tensors.get("state ranges")?.data.slice();
  run.dispose();
  await programs.dispose();
  return { losses, gradient, ranges, said };
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) [ab, aa, bb] = [ab + a[i]! * b[i]!, aa + a[i]! ** 2, bb + b[i]! ** 2];
  return ab / Math.sqrt(aa * bb);
}

describe("the first steps", () => {
  test.each([64, 80, 128])("in tiles of %i: losses and gradients are near the whole picture's", async (tile) => {
    const [whole, tiled, floats] = [
      await steps("int8", "off", 5),
      await steps("int8", tile, 5),
      await steps("fp32", tile, 5),
    ];
    expect(tiled.said).toEqual([]);
    for (const [i, loss] of tiled.losses.entries()) {
      expect(Math.abs(loss / whole.losses[i]! - 1)).toBeLessThan(0.03);
      expect(Math.abs(loss / floats.losses[i]! - 1)).toBeLessThan(0.15);
    }
    // The first step is in floats.
    expect(Math.abs(tiled.losses[0]! / floats.losses[0]! - 1)).toBeLessThan(1e-5);
    expect(tiled.losses[4]).not.toBe(floats.losses[4]);
    const [ours, theirs] = [cosine(tiled.gradient, floats.gradient), cosine(whole.gradient, floats.gradient)];
    expect(ours).toBeGreaterThan(0.75);
    expect(ours).toBeGreaterThan(theirs - 0.1);
  });

  test("not a bit depends on the features that are kept", async () => {
    const expected = await steps("int8", 96, 2);
    for (const [fp32, int8] of [
      [4, 3],
      [Infinity, 1],
    ] as const)
      expect(await steps("int8", 96, 2, { fp32, int8 })).toEqual(expected);
  });

  test("measured in float32, features have the whole picture's ranges, or larger ones at cut edges", async () => {
    const [whole, tiled] = [await steps("int8", "off", 1), await steps("int8", 80, 1)];
    const features = whole.ranges!.indexOf(0);
    expect(features).toBe(13);
    for (let i = 0; i < features; i++) {
      expect(tiled.ranges![i]! / whole.ranges![i]!).toBeGreaterThan(0.9999);
      expect(tiled.ranges![i]! / whole.ranges![i]!).toBeLessThan(1.5);
    }
  });
});

describe("a job", () => {
  const settings = {
    size: 270,
    minSize: 130,
    levels: 2,
    firstSteps: 3,
    steps: 28,
    tile: 64,
    precision: "int8",
  } as const;
  const job = () => ({ ...pictures({ width: 270, height: 99 }, { width: 260, height: 90 }), settings });

  test("is resumed exactly before and after every kind of step, and frees everything", async () => {
    const counting = await countingRuntime();
    const { stylizer } = toyStylizer(counting);
    const kept = new Map<number, Checkpoint>();
    const wanted = [2, 4, 3 + 28 - FINAL];
    const straight = await follow(
      stylizer,
      job(),
      { wantsCheckpoint: ({ step }) => wanted.includes(step) },
      (event) => {
        // Its tensors are the job's own memory.
        if (event.type === "checkpoint") kept.set(event.step, structuredClone(event.checkpoint));
      },
    );
    expect(straight.error).toBeUndefined();
    expect(only(straight.events, "start")[0]).toMatchObject({ precision: "int8", tile: 64 });
    expect([...kept.keys()]).toEqual(wanted);
    for (const checkpoint of kept.values()) {
      const { settings: _, ...pair } = job();
      const resumed = await follow(stylizer, { ...pair, resume: checkpoint });
      expect(resumed.error).toBeUndefined();
      expect(resumed.result).toEqual(straight.result);
    }
    await stylizer.dispose();
    expect([counting.live, counting.programs]).toEqual([0, 0]);
  });
});

describe("the precision of a step", () => {
  const fake = (): Program => ({ run: async () => ({}), dispose: async () => {} });
  const kind = () => ({ sums: fake(), names: [], kept: {}, gradient: fake() });
  const programs = {
    floats: kind(),
    eight: kind(),
    score: fake(),
    update: fake(),
    pointwise: true,
    halos: [],
    shown: "image",
    dispose: async () => {},
  };
  const stateAt = (stepped: number, mistrusted = 0) => {
    const of = (...numbers: number[]) => ({ data: Float32Array.from(numbers) });
    const ranges = { data: new Float32Array(RANGES.capacity).fill(0.5) };
    return { ranges, stepped: of(stepped), checked: of(1), mistrusted: of(mistrusted) };
  };
  const ranges = (...numbers: number[]): Value => {
    const data = new Float32Array(RANGES.capacity);
    data.set(numbers);
    return { dims: [RANGES.capacity], read: async () => data, dispose() {} };
  };
  const schedule = { end: 40, say: () => {} };

  test("depends on the state, or is float32 without a schedule", () => {
    const of = (stepped: number, mistrusted = 0) =>
      kindOfStep(runtime, programs, stateAt(stepped, mistrusted), schedule).kind === programs.eight;
    expect([0, 1, CHECK, CHECK + 1, 39, 40].map((stepped) => of(stepped))).toEqual([
      false,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(of(1, 1)).toBe(false);
    expect(kindOfStep(runtime, programs, {}, undefined).kind).toBe(programs.floats);
  });

  test("the next step's ranges are the largest of all tiles, and are written after the step", async () => {
    const state = stateAt(1);
    const step = kindOfStep(runtime, programs, state, schedule);
    await step.judge(1, async () => 1);
    await step.saw({ [RANGES.to]: ranges(1, 5) });
    await step.saw({ [RANGES.to]: ranges(3, 2, 4) });
    expect([...state.ranges.data.subarray(0, 3), state.stepped.data[0]]).toEqual([0.5, 0.5, 0.5, 1]);
    step.done();
    expect([...state.ranges.data.subarray(0, 4), state.stepped.data[0]]).toEqual([3, 5, 4, 0, 2]);
    step.dispose();
  });

  test("a failed check ends eight bits, with a note", async () => {
    const said: string[] = [];
    const state = stateAt(CHECK);
    const step = kindOfStep(runtime, programs, state, { end: 40, say: (text) => said.push(text) });
    await step.judge(1, async (other) => (other === programs.eight ? 1.5 : 1));
    step.done();
    expect(said).toEqual([expect.stringContaining("1.50 where it should be 1.00")]);
    expect([state.mistrusted.data[0], state.checked.data[0], state.stepped.data[0]]).toEqual([1, 1, CHECK + 1]);
    step.dispose();
  });
});
