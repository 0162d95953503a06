/** Checkpoints are encoded and decoded, and a resumed job equals an uninterrupted one. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserError } from "../../errors.ts";
import type { SettingsInput } from "../../settings/settings.ts";
import type { StylizeEvent } from "../events.ts";
import { type CountingRuntime, countingRuntime, follow, only, pictures, short, toyStylizer } from "../fixtures.case.ts";
import type { Stylizer } from "../stylizer.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let runtime: CountingRuntime;
let stylizer: Stylizer;
let before = 0;
let all: Checkpoint[];
beforeAll(async () => {
  runtime = await countingRuntime();
  stylizer = toyStylizer(runtime).stylizer;
  all = await checkpoints();
  before = runtime.live;
});

const job = (settings: SettingsInput = {}) => ({ ...pictures(), settings: { ...short, ...settings } });

/** A checkpoint after every step of a job. */
async function checkpoints(settings: SettingsInput = {}): Promise<Checkpoint[]> {
  const { events, error } = await follow(stylizer, job(settings), { wantsCheckpoint: () => true });
  expect(error).toBeUndefined();
  return only(events, "checkpoint").map(({ checkpoint }) => checkpoint);
}

/** The checkpoint, encoded and decoded. */
async function stored(checkpoint: Checkpoint): Promise<Checkpoint> {
  return (await decodeCheckpoint(await encodeCheckpoint(checkpoint, sha256), sha256)).checkpoint;
}

/** Step events without the remaining time, which differs from run to run. */
function timeless(events: readonly StylizeEvent[]) {
  return only(events, "step").map(({ secondsLeft: _, ...rest }) => rest);
}

test("the platform's own SHA-256 is the default", async () => {
  const bytes = await encodeCheckpoint(all[0]!);
  expect(bytes).toEqual(await encodeCheckpoint(all[0]!, sha256));
  expect((await decodeCheckpoint(bytes)).checkpoint.step).toBe(1);
});

describe("a resumed job", () => {
  test.each<[string, SettingsInput]>([
    ["Adam", {}],
    ["Adam without average, from noise", { average: 0, init: "noise", seed: 3 }],
    ["L-BFGS", { optimizer: "lbfgs", history: 3, firstSteps: 5, steps: 4 }],
    ["L-BFGS with the paper's formulas", { optimizer: "lbfgs", history: 2, normalize: "paper", pooling: "average" }],
    ["the photo's chroma at the end", { color: "content", styleLoss: "moments" }],
    ["the photo's own colours as content target", { contentTarget: "photo" }],
    ["three levels", { levels: 3, minSize: 16, steps: 1, firstSteps: 2 }],
  ])("%s: has the bytes of the uninterrupted one, whichever step it was stopped after", async (_, settings) => {
    const { result, events } = await follow(stylizer, job(settings));
    const steps = timeless(events);
    const kept = await checkpoints(settings);
    expect(kept.map(({ step }) => step)).toEqual(steps.map(({ step }) => step));
    for (const checkpoint of kept) {
      const resumed = await follow(stylizer, { ...job(settings), resume: await stored(checkpoint) });
      expect(resumed.error).toBeUndefined();
      expect(resumed.result).toEqual(result);
      expect(only(resumed.events, "start")[0]).toMatchObject({ resumed: checkpoint.step, steps: steps.length });
      expect(timeless(resumed.events)).toEqual(steps.slice(checkpoint.step));
      expect(only(resumed.events, "level")[0]).toMatchObject({ index: checkpoint.level });
    }
  });

  test("can be stopped and resumed repeatedly", async () => {
    const settings = { optimizer: "lbfgs", history: 2 } as const;
    const { result } = await follow(stylizer, job(settings));
    let resume: Checkpoint | undefined;
    for (let step = 1; step <= 4; step++) {
      const control = new AbortController();
      const options = { signal: control.signal, wantsCheckpoint: () => false };
      const { events } = await follow(stylizer, { ...job(settings), resume }, options, (event) => {
        if (event.type === "step") control.abort(new Error("stop"));
      });
      expect(only(events, "step")).toHaveLength(1);
      expect(events.slice(-2).map(({ type }) => type)).toEqual(["image", "checkpoint"]);
      resume = await stored(only(events, "checkpoint")[0]!.checkpoint);
      expect(resume.step).toBe(step);
    }
    expect((await follow(stylizer, { ...job(settings), resume })).result).toEqual(result);
    expect(runtime.live).toBe(before);
  });

  test("takes its settings from the checkpoint where none are given", async () => {
    const { result } = await follow(stylizer, job());
    const resumed = await follow(stylizer, { ...pictures(), resume: all[1] });
    expect(resumed.result).toEqual(result);
  });

  test("that is stopped before its first step emits the image of the checkpoint", async () => {
    const control = new AbortController();
    const { events } = await follow(
      stylizer,
      { ...job(), resume: all[3] },
      { signal: control.signal, wantsCheckpoint: () => false },
      (event) => event.type === "level" && control.abort(),
    );
    expect(events.map(({ type }) => type)).toEqual(["start", "level", "image", "checkpoint"]);
    expect(only(events, "checkpoint")[0]!.checkpoint.tensors).toEqual(all[3]!.tensors);
    expect(runtime.live).toBe(before);
  });

  test("checkpoints do not change the result, and later steps do not change them", async () => {
    const plain = await follow(stylizer, job());
    const asked = await follow(stylizer, job(), { wantsCheckpoint: () => true });
    expect(asked.result).toEqual(plain.result);
    expect(only(asked.events, "checkpoint").map(({ checkpoint }) => checkpoint)).toEqual(all);
  });
});

