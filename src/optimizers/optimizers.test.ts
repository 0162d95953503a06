/** Every exported optimiser, on losses with a known minimum. */
import { beforeAll, describe, expect, test } from "vitest";
import { mul, sub, sumSquare, type Tensor } from "../graph/index.ts";
import { checkValues } from "../parameters/parameter.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { freshState, persistentState } from "../transfer/step/program.ts";
import { average } from "./average.ts";
import * as optimizers from "./index.ts";
import { descend, flat, numbers, openRuntime, problems, SIZE } from "./optimizer.case.ts";
import type { Optimizer } from "./optimizer.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime();
});

interface Made {
  readonly optimizer: Optimizer;
  readonly parameters: Record<string, number>;
}

/** Every optimiser with its default parameters, alone and under a running average. */
const makers: Record<string, () => Made> = {};
for (const [name, part] of Object.entries(optimizers)) {
  const make = (): Made => {
    const parameters = checkValues(part.parameters, {});
    return { optimizer: part.make(parameters as never), parameters };
  };
  makers[name] = make;
  makers[`${name}, averaged`] = () => {
    const { optimizer, parameters } = make();
    return { optimizer: average(optimizer), parameters: { ...parameters, decay: 0.9 } };
  };
}

const bowl = problems.bowl!;
const norm = (values: Float32Array) => Math.hypot(...values);

describe.each(Object.entries(makers))("%s", (_, make) => {
  test.each(Object.entries(problems))("converges to the minimum of %s", async (_, loss) => {
    const run = await descend(runtime, { ...make(), loss, start: flat(0.3) });
    const losses = await run.steps(150);
    expect(Math.min(...losses.slice(-10)) / losses[0]!).toBeLessThan(0.02);
    await run.dispose();
  });

  test("a run that is resumed in a new program equals the straight run, bit for bit", async () => {
    const loss = problems["Rosenbrock's valley"]!;
    const straight = await descend(runtime, { ...make(), loss });
    const expected = await straight.steps(24);
    const first = await descend(runtime, { ...make(), loss });
    const losses = await first.steps(11);
    const from = await first.checkpoint();
    await first.dispose();
    const second = await descend(runtime, { ...make(), loss, from });
    losses.push(...(await second.steps(13)));
    expect(losses).toEqual(expected);
    expect(await second.checkpoint()).toEqual(await straight.checkpoint());
    expect(await second.read("shown")).toEqual(await straight.read("shown"));
    await Promise.all([straight.dispose(), second.dispose()]);
  });

  test("a new level starts like a new job, whatever state the previous level left", async () => {
    const { optimizer, parameters } = make();
    const square = (side: number, value: number) => ({
      width: side,
      height: side,
      data: new Float32Array(3 * side * side).fill(value),
    });
    const large = square(48, 0.3);
    const middle = (image: Tensor) => mul(1e-3, sumSquare(sub(image, 0.6)));
    const small = await descend(runtime, { optimizer, parameters, loss: middle, start: square(32, 0.2) });
    await small.steps(8);
    const kept = await persistentState(runtime, optimizer, small.state());
    const state = freshState(runtime, optimizer, large, kept);
    const next = await descend(runtime, { optimizer, parameters, loss: middle, start: large, state });
    const fresh = await descend(runtime, { optimizer, parameters, loss: middle, start: large });
    const losses = await next.steps(40);
    expect(losses).toEqual(await fresh.steps(40));
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(0.2);
    await Promise.all([small, next, fresh].map((run) => run.dispose()));
  });

  test("a step is deterministic, whatever ran before in the process", async () => {
    const [a, b] = [
      await descend(runtime, { ...make(), loss: bowl }),
      await descend(runtime, { ...make(), loss: bowl }),
    ];
    await a.steps(3);
    await b.steps(3);
    expect(await b.checkpoint()).toEqual(await a.checkpoint());
    await Promise.all([a.dispose(), b.dispose()]);
  });
});

describe("average", () => {
  const still: Optimizer = {
    pointwise: true,
    state: {},
    update: ({ image, gradient }) => ({ image: sub(image, gradient), shown: sub(image, gradient), state: {} }),
  };
  const loss = (x: Tensor) => mul(0.15, bowl(x));

  test.each([0.5, 0.9, 0.99])(
    "decay %f: the weighted mean of all images so far, weights summing to 1",
    async (decay) => {
      const start = { ...SIZE, data: numbers(0, 1, 3) };
      const run = await descend(runtime, { optimizer: average(still), parameters: { decay }, loss, start });
      const images: Float32Array[] = [];
      for (let n = 1; n <= 6; n++) {
        await run.step();
        images.push(await run.read("next image"));
        const weights = images.map((_, i) => ((1 - decay) * decay ** (n - 1 - i)) / (1 - decay ** n));
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        const expected = images[0]!.map((_, k) => images.reduce((sum, image, i) => sum + weights[i]! * image[k]!, 0));
        const shown = await run.read("shown");
        expect(norm(shown.map((x, k) => x - expected[k]!)) / norm(expected)).toBeLessThan(1e-5);
      }
      await run.dispose();
    },
  );

  test("decay 0 shows the last image, bit for bit", async () => {
    const start = { ...SIZE, data: numbers(0, 1, 3) };
    const run = await descend(runtime, { optimizer: average(still), parameters: { decay: 0 }, loss, start });
    for (let n = 0; n < 4; n++) {
      await run.step();
      expect(await run.read("shown")).toEqual(await run.read("next image"));
    }
    await run.dispose();
  });

  test("does not change the trajectory of the wrapped optimiser", async () => {
    const { optimizer, parameters } = makers.adam!();
    const bare = await descend(runtime, { optimizer, parameters, loss });
    const averaged = await descend(runtime, {
      optimizer: average(optimizer),
      parameters: { ...parameters, decay: 0.9 },
      loss,
    });
    expect(await averaged.steps(10)).toEqual(await bare.steps(10));
    expect(await averaged.read("next image")).toEqual(await bare.read("next image"));
    await Promise.all([bare.dispose(), averaged.dispose()]);
  });
});
