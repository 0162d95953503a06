/** What a stylizer keeps from job to job, and that it gives everything back. */
import { beforeEach, describe, expect, test } from "vitest";
import { type CountingRuntime, countingRuntime, follow, pictures, short, toyStylizer } from "./fixtures.case.ts";
import type { SettingsInput } from "./settings.ts";
import { createStylizer } from "./stylizer.ts";

let runtime: CountingRuntime;
beforeEach(async () => {
  runtime = await countingRuntime();
});

const job = (settings: SettingsInput = {}) => ({ ...pictures(), settings: { ...short, ...settings } });

/** Programs loaded by `job`: two describe, a third is a new step. */
async function loadedBy(
  stylizer: ReturnType<typeof toyStylizer>["stylizer"],
  settings: SettingsInput,
): Promise<number> {
  const loaded = runtime.loaded;
  expect((await follow(stylizer, job(settings))).error).toBeUndefined();
  return runtime.loaded - loaded;
}

describe("the step program is used again", () => {
  test.each<[string, SettingsInput]>([
    ["nothing", {}],
    ["sizes and steps", { size: 40, minSize: 16, levels: 1, steps: 1 }],
    [
      "strengths",
      { alpha: 1, beta: 2, tv: 0, styleLayers: { conv1_1: 9, conv2_1: 0, conv3_1: 1, conv4_1: 1, conv5_1: 1 } },
    ],
    ["the optimiser's numbers", { learningRate: 0.5, beta1: 0.5, epsilon: 1e-3 }],
    ["average, start and seed", { average: 0, init: "noise", seed: 5 }],
  ])("when %s changes", async (_, settings) => {
    const { stylizer, asked } = toyStylizer(runtime);
    expect(await loadedBy(stylizer, {})).toBe(3);
    expect(await loadedBy(stylizer, settings)).toBe(2);
    expect(asked()).toBe(1);
    expect(runtime.programs).toBe(1);
  });

  test.each<[string, SettingsInput]>([
    ["layers", { styleLayers: { conv2_1: 1 } }],
    ["pooling", { pooling: "average" }],
    ["normalisation", { normalize: "paper" }],
    ["optimiser", { optimizer: "lbfgs" }],
  ])("but not when the %s changes: then the old one is freed first", async (_, settings) => {
    const { stylizer } = toyStylizer(runtime);
    expect(await loadedBy(stylizer, {})).toBe(3);
    expect(await loadedBy(stylizer, settings)).toBe(3);
    expect(runtime.programs).toBe(1);
  });

  test("nor when L-BFGS's history has another length", async () => {
    const { stylizer } = toyStylizer(runtime);
    expect(await loadedBy(stylizer, { optimizer: "lbfgs" })).toBe(3);
    expect(await loadedBy(stylizer, { optimizer: "lbfgs", history: 5 })).toBe(3);
    expect(await loadedBy(stylizer, { optimizer: "lbfgs", history: 5, learningRate: 1 })).toBe(2);
  });
});

test("a used program gives the same picture as a fresh one", async () => {
  const { stylizer } = toyStylizer(runtime);
  await follow(stylizer, job({ alpha: 3 }));
  const used = await follow(stylizer, job());
  const fresh = await follow(toyStylizer(runtime).stylizer, job());
  expect(used.result).toEqual(fresh.result);
});

test("disposing gives all back, twice is fine, and the next job loads anew", async () => {
  const { stylizer } = toyStylizer(runtime);
  await follow(stylizer, job());
  await stylizer.dispose();
  await stylizer.dispose();
  expect([runtime.programs, runtime.live]).toEqual([0, 0]);
  expect(await loadedBy(stylizer, {})).toBe(3);
});

test("a network that cannot be loaded fails the job; the next one asks again", async () => {
  let asked = 0;
  const stylizer = createStylizer({
    runtime,
    loadNetwork: async () => {
      throw new Error(`no network, ${++asked}`);
    },
  });
  expect((await follow(stylizer, job())).error).toEqual(new Error("no network, 1"));
  expect((await follow(stylizer, job())).error).toEqual(new Error("no network, 2"));
});

test("a runtime that fails in any run leaves nothing behind, and the job says why", async () => {
  const total = 4 + 5;
  for (let broken = 1; broken <= total; broken++) {
    let runs = 0;
    const failing = Object.create(runtime) as CountingRuntime;
    failing.load = async (model, options) => {
      const program = await runtime.load(model, options);
      return {
        run: async (...given) => {
          if (++runs === broken) throw new Error("out of memory");
          return program.run(...given);
        },
        dispose: () => program.dispose(),
      };
    };
    const { stylizer } = toyStylizer(failing);
    const { error } = await follow(stylizer, job());
    expect(error, `run ${broken}`).toEqual(new Error("out of memory"));
    await stylizer.dispose();
    expect([runtime.live, runtime.programs], `run ${broken}`).toEqual([0, 0]);
  }
});

test("a runtime that cannot load the step leaves nothing behind", async () => {
  for (const broken of [1, 2, 3]) {
    let loads = 0;
    const failing = Object.create(runtime) as CountingRuntime;
    failing.load = async (model, options) => {
      if (++loads === broken) throw new Error("no room");
      return runtime.load(model, options);
    };
    const { error } = await follow(toyStylizer(failing).stylizer, job());
    expect(error).toEqual(new Error("no room"));
    expect([runtime.live, runtime.programs]).toEqual([0, 0]);
  }
});
