/** The verdict from measured times, on a runtime with a simulated clock. */
import { afterEach, expect, test, vi } from "vitest";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import { eightBitsGain } from "./gain.ts";

afterEach(() => void vi.restoreAllMocks());

const value = (x: number): Value => ({ dims: [], read: async () => Float32Array.of(x), dispose: () => {} });

/** A runtime whose runs take the given times, in float32 and in eight bits, by their number. */
function clocked(floats: (run: number) => number, eight: (run: number) => number, sum = 1): Runtime {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const kinds = [
    { takes: floats, loss: 1 },
    { takes: eight, loss: sum },
  ];
  const load = async (): Promise<Program> => {
    const { takes, loss } = kinds.shift()!;
    let runs = 0;
    const run = async () => {
      now += takes(runs++);
      return { loss: value(loss), next: value(0) };
    };
    return { run, dispose: async () => {} };
  };
  return { name: "cpu", description: "a clock", load, value: () => value(0) };
}

const steady = (time: number) => () => time;
/** Every third run is undisturbed; the others wait for another process. */
const disturbed = (time: number) => (run: number) => (run % 3 === 0 ? time : 2 * time);

test.each<[string, () => Runtime, boolean | undefined]>([
  ["half the time is a gain", () => clocked(steady(10), steady(5)), true],
  ["on a busy machine, too", () => clocked(disturbed(10), disturbed(5)), true],
  ["a tenth less is not worth it", () => clocked(steady(10), steady(9)), false],
  ["but a busy machine may not know", () => clocked(disturbed(10), disturbed(9)), undefined],
  ["if it is busy all the time", () => clocked(steady(10), disturbed(9)), undefined],
  ["wrong sums are no gain, however fast", () => clocked(steady(10), steady(1), 0.8), false],
])("%s", async (_, runtime, expected) => {
  expect(await eightBitsGain(runtime())).toBe(expected);
});

test("a clear gain is found after few runs", async () => {
  const runs: number[] = [];
  const counted = (time: number) => (run: number) => {
    runs.push(run);
    return time;
  };
  expect(await eightBitsGain(clocked(counted(10), steady(5)))).toBe(true);
  expect(Math.max(...runs)).toBe(3);
});

test("a machine that was busy at first is measured again", async () => {
  const late = (time: number) => (run: number) => (run < 12 ? disturbed(time)(run) : time);
  expect(await eightBitsGain(clocked(late(10), late(9)))).toBe(false);
  expect(await eightBitsGain(clocked(steady(10), (run) => (run < 10 ? disturbed(9)(run) : 5)))).toBe(true);
});
