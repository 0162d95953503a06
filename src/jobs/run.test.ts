/** Jobs from request to files, on files in memory and with a stylizer that paints nothing. */
import { beforeEach, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { roughness } from "../losses/roughness.ts";
import type { OwnLoss } from "../settings/parts.ts";
import { parseSettings, type SettingsInput } from "../settings/settings.ts";
import type { JobEvent, JobResult } from "./events.ts";
import type { JobFiles } from "./files.ts";
import { fakeStylizer, memoryFiles } from "./fixtures.case.ts";
import { type JobRequest, source } from "./request.ts";
import { type JobStylizer, type RunJobOptions, runJob } from "./run.ts";

let memory: Map<string, Uint8Array>;
let files: JobFiles;
const pictures = { content: source("photo.png"), style: [source("painting.png")] };

beforeEach(() => {
  memory = new Map(["photo.png", "painting.png", "other.png"].map((name) => [name, new TextEncoder().encode(name)]));
  files = memoryFiles(memory);
});

/** Runs a job to its end; its events, its result, or what it threw. */
async function ran(request: JobRequest, stylizer: JobStylizer = fakeStylizer(), options: RunJobOptions = {}) {
  const events: JobEvent[] = [];
  let result: JobResult | undefined;
  let error: unknown;
  const job = runJob(() => stylizer, request, files, options);
  try {
    let next = await job.next();
    for (; !next.done; next = await job.next()) events.push(next.value);
    result = next.value;
  } catch (thrown) {
    error = thrown;
  }
  return { events, result, error, types: events.map(({ type }) => type) };
}

const text = (path: string) => JSON.parse(new TextDecoder().decode(memory.get(path)));

test("a job is planned, started, run and written, and its record says how", async () => {
  const { result, types } = await ran({ pictures, settings: { alpha: 0.3 } });
  expect(types).toEqual(["planned", "start", "step", "step", "step", "step", "done", "result"]);
  expect(result).toMatchObject({ output: "photo-painting.png", step: 4, loss: 0.25, size: { width: 8, height: 6 } });
  const record = JSON.parse(text("photo-painting.png").text.pastiche);
  expect(record).toMatchObject({ model: "pocket", step: 4, content: { name: "photo.png" }, settings: { alpha: 0.3 } });
});

test("a setting arrives at the stylizer as the number that was given", async () => {
  const stylizer = fakeStylizer();
  await ran({ pictures, settings: { alpha: 0.3 } }, stylizer);
  expect(stylizer.jobs[0]!.settings).toMatchObject({ alpha: 0.3, recipe: "balanced" });
});

test("without an output nothing is written", async () => {
  const before = [...memory.keys()];
  const { result } = await ran({ pictures, output: false });
  expect(result!.output).toBeUndefined();
  expect([...memory.keys()]).toEqual(before);
});

test("snapshots are written beside the result", async () => {
  await ran({ pictures, output: { path: "out.png" }, snapshots: { every: 2, at: [3] } });
  expect([...memory.keys()].filter((name) => name.startsWith("out")).sort()).toEqual([
    ...["out-0002.png", "out-0003.png", "out-0004.png", "out.png"],
  ]);
});

test("what exists is refused before the stylizer is asked for", async () => {
  memory.set("out.png", new Uint8Array());
  const stylizer = fakeStylizer();
  const { error } = await ran({ pictures, output: { path: "out.png" } }, stylizer);
  expect(error).toMatchObject({ code: "file" });
  expect(stylizer.jobs).toEqual([]);
});

test("a stopped job keeps what it has, and goes on to the end", async () => {
  const controller = new AbortController();
  const stopping = fakeStylizer({ onStep: ({ step }) => step === 2 && controller.abort() });
  const request = { pictures, settings: { alpha: 0.3 }, output: { path: "out.png", depth: 16 } } as const;
  const { events, error } = await ran(request, stopping, { signal: controller.signal });
  expect(error).toBeUndefined();
  expect(events.at(-1)).toMatchObject({
    type: "stopped",
    why: "stopped",
    result: { output: "out.png", step: 2 },
    resume: { resume: "out.png.ckpt", force: false },
  });
});

test("parts of the caller's own go to the stylizer, their settings checked and recorded", async () => {
  const grit: OwnLoss = { name: "grit", scales: [1], ...roughness };
  const stylizer = fakeStylizer();
  const request = { pictures, settings: { grit: 2 } as SettingsInput, output: { path: "out.png" } };
  const { error } = await ran(request, stylizer, { parts: { losses: [grit] } });
  expect(error).toBeUndefined();
  expect(stylizer.jobs[0]).toMatchObject({ losses: [grit], settings: { grit: 2, gritScales: [1] } });
  expect(JSON.parse(text("out.png").text.pastiche).settings.losses).toEqual({ grit: { strength: 2, scales: [1] } });
  const wrong = { pictures, settings: { grit: -1 } as SettingsInput };
  expect((await ran(wrong, stylizer, { parts: { losses: [grit] } })).error).toMatchObject({
    message: "grit: expected at least 0, got -1.",
  });
});

test.each(["resume", "from"])("%s: a checkpoint of a job with a loss of its own is refused by name", async (how) => {
  const controller = new AbortController();
  const stopping = fakeStylizer({ onStep: ({ step }) => step === 2 && controller.abort() });
  await ran({ pictures, output: { path: "out.png" } }, stopping, { signal: controller.signal });
  const settings = { ...parseSettings(), losses: { grit: { strength: 1 } } };
  const { readCheckpoint } = files;
  files = {
    ...files,
    async readCheckpoint(path) {
      const found = await readCheckpoint(path);
      return { ...found, checkpoint: { ...found.checkpoint, settings } };
    },
  };
  const { error } = await ran({ [how]: "out.png.ckpt" });
  const message = "The checkpoint has the loss grit, which is no part of pastiche; give it again (losses).";
  expect(error).toMatchObject({ name: "UserError", code: "usage", message });
});

test("a job that fails tells what it has before it throws", async () => {
  const failing = fakeStylizer({
    onStep() {
      throw new Error("broken");
    },
  });
  const { events, error } = await ran({ pictures }, failing);
  expect(error).toMatchObject({ message: "broken" });
  expect(events.at(-1)).toMatchObject({ type: "stopped", why: "failed" });
});

test.each<[JobRequest, RegExp]>([
  [{}, /needs a painting/],
  [{ pictures, settings: { alpha: -1 } }, /^ALPHA: expected at least 0, got -1/],
  [{ pictures, output: { path: "out.bmp" } }, /must end in/],
  [{ pictures, output: { path: "-" }, snapshots: { every: 1 } }, /give OUTPUT FILE/],
  [{ pictures, resume: "a", from: "b" }, /resume, from or replay/],
  [{ pictures, report: "page.pdf" }, /^REPORT: expected the name of a page/],
  [{ resume: "none.ckpt" }, /no such checkpoint/],
])("%j is refused", async (request, message) => {
  const { error } = await ran(request, fakeStylizer(), { label: (name) => name.toUpperCase() });
  expect((error as Error).message).toMatch(message);
});

test("a picture over a limit that an option sets is refused with that option", async () => {
  const refusal = async (options: { limit?: string }) => {
    files.readPicture = async (path) => {
      throw new UserError("picture", `${path} has at most a few pixels.`, options);
    };
    const { error } = await ran({ pictures }, fakeStylizer(), { label: (name) => `--${name}` });
    return error as UserError;
  };
  const limited = await refusal({ limit: "maxPixels" });
  expect(limited.message).toBe("photo.png has at most a few pixels. Or raise the limit: --maxPixels MILLIONS.");
  expect(limited).toMatchObject({ code: "picture", limit: "maxPixels" });
  expect((await refusal({})).message).toBe("photo.png has at most a few pixels.");
});
