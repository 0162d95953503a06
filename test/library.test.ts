/** The library as people call it: natural inputs work, invalid ones give one sentence. */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { blank, type Image } from "../src/image/image.ts";
import * as core from "../src/index.ts";
import { toyWeights } from "../src/models/backbone.case.ts";
import {
  createStylizer,
  encodeCheckpoint,
  type GivenCheckpoint,
  openRuntime,
  type PictureSource,
  readPicture,
  stylize,
  UserError,
  weightTensors,
} from "../src/node.ts";
import { encodePicture } from "../src/platform/node/pictures/write.ts";
import { writeSafetensors } from "../src/weights/safetensors.ts";
import { folder, png, scene } from "./cli/pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const sizes = { size: 40, minSize: 40, steps: 1, firstSteps: 1, precision: "fp32" } as const;
const settings = { ...sizes, model: "pocket" } as const;
const content = scene(40, 30);
const style = scene(32, 32);

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png(40, 30));
  writeFileSync(at("painting.png"), await png(32, 32));
  const alpha = Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 16 ? 1 : 0));
  writeFileSync(at("sticker.png"), await encodePicture("png", { image: style, alpha }));
});

const table = { name: "mine", summary: "three layers", blocks: [[4], [6], [8]] };
const model = { ...table, weights: toyWeights(table) };
const own = {
  ...{ content, style },
  settings: { ...sizes, styleLayers: { conv1_1: 1, conv3_1: 1 }, contentLayers: { conv2_1: 1 } },
};

/** Runs a job; its result, or its error. */
async function outcome(job: unknown, options?: unknown): Promise<Image | Error> {
  try {
    for await (const event of stylize(job as never, options as never)) if (event.type === "done") return event.image;
  } catch (error) {
    return error as Error;
  }
  throw new Error("the job ended without a result");
}

const other = (change: Partial<Record<keyof Image, unknown>>) => ({ ...content, ...change });
const filled = (value: number) => other({ data: new Float32Array(3600).fill(0.5).fill(value, 7, 8) });
const job = { content, style, settings };

