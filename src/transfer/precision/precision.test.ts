/** Schedule of eight-bit and float32 steps, the end of eight bits, and resumed jobs. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserError } from "../../errors.ts";
import { average } from "../../optimizers/average.ts";
import { adam } from "../../optimizers/index.ts";
import { checkValues } from "../../parameters/parameter.ts";
import type { Program, Runtime, Value } from "../../runtimes/runtime.ts";
import { parseSettings, type SettingsInput } from "../../settings/settings.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../checkpoint/checkpoint.ts";
import {
  type CountingRuntime,
  countingRuntime,
  follow,
  network,
  only,
  pictures,
  toyStylizer,
} from "../fixtures.case.ts";
import { terms } from "../step/terms.ts";
import { stylizerOn } from "../stylizer.ts";
import { mixedProgram, stepPrograms } from "./mixed.ts";
import { CHECK, FINAL, type Precision, withRanges } from "./precision.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
let runtime: CountingRuntime;
beforeAll(async () => {
  runtime = await countingRuntime();
});

/** Levels of 28 and 24 steps: a check in the first, eight bits in both. */
const settings: SettingsInput = { size: 50, minSize: 32, levels: 2, firstSteps: 28, steps: 24, precision: "int8" };
const job = (more: SettingsInput = {}) => ({ ...pictures(), settings: { ...settings, ...more } });

/** Programs that only record that they ran, with given losses. */
function fakePrograms(losses: { floats: number; eight: number }, growth = 1) {
  const ran: string[] = [];
  const said: string[] = [];
  let checks = 0;
  const plain: Runtime = {
    name: "none",
    description: "none",
    value: (data, dims): Value => ({ dims, read: async () => data, dispose() {} }),
    load: () => Promise.reject(new Error("nothing to load")),
  };
  const fake = (name: keyof typeof losses): Program => ({
    run: async (_, wanted) => {
      ran.push(wanted ? `${name}'s loss` : name);
      if (name === "floats") checks++;
      return { loss: plain.value(Float32Array.of(losses[name] * growth ** (checks - 1)), []) };
    },
    dispose: async () => {},
  });
  const both = { fp32: fake("floats"), int8: fake("eight") };
  const programs = { in: async (precision: Precision) => both[precision], dispose: async () => {} };
  const program = mixedProgram({ runtime: plain, programs, end: 2 * CHECK + 2, say: (text) => said.push(text) });
  const run = async (count: number) => {
    let state = { stepped: 0, checked: 0, mistrusted: 0 };
    for (let i = 0; i < count; i++) {
      const inputs = Object.entries(state).map(([k, x]) => [`state ${k}`, plain.value(Float32Array.of(x), [])]);
      const outputs = await program.run(Object.fromEntries(inputs));
      const read = async (name: string) => (await outputs[`next ${name}`]!.read())[0]!;
      state = {
        stepped: await read("stepped"),
        checked: await read("checked"),
        mistrusted: await read("mistrusted"),
      };
    }
    return state;
  };
  return { ran, said, run };
}

describe("the schedule", () => {
  test("has float32 at the first step, at every check and at the end", async () => {
    const { ran, said, run } = fakePrograms({ floats: 1, eight: 1.05 });
    expect(await run(2 * CHECK + 4)).toEqual({ stepped: 2 * CHECK + 4, checked: 1, mistrusted: 0 });
    const between = Array.from({ length: CHECK - 1 }, () => "eight");
    const checked = ["floats", "eight's loss"];
    expect(ran).toEqual(["floats", ...between, ...checked, ...between, ...checked, "eight", "floats", "floats"]);
    expect(said).toEqual([]);
  });

  test.each([1.2, 0.8, Number.NaN])(
    "a loss of %d where it should be 1: floats for ever, and it is said once",
    async (eight) => {
      const { ran, said, run } = fakePrograms({ floats: 1, eight });
      expect(await run(CHECK + 5)).toMatchObject({ mistrusted: 1 });
      expect(ran.slice(CHECK)).toEqual(["floats", "eight's loss", "floats", "floats", "floats", "floats"]);
      expect(said).toEqual([expect.stringMatching(/^In eight bits the loss is .* all steps are in floats\.$/)]);
    },
  );
});

describe("a loss that has grown between two checks", () => {
  test("ends eight bits even if both precisions agree", async () => {
    const { ran, said, run } = fakePrograms({ floats: 1, eight: 1 }, 1.3);
    await run(CHECK + 3);
    expect(ran.slice(CHECK)).toEqual(["floats", "eight's loss", "floats", "floats"]);
    expect(said).toEqual([
      "With steps in eight bits the loss has grown from 1.00 to 1.30: from here on all steps are in floats.",
    ]);
  });
});

