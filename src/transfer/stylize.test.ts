/** A whole job on a small network: its events, when it stops, and that it frees everything. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { greyed } from "../image/color.ts";
import { blank, clampImage, type Image } from "../image/image.ts";
import { resize } from "../image/resize.ts";
import * as optimizers from "../optimizers/index.ts";
import type { SettingsInput } from "../settings/settings.ts";
import {
  type CountingRuntime,
  countingRuntime,
  follow,
  only,
  pictures,
  short,
  summary,
  toyStylizer,
} from "./fixtures.case.ts";
import type { Stylizer } from "./stylizer.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
let before = 0;
beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
});
beforeEach(() => {
  before = runtime.live;
});

const job = (settings: SettingsInput = {}) => ({ ...pictures(), settings: { ...short, ...settings } });

function expectPicture(image: Image | undefined, width: number, height: number): void {
  expect(image).toMatchObject({ width, height });
  expect(image!.data).toHaveLength(3 * width * height);
  expect(image!.data.every((x) => x >= 0 && x <= 1)).toBe(true);
}

describe("a job that runs to its end", () => {
  test("emits start, then every level with its steps, then done", async () => {
    const { events, result } = await follow(stylizer, job());
    expect(summary(events)).toEqual(["start", "level", "step x3", "level", "step x2", "done"]);
    expect(only(events, "start")).toEqual([
      {
        type: "start",
        model: "toy",
        weights: "toy-digest",
        runtime: runtime.description,
        precision: "fp32",
        levels: [
          { width: 35, height: 26, steps: 3 },
          { width: 50, height: 37, steps: 2 },
        ],
        steps: 5,
        work: [
          { tiles: 1, pixels: 2 * 64 * 48 },
          { tiles: 1, pixels: 2 * 80 * 64 },
        ],
        tile: "off",
        peak: expect.any(Number),
      },
    ]);
    expect(only(events, "level").map(({ index, level }) => [index, level.width])).toEqual([
      [0, 35],
      [1, 50],
    ]);
    expect(only(events, "step").map(({ step, steps, level }) => [step, steps, level])).toEqual([
      [1, 5, 0],
      [2, 5, 0],
      [3, 5, 0],
      [4, 5, 1],
      [5, 5, 1],
    ]);
    const [done] = only(events, "done");
    expect(done).toMatchObject({ step: 5 });
    expect(done!.image).toBe(result);
    expect(done!.record).toMatchObject({ model: "toy", weights: "toy-digest", step: 5, steps: 5, precision: "fp32" });
    expectPicture(result, 50, 37);
  });

  test("progress rises with the pixels done and ends at 1", async () => {
    const progress = only((await follow(stylizer, job())).events, "step").map((step) => step.progress);
    // Margins included, forward and back.
    const [small, large] = [2 * 64 * 48, 2 * 80 * 64];
    const all = 3 * small + 2 * large;
    expect(progress).toEqual([1, 2, 3].map((n) => (n * small) / all).concat([(3 * small + large) / all, 1]));
  });

  test("every step has every term's share, and they sum to the loss", async () => {
    const { events } = await follow(stylizer, job({ alpha: 0.3, tv: 0.1 }));
    for (const { loss, terms } of only(events, "step")) {
      expect(Object.keys(terms)).toEqual([
        "content conv4_2",
        ...[1, 2, 3, 4, 5].map((block) => `style conv${block}_1`),
        ...[1, 2, 4].map((scale) => `style roughness${scale}`),
        "variation",
      ]);
      expect(Object.values(terms).reduce((a, b) => a + b, 0) / loss).toBeCloseTo(1, 5);
    }
    const losses = only(events, "step").map((step) => step.loss);
    expect(losses[2]).toBeLessThan(losses[0]!);
  });

  test.each([
    [50, 37],
    [37, 50],
    [33, 16],
    [16, 16],
    [64, 1],
    [17, 31],
  ])("a photo of %i x %i gives a picture of exactly that size", async (width, height) => {
    const settings = { ...short, size: "content" as const };
    const { result, error } = await follow(stylizer, { ...pictures({ width, height }), settings });
    expect(error).toBeUndefined();
    expectPicture(result, width, height);
  });

  test.each(["content", "noise", "style", "gray"] as const)("starts from %s", async (init) => {
    const { result } = await follow(stylizer, job({ init }));
    expectPicture(result, 50, 37);
  });

  test("starts from a given picture of any size", async () => {
    const start = blank({ width: 5, height: 9 }, [1, 0, 0]);
    const { events, result } = await follow(stylizer, { ...job(), start }, { wantsImage: ({ step }) => step === 1 });
    expectPicture(result, 50, 37);
    const { data } = only(events, "image")[0]!.image;
    const plane = data.length / 3;
    expect(data.slice(0, plane).every((x) => x > 0.9)).toBe(true);
    expect(data.slice(plane).every((x) => x < 0.1)).toBe(true);
  });

  test("with normalised gradients a term's own scale does not count, its strength does", async () => {
    const one = async (settings: SettingsInput) => {
      const given = { ...short, levels: 1, steps: 3, tv: 0, average: 0, epsilon: 1e-6, normalizeGradients: true };
      const { result, error } = await follow(stylizer, { ...pictures(), settings: { ...given, ...settings } });
      if (error) throw error;
      return result!.data;
    };
    // On average: where a gradient is almost zero, a last bit decides where Adam goes.
    const difference = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) / a.length;
    const paper = await one({ normalize: "paper", alpha: 1, init: "gray" });
    // The same formulas but for constant factors: 4 for Gram matrices, twice the mean for the content.
    expect(difference(await one({ normalize: "mean", alpha: 1, init: "gray" }), paper)).toBeLessThan(5e-4);
    expect(difference(await one({ normalize: "paper", alpha: 20, init: "gray" }), paper)).toBeGreaterThan(2e-3);
    const plain = { alpha: 1, init: "gray", normalizeGradients: false } as const;
    const [sums, means] = [await one({ ...plain, normalize: "paper" }), await one({ ...plain, normalize: "mean" })];
    expect(difference(sums, means)).toBeGreaterThan(2e-3);
  });

  test("luminance: only lightness is input of the network and painted; the photo's chroma stays", async () => {
    const { content, style } = pictures();
    const job = { content, style, settings: { ...short, tv: 0, color: "luminance" as const } };
    const colored = await follow(stylizer, { ...job, start: style });
    const grey = await follow(stylizer, { ...job, start: greyed(style) });
    for (const [name, share] of Object.entries(only(grey.events, "step")[0]!.terms)) {
      expect(only(colored.events, "step")[0]!.terms[name], name).toBeCloseTo(share, 4);
    }
    const { data, width, height } = grey.result!;
    const plane = width * height;
    const photo = clampImage(resize(content, { width, height })).data;
    // Differences of channels are what chroma is; a pixel at the end of the range may lose some.
    const kept = Array.from({ length: plane }, (_, i) => {
      const inside = [0, 1, 2].every((c) => data[c * plane + i]! > 0 && data[c * plane + i]! < 1);
      return inside ? Math.abs(data[i]! - data[plane + i]! - photo[i]! + photo[plane + i]!) : 0;
    });
    expect(Math.max(...kept)).toBeLessThan(1e-5);
    // The same stylizer uses colours in the next job.
    const free = await follow(stylizer, { ...job, settings: { ...job.settings, color: "free" }, start: style });
    const [seen, unseen] = [free, colored].map(({ events }) => only(events, "step")[0]!.loss);
    expect(Math.abs(seen! / unseen! - 1)).toBeGreaterThan(0.01);
  });

  test.each(Object.keys(optimizers) as (keyof typeof optimizers)[])(
    "%s: the same seed gives the same bytes",
    async (optimizer) => {
      const once = async (seed: number) =>
        (await follow(stylizer, job({ optimizer, init: "noise", seed }))).result!.data;
      const [a, b, other] = [await once(7), await once(7), await once(8)];
      expect(b).toEqual(a);
      expect(other).not.toEqual(a);
    },
  );

  test("a painting smaller than sixteen pixels, and one much larger than the photo, work", async () => {
    for (const style of [
      { width: 7, height: 90 },
      { width: 3, height: 3 },
      { width: 300, height: 200 },
    ]) {
      const { result, error } = await follow(stylizer, { ...pictures(undefined, style), settings: short });
      expect(error).toBeUndefined();
      expectPicture(result, 50, 37);
    }
  });

  test("frees every value", async () => {
    await follow(stylizer, job());
    await follow(stylizer, job({ optimizer: "lbfgs" }), { wantsImage: () => true });
    expect(runtime.live).toBe(before);
  });

  test("the number of values alive at once does not grow with the steps", async () => {
    const most = async (steps: number) => {
      const counting = await countingRuntime();
      const { stylizer } = toyStylizer(counting);
      await follow(stylizer, job({ levels: 1, steps }));
      await stylizer.dispose();
      return counting.most;
    };
    expect(await most(12)).toBe(await most(3));
  });
});

describe("images on the way", () => {
  test("follow the requested steps, at the level's size", async () => {
    const { events } = await follow(stylizer, job(), { wantsImage: ({ step }) => step % 2 === 0 });
    expect(summary(events)).toEqual([
      "start",
      "level",
      "step x2",
      "image",
      "step",
      "level",
      "step",
      "image",
      "step",
      "done",
    ]);
    const images = only(events, "image");
    expect(images.map(({ step, level }) => [step, level])).toEqual([
      [2, 0],
      [4, 1],
    ]);
    expectPicture(images[0]!.image, 35, 26);
    expectPicture(images[1]!.image, 50, 37);
  });

  test("are copies: later steps do not change them", async () => {
    const images: { image: Image; copy: Float32Array }[] = [];
    await follow(stylizer, job({ average: 0 }), { wantsImage: () => true }, (event) => {
      if (event.type === "image") images.push({ image: event.image, copy: event.image.data.slice() });
    });
    expect(images).toHaveLength(5);
    for (const { image, copy } of images) expect(image.data).toEqual(copy);
    expect(images[1]!.copy).not.toEqual(images[0]!.copy);
  });

  test("do not change the result", async () => {
    const plain = await follow(stylizer, job());
    const watched = await follow(stylizer, job(), { wantsImage: () => true });
    expect(watched.result).toEqual(plain.result);
  });
});

describe("abort", () => {
  test.each([0, 1, 2, 3, 4, 5])(
    "after step %i: within one step, an image event, then the reason is thrown",
    async (step) => {
      const control = new AbortController();
      const reason = new Error("enough");
      const first = runtime.runs;
      const { events, error, result } = await follow(stylizer, job(), { signal: control.signal }, (event) => {
        const now = step === 0 ? event.type === "level" : event.type === "step" && event.step === step;
        if (now) control.abort(reason);
      });
      if (step === 5) {
        // The last step was done, and so the job.
        expect(error).toBeUndefined();
        expectPicture(result, 50, 37);
      } else {
        expect(error).toBe(reason);
        expect(events.at(-1)).toMatchObject({ type: "image", step });
        const { width, height } = only(events, "level").at(-1)!.level;
        expectPicture(only(events, "image")[0]!.image, width, height);
        expect(only(events, "step")).toHaveLength(step);
        // Two runs describe two pictures at every level that was begun.
        expect(runtime.runs - first).toBe(2 * only(events, "level").length + step);
      }
      expect(runtime.live).toBe(before);
    },
  );

  test("before the start: only the reason is thrown", async () => {
    const { events, error } = await follow(stylizer, job(), { signal: AbortSignal.abort(new Error("no")) });
    expect(events).toEqual([]);
    expect(error).toEqual(new Error("no"));
    expect(runtime.live).toBe(before);
  });

  test("right after the start event: no step is run and everything is freed", async () => {
    const control = new AbortController();
    const { events, error } = await follow(stylizer, job(), { signal: control.signal }, () => control.abort());
    expect(summary(events)).toEqual(["start"]);
    expect(error).toMatchObject({ name: "AbortError" });
    expect(runtime.live).toBe(before);
  });

  test.each([1, 2, 4, 6, 8])("when a caller leaves the loop after event %i, everything is freed", async (count) => {
    let seen = 0;
    for await (const _ of stylizer.stylize(job(), { wantsImage: () => true })) if (++seen === count) break;
    expect(runtime.live).toBe(before);
  });

  test("an error that the caller throws into the generator is rethrown", async () => {
    const boom = () => {
      throw new Error("mine");
    };
    const { error } = await follow(stylizer, job(), { wantsImage: boom });
    expect(error).toEqual(new Error("mine"));
    expect(runtime.live).toBe(before);
  });
});

describe("a loss that is no finite number", () => {
  afterEach(() => {
    runtime.spoilt = () => false;
  });

  test("the largest strengths that can be set: the job succeeds or gives a clear error", async () => {
    const styleLayers = { conv1_1: 1e12, conv3_1: 1e12, conv5_1: 1e12 };
    const huge = { beta: 1e12, styleLayers, tv: 1e12, normalize: "paper", learningRate: 10 } as const;
    for (const optimizer of ["adam", "lbfgs"] as const) {
      const { error, result } = await follow(stylizer, job({ ...huge, optimizer }));
      if (error) expect(error).toMatchObject({ code: "diverged" });
      else expectPicture(result, 50, 37);
      expect(runtime.live).toBe(before);
    }
  });

  test("emits the last good image", async () => {
    const { events, error } = await follow(stylizer, job(), {}, (event) => {
      if (event.type === "step" && event.step === 2) runtime.spoilt = (name) => name === "strength variation";
    });
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "diverged" });
    expect((error as Error).message).toMatch(
      /^The optimisation diverged: the loss is no finite number\. .*last good image/,
    );
    expect(only(events, "step")).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ type: "image", step: 2 });
    expectPicture(only(events, "image")[0]!.image, 35, 26);
    expect(runtime.live).toBe(before);
  });

  test.each(["content conv4_2", "style conv3_1"])("names %s alone if only that is not finite", async (name) => {
    const [picture, layer] = name.split(" ") as ["content" | "style", string];
    const broken = `target ${picture} ${layer}`;
    runtime.spoilt = (name) => name.startsWith(broken);
    const { error } = await follow(stylizer, job());
    expect((error as Error).message).toContain(`the term ${name} is no finite number`);
  });

  test.each([1, 2, 4, 5])("an image that became NaN in step %i is not emitted, but the one before it", async (bad) => {
    const { events, error, result } = await follow(stylizer, job(), {}, (event) => {
      const done = event.type === "step" ? event.step : event.type === "start" ? 0 : undefined;
      if (done === bad - 1) runtime.spoilt = (name) => name === "parameter learningRate";
    });
    expect(result).toBeUndefined();
    expect(error).toMatchObject({ code: "diverged" });
    const last = events.at(-1)!;
    expect(last.type).toBe("image");
    const { data } = only(events, "image")[0]!.image;
    expect(data.filter((x) => x === 0).length / data.length).toBeLessThan(0.1);
    expect(new Set(data).size).toBeGreaterThan(100);
    expect(runtime.live).toBe(before);
  });
});

test.each([
  ["a wrong setting", { steps: 0 }, "steps: expected at least 1"],
  ["an unknown layer", { styleLayers: { conv7_1: 1 } }, "toy has no layer conv7_1"],
])("%s is a usage error before any work is done", async (_, settings, message) => {
  const loaded = runtime.loaded;
  const { events, error } = await follow(stylizer, job(settings));
  expect(events).toEqual([]);
  expect(error).toMatchObject({ code: "usage", name: "UserError" });
  expect((error as Error).message).toContain(message);
  expect([runtime.loaded, runtime.live]).toEqual([loaded, before]);
});