describe("a UserError of one sentence", () => {
  test.each<[string, unknown, string]>([
    ["nothing", undefined, "The job: expected an object with content, style and settings"],
    ["a list", [content, style], "The job: expected an object"],
    ["no style", { content, settings }, "style: expected the painting's image, or a list of several"],
    ["an empty list of styles", { ...job, style: [] }, "style: expected at least one painting"],
    ["a hole in the list", { ...job, style: [style, undefined] }, "style[1]: expected an image"],
    [
      "a photo that is undefined",
      { ...job, content: undefined },
      "content: expected an image; a texture's job has no content",
    ],
    ["a photo that is null", { ...job, content: null }, "content: expected an image"],
    ["a number", { ...job, content: 7 }, "content: expected an image"],
    [
      "short data",
      { ...job, content: other({ data: new Float32Array(100) }) },
      "content: expected 3600 floats for 40 x 30, got 100.",
    ],
    [
      "four channels",
      { ...job, content: other({ data: new Float32Array(4800) }) },
      "(four channels: leave the opacity out)",
    ],
    [
      "too few pixels of a canvas",
      { ...job, content: other({ data: new Uint8ClampedArray(3600) }) },
      "content: expected 4 bytes for each of 40 x 30 pixels, got 3600 bytes.",
    ],
    ["a checkpoint that is none", { ...job, resume: new Uint8Array(9) }, "The checkpoint is damaged or no checkpoint"],
    ["a checkpoint's path without a file", { ...job, from: at("none.ckpt") }, "there is no such checkpoint"],
    ["a number for a checkpoint", { ...job, resume: 7 }, "resume: expected a checkpoint, or the bytes of one, got 7."],
    [
      "a model without weights",
      { ...job, model: { name: "x", summary: "", blocks: [[4]] } },
      "model: expected a backbone",
    ],
    ["a model without blocks", { ...job, model: { ...model, blocks: [] } }, "model.blocks: expected 1 to 5 lists"],
    ["a model's half channel", { ...job, model: { ...model, blocks: [[0.5]] } }, "model.blocks: expected 1 to 5 lists"],
    ["a rank too few", { ...job, model: { ...model, ranks: [[0]] } }, "model.ranks: expected a rank or 0 for each"],
    [
      "weights without a factor",
      { ...own, model: { ...model, ranks: [[0], [3], [0]] } },
      "The weights of mine: conv2_1.kernel: expected 108 numbers (3 x 4 x 3 x 3), got 216.",
    ],
    ["the name of another model", { ...job, model: { ...model, name: "vgg19" } }, "model: expected a name of its own"],
    [
      "weights of another table",
      { ...own, model: { ...model, blocks: [[4], [6], [8, 8]] } },
      "The weights of mine: conv3_2.kernel: expected a Float32Array, got undefined.",
    ],
    [
      "weights of other sizes",
      { ...own, model: { ...model, blocks: [[4], [6], [9]] } },
      "conv3_1.kernel: expected 486 numbers (9 x 6 x 3 x 3), got 432.",
    ],
    [
      "a file without weights",
      { ...own, model: { ...model, weights: at("photo.png") } },
      "cannot be used as mine's weights",
    ],
    [
      "weights that are a number",
      { ...own, model: { ...model, weights: 7 } },
      "model.weights: expected weights (layers, mean), got 7.",
    ],
    [
      "bytes",
      { ...job, style: other({ data: new Uint8Array(3600) }) },
      "style: expected an image (width, height, and 3",
    ],
    ["a plain list of numbers", { ...job, content: other({ data: [1, 2, 3] }) }, "got a data of Array."],
    ["no width", { ...job, content: other({ width: undefined }) }, "content: expected a width and a height"],
    ["half a pixel", { ...job, content: other({ width: 40.5 }) }, "content: expected a width and a height"],
    [
      "NaN",
      { ...job, content: filled(Number.NaN) },
      "content: expected floats from 0 to 1 (bytes: divide by 255), got NaN.",
    ],
    [
      "0 to 255",
      { ...job, style: [style, filled(200)] },
      "style[1]: expected floats from 0 to 1 (bytes: divide by 255), got 200.",
    ],
    ["an unknown key", { ...job, contents: content }, 'The job: there is no "contents"; there are content, style'],
    ["settings among the job", { content, style, size: 64 }, 'The job: there is no "size"'],
    ["a mask's number", { ...job, mask: 3 }, "mask: expected an image"],
    ["a style mask that is no list", { ...job, mask: content, styleMask: content }, "styleMask: expected a list"],
    ["settings that are a list", { ...job, settings: [] }, "settings: expected a record"],
    ["an unknown setting", { ...job, settings: { sise: 64 } }, "sise: there is no such setting"],
    ["a path without a file", { ...job, content: at("none.png") }, "there is no such file"],
    ["an address", { ...job, content: new URL("https://example.org/a.png") }, "is a web address; download the picture"],
    ["bytes that are not a picture", { ...job, content: new Uint8Array(9) }, "of no known format"],
  ])("%s", async (_, given, message) => {
    const error = await outcome(given);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toMatch(/internal|--|undefined \(/);
  });

  test.each<[string, unknown, string]>([
    ["no threads", { threads: 0 }, "threads: expected a whole number from 1 to 256, got 0."],
    ["half a thread", { threads: 1.5 }, "threads: expected a whole number"],
    ["memory in words", { memory: "2GB" }, 'memory: expected a number of bytes above 0, as in 2e9, got "2GB".'],
    ["no memory", { memory: 0 }, "memory: expected a number of bytes above 0"],
    ["an unknown runtime", { runtime: "tpu" }, "runtime: expected one of auto, cuda, webgpu, cpu"],
    ["an unknown option", { onProgres: () => {} }, 'The options: there is no "onProgres"'],
    ["settings among the options", { size: 64 }, 'The options: there is no "size"'],
    ["a controller for its signal", { signal: new AbortController() }, "signal: expected an AbortSignal"],
    ["a predicate that is not a function", { wantsImage: true }, "wantsImage: expected a function, got true."],
    ["a preview every negative time", { previewEvery: -1 }, "previewEvery: expected milliseconds, 0 or more, got -1."],
    ["previews of half a pixel", { previewSize: 0.5 }, "previewSize: expected a whole number of pixels"],
    ["too little memory", { memory: 1e6 }, "allow more (memory)"],
  ])("options: %s", async (_, options, message) => {
    const error = await outcome(job, options);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("--");
  });

  test("from a stylizer, too", async () => {
    await expect(createStylizer({ thread: 2 } as never)).rejects.toMatchObject({ name: "UserError", code: "usage" });
    const stylizer = await createStylizer();
    const run = stylizer.stylize(job, { threads: 2 } as never);
    await expect(run.next()).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining("threads") });
    await stylizer.dispose();
  });
});

