/** The history of a run: what it keeps within its limit, and when. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { Stylizer } from "../stylizer.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { checkpointHistories, checkpointHistory } from "./history.ts";

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  // What a weak reference gave is alive until the task ends.
  await new Promise((resolve) => setTimeout(resolve));
  runInNewContext("gc")();
}

/** A checkpoint of `bytes` bytes. */
function fake(step: number, bytes = 400): Checkpoint {
  const tensors = new Map([["image", { shape: [bytes / 4], data: new Float32Array(bytes / 4) }]]);
  return { step, tensors } as unknown as Checkpoint;
}

describe("within its limit", () => {
  test("the newest are dense, older ones further apart, and the first stays", () => {
    const history = checkpointHistory({ bytes: 400 * 12, every: 1 });
    for (let step = 1; step <= 1000; step++) {
      history.add(fake(step));
      expect(history.bytes).toBeLessThanOrEqual(4800);
    }
    const { steps } = history;
    expect(steps).toHaveLength(12);
    expect(steps[0]).toBe(1);
    expect(steps.slice(-3)).toEqual([998, 999, 1000]);
    const gaps = steps.slice(1).map((step, i) => step - steps[i]!);
    for (const [i, gap] of gaps.slice(1).entries()) expect(gap).toBeLessThanOrEqual(2 * gaps[i]!);
    expect(gaps[0]).toBeGreaterThan(200);
  });

  test("large checkpoints push out several small ones; one that does not fit is not kept", () => {
    const history = checkpointHistory({ bytes: 1000 });
    for (let step = 1; step <= 5; step++) history.add(fake(step, 200));
    history.add(fake(6, 800));
    expect(history.steps).toEqual([1, 6]);
    history.add(fake(7, 1200));
    expect(history.steps).toEqual([]);
    expect(history.bytes).toBe(0);
  });
});

test("the last not after a step is found; a step is there once", () => {
  const history = checkpointHistory({ bytes: 1e6 });
  expect(history.at()).toBeUndefined();
  for (const step of [10, 20, 30, 20]) history.add(fake(step));
  expect(history.steps).toEqual([10, 20, 30]);
  expect(history.at()?.step).toBe(30);
  expect(history.at(29)?.step).toBe(20);
  expect(history.at(20)?.step).toBe(20);
  expect(history.at(9)).toBeUndefined();
  history.clear();
  expect([history.steps, history.bytes]).toEqual([[], 0]);
});

test.each([[undefined], [{ bytes: 0 }], [{ bytes: "1MB" }], [{ bytes: 1e6, every: 0 }], [{ bytes: 1e6, every: 1.5 }]])(
  "limits such as %j are refused",
  (limits) => {
    for (const make of [checkpointHistory, checkpointHistories])
      expect(() => make(limits as never)).toThrow(/expected/);
  },
);

describe("of a run", () => {
  let runtime: CountingRuntime;
  let stylizer: Stylizer;
  beforeAll(async () => {
    runtime = await countingRuntime();
    stylizer = toyStylizer(runtime).stylizer;
  });
  const job = { ...pictures(), settings: { ...short, steps: 4 } };

  test("it has every so many steps and the end, as memory of its own", async () => {
    const history = checkpointHistory({ bytes: 1e7, every: 3 });
    const { events } = await follow(stylizer, job, { history, wantsCheckpoint: ({ step }) => step === 3 });
    expect(history.steps).toEqual([3, 6, 7]);
    const { checkpoint } = only(events, "checkpoint")[0]!;
    expect(history.at(3)).toEqual(checkpoint);
    for (const [name, { data }] of history.at(3)!.tensors) expect(data).not.toBe(checkpoint.tensors.get(name)!.data);
  });

  test("it has the state before settings are changed, where it is paused, and where it is stopped", async () => {
    const history = checkpointHistory({ bytes: 1e7, every: 100 });
    const { events } = await follow(stylizer, job, { history }, (event, run) => {
      if (event.type === "step" && event.step === 1) void run.adjust({ alpha: 2 });
      if (event.type === "step" && event.step === 3) run.pause();
      if (event.type === "paused") setTimeout(() => run.resume(), 1);
      if (event.type === "step" && event.step === 5) run.stop();
    });
    const { step } = only(events, "adjusted")[0]!;
    expect(history.steps).toEqual([step - 1, 3, 5]);
    expect(history.at(step - 1)!.settings.alpha).toBe(0.6);
    expect(history.at(3)!.settings.alpha).toBe(2);
  });

  test("what is no history is refused", async () => {
    const { error } = await follow(stylizer, job, { history: { bytes: 1e7 } as never });
    expect(error).toMatchObject({ message: expect.stringContaining("history: expected what checkpointHistory") });
  });
});

describe("several histories within one limit", () => {
  test("each takes half at most, and the oldest is emptied for the newest", () => {
    const all = checkpointHistories({ bytes: 4000, every: 5 });
    const [first, second, third] = [all.open(), all.open(), all.open()];
    expect(first.every).toBe(5);
    for (let step = 1; step <= 20; step++) first.add(fake(step));
    expect(first.bytes).toBe(2000);
    for (let step = 1; step <= 20; step++) second.add(fake(step));
    expect([all.bytes, first.steps.length, second.steps.length]).toEqual([4000, 5, 5]);
    third.add(fake(1));
    expect(first.steps).toEqual([]);
    expect([second.at()?.step, third.at()?.step]).toEqual([20, 1]);
    expect(all.bytes).toBe(2400);
    // One that was emptied may be filled again.
    first.add(fake(21));
    expect(first.at()?.step).toBe(21);
  });

  test("one that nobody refers to is garbage, and so are its checkpoints", async () => {
    const all = checkpointHistories({ bytes: 1e6 });
    const kept = all.open();
    kept.add(fake(1));
    all.open().add(fake(1, 4000));
    expect(all.bytes).toBe(4400);
    await collectGarbage();
    expect(all.bytes).toBe(400);
    expect(kept.at()?.step).toBe(1);
  });
});
