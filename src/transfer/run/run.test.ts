/** A running job: awaited, iterated, paused, stopped; it yields to the event loop between steps. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SettingsInput } from "../../settings/settings.ts";
import type { StylizeEvent } from "../events.ts";
import {
  type CountingRuntime,
  countingRuntime,
  follow,
  only,
  pictures,
  short,
  summary,
  toyStylizer,
} from "../fixtures.case.ts";
import type { Stylizer } from "../stylizer.ts";
import { runLater } from "./run.ts";

let runtime: CountingRuntime;
let stylizer: Stylizer;
let before = 0;
beforeAll(async () => {
  runtime = await countingRuntime();
});
beforeEach(() => {
  ({ stylizer } = toyStylizer(runtime));
  before = runtime.live;
});
afterEach(async () => {
  await stylizer.dispose();
  expect(runtime.live).toBe(before);
});

const job = (settings: SettingsInput = {}) => ({ ...pictures(), settings: { ...short, ...settings } });

describe("a run", () => {
  test("is awaited for the result, iterated for the events, or both", async () => {
    const { result } = await follow(stylizer, job());
    expect((await stylizer.stylize(job())).image).toEqual(result);
    const run = stylizer.stylize(job());
    const awaited = run.then(({ image }) => image);
    const types: string[] = [];
    for await (const { type } of run) types.push(type);
    expect(types.filter((type) => type === "step")).toHaveLength(5);
    expect(await awaited).toEqual(result);
    expect((await run).record).toMatchObject({ step: 5, steps: 5, version: expect.stringMatching(/^\d/) });
  });

  test("rejects with its job's error, awaited or iterated", async () => {
    const wrong = () => stylizer.stylize(job({ alpha: -1 }));
    await expect(Promise.resolve(wrong())).rejects.toMatchObject({ name: "UserError", code: "usage" });
    await expect(wrong().next()).rejects.toMatchObject({ name: "UserError" });
    const caught = await wrong().catch((error: Error) => error.name);
    expect(caught).toBe("UserError");
  });

  test("whose loop is left has no result", async () => {
    const run = stylizer.stylize(job());
    for await (const event of run) if (event.type === "step") break;
    await expect(Promise.resolve(run)).rejects.toMatchObject({ name: "AbortError" });
  });

  test("computes nothing before the next event is requested", async () => {
    const loaded = runtime.loaded;
    stylizer.stylize(job());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(runtime.loaded).toBe(loaded);
  });

  test("yields to the event loop before every step", async () => {
    const seen: number[] = [];
    let steps = 0;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => seen.push(steps);
    for await (const event of stylizer.stylize(job())) {
      if (event.type !== "step") continue;
      steps++;
      port2.postMessage(0);
    }
    port1.close();
    expect(seen.slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  test("that is created later queues its controls, and disposes of its stylizer", async () => {
    let ended = 0;
    const run = runLater(async () => ({
      run: stylizer.stylize(job()),
      end: async () => {
        ended++;
      },
    }));
    const accepted = run.adjust({ tv: 0 });
    run.pause();
    const events: StylizeEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (event.type === "paused") run.resume();
    }
    await accepted;
    expect(summary(events).slice(0, 4)).toEqual(["start", "level", "paused", "adjusted"]);
    expect(ended).toBe(1);
  });
});

describe("pause", () => {
  test("halts the job until it is resumed; the result is the same", async () => {
    const { result } = await follow(stylizer, job());
    const run = stylizer.stylize(job(), { previewEvery: 1e9, checkpointEvery: 1e9 });
    const events: StylizeEvent[] = [];
    let held = true;
    for await (const event of run) {
      events.push(event);
      if (event.type === "step" && event.step === 2) run.pause();
      if (event.type === "paused") {
        setTimeout(() => {
          held = false;
          run.resume();
        }, 30);
      }
      if (event.type === "step" && event.step === 3) expect(held).toBe(false);
    }
    // The first preview and checkpoint follow the first step; then those of the pause.
    expect(summary(events)).toEqual([
      ...["start", "level", "step", "image", "checkpoint", "step", "image", "checkpoint", "paused"],
      ...["step", "level", "step x2", "done"],
    ]);
    expect((await run).image).toEqual(result);
    const resume = only(events, "checkpoint")[1]!.checkpoint;
    expect(resume.step).toBe(2);
    expect((await follow(stylizer, { ...pictures(), resume })).result).toEqual(result);
  });

  test("another job can run meanwhile on other programs; the result is the same", async () => {
    const other = job({ pooling: "average" });
    const alone = [(await follow(stylizer, job())).result, (await follow(stylizer, other)).result];
    const run = stylizer.stylize(job());
    let between: unknown;
    for await (const event of run) {
      if (event.type === "step" && event.step === 4) run.pause();
      if (event.type === "paused") {
        void stylizer.stylize(other).then(({ image }) => {
          between = image;
          run.resume();
        });
      }
    }
    expect(between).toEqual(alone[1]);
    expect((await run).image).toEqual(alone[0]);
    await stylizer.dispose();
    expect(runtime.programs).toBe(0);
  });

  test.each(["stop", "abort", "leave"] as const)("ends by %s", async (how) => {
    const control = new AbortController();
    const run = stylizer.stylize(job(), { signal: control.signal });
    const types: string[] = [];
    const course = (async () => {
      for await (const { type } of run) {
        types.push(type);
        if (type === "level") run.pause();
        if (type !== "paused") continue;
        if (how === "leave") break;
        setTimeout(() => (how === "stop" ? run.stop() : control.abort(new Error("enough"))), 5);
      }
    })();
    if (how === "abort") await expect(course).rejects.toThrow("enough");
    else await course;
    expect(types).not.toContain("step");
    expect(types.at(-1)).toBe({ stop: "done", abort: "image", leave: "paused" }[how]);
  });
});

describe("stop", () => {
  test.each([0, 2, 3, 4])("after step %i: done with the current image, and a checkpoint to resume from", async (at) => {
    const { result } = await follow(stylizer, job());
    const run = stylizer.stylize(job(), { checkpointEvery: 1e9 });
    const events: StylizeEvent[] = [];
    for await (const event of run) {
      events.push(event);
      if (at === 0 ? event.type === "level" : event.type === "step" && event.step === at) run.stop();
    }
    const { image, record } = await run;
    expect(record).toMatchObject({ step: at, steps: 5, stopped: true });
    expect(image.width).toBe(at < 4 ? 35 : 50);
    const resume = only(events, "checkpoint").at(-1)!.checkpoint;
    expect(resume.step).toBe(at);
    expect((await follow(stylizer, { ...pictures(), resume })).result).toEqual(result);
  });

  test("after the last step changes nothing", async () => {
    const run = stylizer.stylize(job());
    for await (const event of run) if (event.type === "step" && event.step === 5) run.stop();
    expect((await run).record.stopped).toBeUndefined();
  });
});

describe("previews", () => {
  test("follow time and size; the result has the full size", async () => {
    const every = await follow(stylizer, job(), { previewEvery: 0, previewSize: 20 });
    const images = only(every.events, "image").map(({ image }) => image);
    expect(images).toHaveLength(5);
    for (const { width, height, data } of images) {
      expect([width, height]).toEqual([20, 15]);
      expect(data.every((x) => x >= 0 && x <= 1)).toBe(true);
    }
    expect(every.result).toMatchObject({ width: 50, height: 37 });
    expect(every.result).toEqual((await follow(stylizer, job())).result);
    const seldom = await follow(stylizer, job(), { previewEvery: 1e9 });
    expect(only(seldom.events, "image").map(({ step }) => step)).toEqual([1]);
  });

  test("every step after the first has the remaining time, which ends at 0", async () => {
    const { events } = await follow(stylizer, job());
    const left = only(events, "step").map(({ secondsLeft }) => secondsLeft);
    expect(left[0]).toBeUndefined();
    expect(left.slice(1).every((seconds) => seconds! >= 0)).toBe(true);
    expect(left.at(-1)).toBeCloseTo(0, 9);
  });
});