describe("natural inputs", () => {
  const bytes = () => readFile(at("photo.png"));
  // Files have eight bits, so results are compared with those of the decoded images.
  let read: typeof job;
  beforeAll(async () => {
    const [photo, painting] = [await readPicture(at("photo.png")), await readPicture(at("painting.png"))];
    read = { ...job, content: photo.image, style: painting.image };
  });
  test.each<[string, () => unknown]>([
    ["a path", () => at("photo.png")],
    ["a Buffer", bytes],
    ["bytes", async () => new Uint8Array(await bytes())],
    ["an ArrayBuffer", async () => new Uint8Array(await bytes()).buffer],
    ["an address of a file", () => pathToFileURL(at("photo.png"))],
    ["a Blob", async () => new Blob([new Uint8Array(await bytes())])],
    ["a File", async () => new File([new Uint8Array(await bytes())], "photo.png")],
    ["what readPicture returns", () => readPicture(at("photo.png"))],
    ["pixels of a canvas", async () => rgba((await readPicture(at("photo.png"))).image)],
  ])("%s", async (_, make) => {
    const expected = (await outcome(read)) as Image;
    const found = (await outcome({ ...read, content: await make() })) as Image;
    expect(found.data).toEqual(expected.data);
  });

  test("a path as the painting, as one of several, as the start and as a mask", async () => {
    const path = at("painting.png");
    const expected = (await outcome(read)) as Image;
    expect(((await outcome({ ...read, style: path })) as Image).data).toEqual(expected.data);
    const several = (await outcome({ ...read, style: [read.style, read.style] })) as Image;
    expect(((await outcome({ ...read, style: [read.style, path] })) as Image).data).toEqual(several.data);
    const started = (await outcome({ ...read, start: await readPicture(path) })) as Image;
    expect(((await outcome({ ...read, start: path })) as Image).data).toEqual(started.data);
    const white = blank({ width: 40, height: 30 }, [1, 1, 1]);
    writeFileSync(at("mask.png"), await encodePicture("png", { image: white }));
    expect(((await outcome({ ...read, mask: at("mask.png") })) as Image).data.length).toBe(expected.data.length);
  });

  test("a painting's transparency counts in every form", async () => {
    const sticker = await readPicture(at("sticker.png"));
    const expected = (await outcome({ ...job, style: sticker.image, styleAlpha: [sticker.alpha] })) as Image;
    for (const given of [sticker, at("sticker.png"), rgba(sticker.image, sticker.alpha)])
      expect(((await outcome({ ...job, style: given })) as Image).data).toEqual(expected.data);
  });
});

/** An image as an `ImageData`; opaque, but for what `alpha` says. */
function rgba({ width, height, data }: Image, alpha?: Float32Array) {
  const pixels = width * height;
  const at = (i: number) => (i % 4 === 3 ? (alpha?.[i >> 2] ?? 1) : data[(i % 4) * pixels + (i >> 2)]!);
  return { width, height, data: Uint8ClampedArray.from({ length: 4 * pixels }, (_, i) => Math.round(255 * at(i))) };
}

describe("a checkpoint", () => {
  const long = { ...settings, steps: 4, firstSteps: 4 };
  let bytes: Uint8Array;
  let end: Image;
  beforeAll(async () => {
    const checkpoints: Promise<Uint8Array>[] = [];
    const run = stylize({ content, style, settings: long }, { wantsCheckpoint: ({ step }) => step === 2 });
    for await (const event of run)
      if (event.type === "checkpoint") checkpoints.push(encodeCheckpoint(event.checkpoint));
    end = (await run).image;
    bytes = (await checkpoints[0])!;
    writeFileSync(at("job.ckpt"), bytes);
  });

  test.each<[string, () => GivenCheckpoint<PictureSource>]>([
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => bytes.slice().buffer],
    ["a Blob", () => new Blob([bytes as Uint8Array<ArrayBuffer>])],
    ["a path", () => at("job.ckpt")],
    ["an address of a file", () => pathToFileURL(at("job.ckpt"))],
  ])("is resumed from %s, to the same result", async (_, make) => {
    const { image, record } = await stylize({ content, style, resume: make() });
    expect(image.data).toEqual(end.data);
    expect(record).toMatchObject({ step: 4, steps: 4 });
  });

  test("is given to two jobs at once", async () => {
    const both = [stylize({ content, style, resume: bytes }), stylize({ content, style, resume: bytes })];
    for (const { image } of await Promise.all(both)) expect(image.data).toEqual(end.data);
  });

  test("goes on at a larger size from bytes", async () => {
    const { image } = await stylize({ content: scene(80, 60), style, from: bytes, settings: { size: 80 } });
    expect(image).toMatchObject({ width: 80, height: 60 });
  });
});

