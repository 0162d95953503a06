/** What a stylizer keeps from job to job, and jobs that are begun at the same time. */
import { expect, test } from "vitest";
import { cpu } from "../runtimes/node-cpu.ts";
import { countingRuntime, follow, only, pictures, short, toyStylizer } from "./fixtures.case.ts";

test("jobs with different programs that are begun at once run one after the other", async () => {
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

test("a job that is left in the middle lets the next one begin", async () => {
  const runtime = await countingRuntime();
  const { stylizer } = toyStylizer(runtime);
  for await (const event of stylizer.stylize({ ...pictures(), settings: short })) if (event.type === "step") break;
  const { events } = await follow(stylizer, { ...pictures(), settings: short });
  expect(only(events, "done").length).toBe(1);
  await stylizer.dispose();
  expect([runtime.live, runtime.programs]).toEqual([0, 0]);
});