describe("a checkpoint of something else is refused", () => {
  const refusal = async (resume: Checkpoint, settings: SettingsInput = {}) =>
    (await follow(stylizer, { ...job(settings), resume })).error as UserError;

  test("other settings", async () => {
    const error = await refusal(all[2]!, { alpha: 0.5 });
    expect(error).toMatchObject({ code: "usage" });
    expect(error.message).toContain("other settings: alpha is 0.6 there and 0.5 here");
  });

  test("other weights", async () => {
    const error = await refusal({ ...all[2]!, weights: "other" });
    expect(error).toMatchObject({ code: "model" });
    expect(error.message).toContain("other network weights (toy other) than are here now (toy toy-digest)");
  });

  test.each<[string, (checkpoint: Checkpoint) => Checkpoint]>([
    ["another level", (one) => ({ ...one, level: 1 })],
    ["no such level", (one) => ({ ...one, level: 9 })],
    ["steps beyond its level", (one) => ({ ...one, step: 4 })],
    ["another shape", (one) => with_(one, "image", { shape: [1, 3, 16, 16], data: new Float32Array(768) })],
    ["a tensor too many", (one) => with_(one, "state third", { shape: [], data: new Float32Array(1) })],
    ["a tensor too few", (one) => with_(one, "state first", undefined)],
  ])("%s", async (_, change) => {
    const error = await refusal(change(all[1]!));
    expect(error).toMatchObject({ code: "file" });
    expect(error.message).toContain("does not fit");
  });

  test("frees everything", () => expect(runtime.live).toBe(before));
});

/** `checkpoint` with another tensor, or without it. */
function with_(checkpoint: Checkpoint, name: string, tensor: { shape: number[]; data: Float32Array } | undefined) {
  const tensors = new Map(checkpoint.tensors);
  if (tensor) tensors.set(name, tensor);
  else tensors.delete(name);
  return { ...checkpoint, tensors };
}

describe("bytes", () => {
  test("contain everything, and the caller's notes", async () => {
    const notes = { content: { path: "größe.png" }, flags: ["-o", "x.png"] };
    const bytes = await encodeCheckpoint(all[2]!, sha256, notes);
    const decoded = await decodeCheckpoint(Buffer.from(bytes.buffer), sha256);
    expect(decoded).toEqual(await decodeCheckpoint(bytes, sha256));
    expect(decoded).toEqual({ checkpoint: all[2], notes, digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test("of another version say so, also where the digest fits", async () => {
    const bytes = await encodeCheckpoint(all[0]!, sha256);
    const text = Buffer.from(bytes).toString("latin1");
    bytes[text.indexOf('"version":"1"') + 11] = 0x32;
    await expect(decodeCheckpoint(bytes, sha256)).rejects.toMatchObject({
      code: "file",
      message: expect.stringMatching(/^is a checkpoint of version 2, and this pastiche reads version 1; resume it/),
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ["no step", { step: undefined }],
    ["a step that is no number", { step: "2" }],
    ["no settings", { settings: undefined }],
    ["settings of tomorrow", { settings: { ...job().settings, brush: "wide", parameters: {} } }],
  ])("with %s are refused, though the digest fits", async (_, change) => {
    const bytes = await encodeCheckpoint({ ...all[0]!, ...change } as Checkpoint, sha256);
    await expect(decodeCheckpoint(bytes, sha256)).rejects.toMatchObject({
      code: "file",
      message: expect.stringMatching(/^was written by another pastiche, /),
    });
  });

  test("of something else say so", async () => {
    for (const bytes of [new Uint8Array(), Buffer.from("hello, this is no checkpoint at all")])
      await expect(decodeCheckpoint(bytes, sha256)).rejects.toThrow(/^is damaged or no checkpoint: /);
    const { writeSafetensors } = await import("../../weights/safetensors.ts");
    await expect(decodeCheckpoint(writeSafetensors(new Map()), sha256)).rejects.toThrow(/^is no checkpoint/);
  });

  test("a change of any byte is noticed, and so is every cut", async () => {
    const bytes = await encodeCheckpoint(all[0]!, sha256, { some: "notes" });
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const everywhere = Array.from({ length: 200 }, (_, i) => header + Math.floor((i * (bytes.length - header)) / 200));
    const inHeader = Array.from({ length: header }, (_, i) => i);
    for (const at of [...inHeader, ...everywhere, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at % 8);
      await expect(decodeCheckpoint(changed, sha256)).rejects.toMatchObject({ name: "UserError", code: "file" });
      await expect(decodeCheckpoint(bytes.subarray(0, at), sha256)).rejects.toMatchObject({ code: "file" });
    }
  });
});
