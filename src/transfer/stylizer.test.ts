/** What a stylizer reuses from job to job, and concurrent jobs. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { cpu } from "../runtimes/node-cpu.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { countingRuntime, follow, network, only, pictures, short, toyStylizer } from "./fixtures.case.ts";
import { stylizerOn } from "./stylizer.ts";

test("concurrent jobs with different programs run one after the other", async () => {
  const { stylizer } = toyStylizer(await cpu.open({ threads: 1 }));
  const job = (pooling: "max" | "average") => ({ ...pictures(), settings: { ...short, pooling } });
  const alone = [await follow(stylizer, job("max")), await follow(stylizer, job("average"))];
  const together = await Promise.all([follow(stylizer, job("max")), follow(stylizer, job("average"))]);
  for (const [i, { result, error }] of together.entries()) {
    expect(error).toBeUndefined();
    expect(result!.data).toEqual(alone[i]!.result!.data);
  }
  await stylizer.dispose();
});

test("the next job uses the programs of the last one again, unless they leave it too little memory", async () => {
  const job = { ...pictures(), settings: { ...short, levels: 1 } };
  const loads = async (limit: number) => {
    const runtime = await countingRuntime();
    const loadNetwork = async () => network;
    const stylizer = stylizerOn({ runtime, loadNetwork, gains: async () => false, memory: () => limit });
    const first = await follow(stylizer, job);
    const before = runtime.loaded;
    const { result } = await follow(stylizer, job);
    await stylizer.dispose();
    expect([runtime.live, runtime.programs]).toEqual([0, 0]);
    expect(result!.data).toEqual(first.result!.data);
    return { loaded: runtime.loaded - before, peak: only(first.events, "start")[0]!.peak };
  };
  const { loaded, peak } = await loads(1e9);
  expect((await loads(1.1 * peak)).loaded).toBe(loaded + 1);
});

test("a job that is left in the middle does not block the next", async () => {
  const runtime = await countingRuntime();
  const { stylizer } = toyStylizer(runtime);
  for await (const event of stylizer.stylize({ ...pictures(), settings: short })) if (event.type === "step") break;
  const { events } = await follow(stylizer, { ...pictures(), settings: short });
  expect(only(events, "done").length).toBe(1);
  await stylizer.dispose();
  expect([runtime.live, runtime.programs]).toEqual([0, 0]);
});

test("a job's pictures are released when its last level begins", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { stylizer } = toyStylizer(await cpu.open({ threads: 1 }));
  const held: WeakRef<Float32Array>[] = [];
  const job = () => {
    const given = { ...pictures({ width: 270, height: 70 }), start: pictures().content };
    for (const { data } of Object.values(given)) held.push(new WeakRef(data));
    return { ...given, settings: { ...short, size: "content" as const, tile: 64 } };
  };
  for await (const event of stylizer.stylize(job())) {
    if (event.type !== "step" || event.level !== 1) continue;
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    expect(held.map((one) => one.deref()?.length)).toEqual([undefined, undefined, undefined]);
  }
  await stylizer.dispose();
});

describe("the time, predicted at the start by a trial,", () => {
  test("is measured with the job's network, also for a resumed job", async () => {
    const runtime = await countingRuntime();
    const asked: string[] = [];
    const loadNetwork = async (name: string) => {
      asked.push(name);
      return network;
    };
    const stylizer = stylizerOn({ runtime, loadNetwork, gains: async () => false });
    const job = { ...pictures(), settings: short };
    const first = await follow(stylizer, job, { trial: 10, wantsCheckpoint: ({ step }) => step === 1 });
    expect(only(first.events, "start")[0]!.seconds).toBeGreaterThan(0);
    const resume = only(first.events, "checkpoint")[0]!.checkpoint;
    const { events, result } = await follow(stylizer, { ...pictures(), resume }, { trial: 10 });
    expect(only(events, "start")[0]!.seconds).toBeGreaterThan(0);
    expect(result).toEqual(first.result);
    expect(asked).toEqual(["auto", "toy"]);
    await stylizer.dispose();
    expect([runtime.live, runtime.programs]).toEqual([0, 0]);
  });

  test("is left out if the trial fails; the job does not fail", async () => {
    const runtime = await countingRuntime();
    let loads = 0;
    const load: Runtime["load"] = (...given) =>
      ++loads === 1 ? Promise.reject(new Error("not now")) : runtime.load(...given);
    const stylizer = stylizerOn({
      runtime: { ...runtime, load, value: runtime.value },
      loadNetwork: async () => network,
      gains: async () => false,
    });
    const { events, error } = await follow(stylizer, { ...pictures(), settings: short }, { trial: 10 });
    expect(error).toBeUndefined();
    expect(only(events, "start").map(({ seconds }) => seconds)).toEqual([undefined]);
    expect(only(events, "step")).toHaveLength(5);
    await stylizer.dispose();
    expect([runtime.live, runtime.programs]).toEqual([0, 0]);
  });
});
