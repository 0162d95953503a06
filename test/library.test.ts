/** The library as people call it: natural inputs work, invalid ones give one sentence. */
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { blank, type Image } from "../src/image/image.ts";
import { createStylizer, readPicture, stylize, UserError } from "../src/node.ts";
import { encodePicture } from "../src/platform/node/pictures/write.ts";
import { folder, png, scene } from "./cli/pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const settings = { size: 40, minSize: 40, steps: 1, firstSteps: 1, precision: "fp32", model: "pocket" } as const;
const content = scene(40, 30);
const style = scene(32, 32);

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png(40, 30));
  writeFileSync(at("painting.png"), await png(32, 32));
  const alpha = Float32Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 16 ? 1 : 0));
  writeFileSync(at("sticker.png"), await encodePicture("png", { image: style, alpha }));
});

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
      "an ImageData",
      { ...job, content: other({ data: new Uint8ClampedArray(4800) }) },
      "got a data of Uint8ClampedArray.",
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
    ["what readPicture returns", () => readPicture(at("photo.png"))],
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
    for (const given of [sticker, at("sticker.png")])
      expect(((await outcome({ ...job, style: given })) as Image).data).toEqual(expected.data);
  });
});