describe("a job in eight bits", () => {
  test("reaches the loss of the job in float32, and frees everything", async () => {
    const before = { live: runtime.live, programs: runtime.programs };
    const { stylizer } = toyStylizer(runtime);
    // The toy's conv5_1 has eight channels at very few positions: nearly all noise.
    const styleLayers = { conv1_1: 1, conv2_1: 1, conv3_1: 2, conv4_1: 1 };
    const last = async (precision: "fp32" | "int8", seed: number) => {
      const { events, error } = await follow(stylizer, job({ precision, init: "noise", seed, styleLayers }));
      expect(error).toBeUndefined();
      expect(only(events, "start")[0]!.precision).toBe(precision);
      expect(only(events, "note")).toEqual([]);
      return only(events, "step").at(-1)!.loss;
    };
    // The losses of so short a job vary: single ones differ by up to a tenth, in both directions.
    const ratios = [];
    for (const seed of [1, 2, 3]) ratios.push((await last("int8", seed)) / (await last("fp32", seed)));
    for (const ratio of ratios) expect(Math.abs(ratio - 1)).toBeLessThan(0.12);
    expect(Math.abs(ratios.reduce((a, b) => a + b, 0) / ratios.length - 1)).toBeLessThan(0.05);
    await stylizer.dispose();
    expect({ live: runtime.live, programs: runtime.programs }).toEqual(before);
  });

  test("resumed, has the bytes of the uninterrupted one, whichever kind of step is next", async () => {
    const { stylizer } = toyStylizer(runtime);
    const straight = await follow(stylizer, job(), { wantsCheckpoint: () => true });
    const kept = only(straight.events, "checkpoint");
    for (const at of [1, CHECK - 1, CHECK, CHECK + 1, 28, 30, 52 - FINAL]) {
      const bytes = await encodeCheckpoint(kept[at - 1]!.checkpoint, sha256);
      const { checkpoint } = await decodeCheckpoint(bytes, sha256);
      const resumed = await follow(stylizer, { ...job(), resume: checkpoint });
      expect(resumed.error).toBeUndefined();
      expect(resumed.result).toEqual(straight.result);
    }
    await stylizer.dispose();
  });

  test("loads a program when it is needed, and frees the other one where only one is to be loaded", async () => {
    const optimizer = withRanges(average(adam.make(checkValues(adam.parameters, {}))));
    const names = ["learningRate", "beta1", "beta2", "epsilon", "decay"];
    const extractor = { backbone: network.backbone, weights: network.weights, pooling: "max" as const };
    const before = runtime.programs;
    const loads = [];
    for (const alone of [false, true]) {
      const programs = stepPrograms(runtime, extractor, terms(parseSettings()), optimizer, names, alone);
      const count = [];
      for (const precision of ["fp32", "int8", "int8", "fp32"] as const) {
        await programs.in(precision);
        count.push(runtime.programs - before);
      }
      await programs.dispose();
      loads.push(count);
    }
    expect(loads).toEqual([
      [1, 2, 2, 2],
      [1, 1, 1, 1],
    ]);
    expect(runtime.programs).toBe(before);
  });

  test("auto: as the processor gains or not, and a resumed job as it began", async () => {
    const loadNetwork = async () => network;
    const started = async (gain: boolean, more: SettingsInput, resume?: never) => {
      const stylizer = stylizerOn({ runtime, loadNetwork, gains: async () => gain });
      const control = new AbortController();
      const options = { signal: control.signal, wantsCheckpoint: () => true };
      const { events, error } = await follow(
        stylizer,
        { ...job({ precision: "auto", ...more }), resume },
        options,
        (e) => {
          if (e.type === "step") control.abort(new Error("stop"));
        },
      );
      await stylizer.dispose();
      return { precision: only(events, "start")[0]?.precision, error, kept: only(events, "checkpoint")[0]?.checkpoint };
    };
    const yes = await started(true, {});
    expect(yes.precision).toBe("int8");
    expect((await started(false, {})).precision).toBe("fp32");
    expect((await started(false, {}, yes.kept as never)).precision).toBe("int8");
    for (const exact of [{ optimizer: "lbfgs" }, { normalize: "paper" }, { precision: "fp32" }] as const) {
      expect((await started(true, exact)).precision).toBe("fp32");
    }
  });

  test.each<[SettingsInput, RegExp]>([
    [{ optimizer: "lbfgs" }, /optimiser lbfgs/],
    [{ normalize: "paper" }, /normalisation paper/],
  ])("%o: refused before any computation", async (more, why) => {
    const { stylizer } = toyStylizer(runtime);
    const { events, error } = await follow(stylizer, job(more));
    expect(events).toEqual([]);
    expect(error).toMatchObject({ code: "usage", message: expect.stringMatching(why) } as Partial<UserError>);
  });
});
