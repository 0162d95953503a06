/** The prediction of time, from steps whose times are given. */
import { afterEach, expect, test, vi } from "vitest";
import { parseSettings } from "../../settings/settings.ts";
import type { StepEvent } from "../events.ts";
import { secondsOf, type Timed, trialOf } from "./trial.ts";

afterEach(() => void vi.restoreAllMocks());

/** Two levels, the second in tiles. */
function timed(changes: Partial<Timed> = {}): Timed {
  const levels = [
    { width: 200, height: 150, steps: 100 },
    { width: 400, height: 300, steps: 50 },
  ];
  const work = [
    { tiles: 1, pixels: 1e5 },
    { tiles: 4, pixels: 6e5 },
  ];
  const settings = parseSettings({ margin: 0, seamless: false });
  return { settings, precision: "fp32", levels, work, done: 0, paintings: 2, photo: true, ...changes };
}

/** Steps that took so many milliseconds each. */
async function* steps(took: readonly number[]): AsyncGenerator<StepEvent> {
  let now = 1e6;
  for (const [i, time] of took.entries()) {
    now += time;
    vi.spyOn(performance, "now").mockReturnValue(now);
    yield { type: "step", step: i + 1, steps: took.length, level: 0, loss: 1, terms: {}, progress: 0 };
  }
}

test("a trial takes no more than its share, with the same settings and number of paintings", () => {
  const all = 100 * 1e5 + 50 * 6e5;
  const trial = trialOf(timed(), 0.02)!;
  expect(trial.side).toBe(256);
  expect((trial.steps * 2 * 256 ** 2) / all).toBeLessThan(0.02);
  expect(trialOf(timed(), 0.01)!.side).toBe(192);
  expect(trialOf(timed(), 1e-4)).toBeUndefined();
  expect(trial.job.style).toHaveLength(2);
  expect(parseSettings(trial.job.settings)).toMatchObject({ size: 256, levels: 1, tile: "off", normalize: "balanced" });
  expect(trialOf(timed({ photo: false }), 1)!.job.content).toBeUndefined();
});

test("the time is proportional to the pixels of all steps, with halos, plus one step per level for its targets", async () => {
  const trial = trialOf(timed(), 0.02)!;
  const pace = 0.2 / (2 * 256 ** 2);
  const seconds = await secondsOf(timed(), trial, steps([900, 100, 200, 300]));
  expect(seconds).toBeCloseTo(pace * (101 * 1e5 + 51 * 6e5), 6);
  const rest = timed({ done: 120 });
  expect(await secondsOf(rest, trial, steps([900, 200, 200, 200]))).toBeCloseTo(pace * 31 * 6e5, 6);
});

test("steps of an eight-bit job that run in float32 are counted as such", async () => {
  const eight = timed({ precision: "int8" });
  const trial = trialOf(eight, 1)!;
  const [slow, fast] = [0.4 / (2 * 256 ** 2), 0.1 / (2 * 256 ** 2)];
  const seconds = await secondsOf(eight, trial, steps([900, 100, 100, 100, 400, 400, 400]));
  // Of 100 the first of each 25; of the last 50 these (2) and the last 5. The targets are described in floats.
  const expected = 1e5 * ((4 + 1) * slow + 96 * fast) + 6e5 * ((7 + 1) * slow + 43 * fast);
  expect(seconds).toBeCloseTo(expected, 6);
});
