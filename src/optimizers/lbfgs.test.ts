/** L-BFGS beyond convergence: it rejects bad steps, is invariant to the loss's scale and recovers from NaN. */
import { beforeAll, describe, expect, test } from "vitest";
import { mul, type Tensor } from "../graph/index.ts";
import { checkValues } from "../parameters/parameter.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { lbfgs } from "./index.ts";
import { cliff, type Descent, type DescentOptions, descend, flat, openRuntime, problems } from "./optimizer.case.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime();
});

const begin = (options: Partial<DescentOptions> & { loss: DescentOptions["loss"] }, given = {}): Promise<Descent> => {
  const parameters = checkValues(lbfgs.parameters, given);
  return descend(runtime, { optimizer: lbfgs.make(parameters), parameters, ...options });
};

/** The accepted loss after each of `count` steps. */
async function accepted(run: Descent, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < count; i++) {
    await run.step();
    losses.push((await run.read("next loss"))[0]!);
  }
  return losses;
}

const rises = (losses: readonly number[]) => losses.filter((x, i) => i > 0 && !(x <= losses[i - 1]!));

describe.each(Object.entries(problems))("%s", (_, loss) => {
  test.each([{}, { learningRate: 10 }, { learningRate: 1e-4 }, { history: 1 }, { history: 40 }])(
    "with %o the accepted loss never rises, and ends at the minimum",
    async (given) => {
      const run = await begin({ loss, start: flat(0.3) }, given);
      const losses = await accepted(run, 100);
      expect(rises(losses)).toEqual([]);
      expect(losses.at(-1)! / losses[0]!).toBeLessThan("history" in given && given.history === 1 ? 0.05 : 1e-3);
      await run.dispose();
    },
  );
});

test("the shown image is the accepted one: its loss is the accepted loss", async () => {
  const loss = problems["Rosenbrock's valley"]!;
  const run = await begin({ loss, start: flat(0.3) }, { learningRate: 10 });
  for (let i = 0; i < 20; i++) {
    await run.step();
    const data = await run.read("shown");
    const there = await begin({ loss, start: { ...flat(0), data } });
    expect(await there.step()).toBe((await run.read("next loss"))[0]);
    await there.dispose();
  }
  await run.dispose();
});

describe("a trial whose loss is NaN", () => {
  test.each([0.1, 1, 10])("is rejected after a first step of %f, and the descent continues", async (learningRate) => {
    const run = await begin({ loss: cliff, start: flat(0.5) }, { learningRate });
    const losses = await accepted(run, 80);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(rises(losses)).toEqual([]);
    // The minimum is about -0.5, from the barrier's own term.
    expect(losses.at(-1)!).toBeLessThan(losses[0]! * 0.01);
    expect((await run.read("shown")).every((x) => Number.isFinite(x) && x <= 0.9)).toBe(true);
    await run.dispose();
  });

  test("a NaN at the start stays NaN", async () => {
    const run = await begin({ loss: cliff, start: flat(0.95) });
    expect(await run.step()).toBeNaN();
    await run.dispose();
  });
});

// Powers of two, because multiplying by them does not round; 2^40 is about 1e12.
describe.each([-40, -20, 20, 40])("a loss scaled by 2^%i", (exponent) => {
  test.each(Object.entries(problems))("descends %s through bit-identical images", async (_, problem) => {
    const scaled = await begin({ loss: (x: Tensor) => mul(2 ** exponent, problem(x)), start: flat(0.3) });
    const plain = await begin({ loss: problem, start: flat(0.3) });
    const losses = await accepted(scaled, 60);
    expect(losses.map((loss) => loss / 2 ** exponent)).toEqual(await accepted(plain, 60));
    expect(losses[2]).toBeLessThan(losses[0]!);
    expect(await scaled.read("next image")).toEqual(await plain.read("next image"));
    await Promise.all([scaled.dispose(), plain.dispose()]);
  });
});

test("the first step moves the most sensitive pixel by the learning rate", async () => {
  const run = await begin({ loss: (x) => mul(1e9, problems.bowl!(x)), start: flat(0.5) }, { learningRate: 0.03 });
  await run.step();
  const moved = (await run.read("next image")).map((x) => Math.abs(x - 0.5));
  expect(Math.max(...moved)).toBeCloseTo(0.03, 6);
  await run.dispose();
});

test("stays at the minimum without NaN", async () => {
  const run = await begin({ loss: (x) => mul(0, problems.bowl!(x)), start: flat(0.5) });
  const losses = await accepted(run, 20);
  expect(new Set(losses)).toEqual(new Set([0]));
  expect([...(await run.read("shown"))].every((x) => x === 0.5)).toBe(true);
  await run.dispose();
});