describe("a backbone of one's own", () => {
  test("sees the pictures: weights as numbers and as a file give the same result", async () => {
    const { image, record } = await stylize({ ...own, model });
    expect(record).toMatchObject({
      model: "mine",
      settings: { model: "mine" },
      weights: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    writeFileSync(
      at("mine.safetensors"),
      writeSafetensors(weightTensors(model.weights), { metadata: { format: "pastiche" } }),
    );
    const stored = [
      at("mine.safetensors"),
      await readFile(at("mine.safetensors")),
      new Blob([await readFile(at("mine.safetensors"))]),
    ];
    for (const weights of stored) {
      const again = await stylize({ ...own, model: { ...table, weights } });
      expect(again.image.data).toEqual(image.data);
      expect(again.record.weights).toBe(record.weights);
    }
  });

  test("is named where a checkpoint of it is resumed without it, or with other weights", async () => {
    const checkpoints: Promise<Uint8Array>[] = [];
    const run = stylize({ ...own, model }, { wantsCheckpoint: () => true });
    for await (const event of run)
      if (event.type === "checkpoint") checkpoints.push(encodeCheckpoint(event.checkpoint));
    const resume = await checkpoints[0];
    expect(await outcome({ content, style, resume, model })).toMatchObject({ width: 40 });
    const message = async (given: object) => ((await outcome({ content, style, resume, ...given })) as Error).message;
    expect(await message({})).toBe(
      "The checkpoint has the network mine, which is no part of pastiche; give it again (model).",
    );
    const other = { ...table, weights: { ...model.weights, mean: Float32Array.of(0, 0, 0) } };
    expect(await message({ model: other })).toContain("The checkpoint was made with other network weights (mine");
  });
});

describe("the entry point without a platform", () => {
  const loadNetwork = async () => ({ backbone: table, weights: model.weights, digest: "mine" });

  test("has the same stylize: awaited for the result, iterated for the events", async () => {
    const runtime = await openRuntime("cpu", { threads: 1 });
    const job = { ...own, settings: { ...own.settings, model: "auto" } } as never;
    const { image, record } = await core.stylize(job, { runtime, loadNetwork });
    expect([image.width, record.model]).toEqual([40, "mine"]);
    const types: string[] = [];
    for await (const { type } of core.stylize(job, { runtime, loadNetwork })) types.push(type);
    expect(types).toEqual(["start", "level", "step", "done"]);
    const stylizer = await core.createStylizer({ runtime, loadNetwork });
    expect((await stylizer.stylize(job)).image.data).toEqual(image.data);
    await stylizer.dispose();
  });

  test("refuses what is no platform with one sentence", async () => {
    await expect(core.createStylizer({} as never)).rejects.toMatchObject({
      name: "UserError",
      message: "runtime: expected a runtime (name, description, load, value), got undefined.",
    });
    const runtime = await openRuntime("cpu", { threads: 1 });
    await expect(core.createStylizer({ runtime } as never)).rejects.toThrow("loadNetwork: expected a function");
    await expect(core.stylize(job, { runtime, loadNetwork, threads: 1 } as never)).rejects.toThrow(
      'there is no "threads"',
    );
  });
});

test("a runtime of one's own takes no number of threads, and an unknown object is none", async () => {
  const runtime = await openRuntime("cpu", { threads: 1 });
  await expect(createStylizer({ runtime, threads: 1 })).rejects.toThrow(
    "threads: the runtime cpu is open; leave it out.",
  );
  await expect(createStylizer({ runtime: { name: "x" } as never })).rejects.toThrow(
    "runtime: expected the name of a runtime",
  );
  const stylizer = await createStylizer({ runtime });
  expect((await stylizer.stylize(job)).record.runtime).toBe(runtime.description);
  await stylizer.dispose();
});
