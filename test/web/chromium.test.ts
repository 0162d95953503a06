/**
 * The browser's runtimes through the public API in Chromium: operators, whole steps and a short job, compared with the
 * CPU in Node. Without Chromium all tests here are skipped.
 */
import { readFile, writeFile } from "node:fs/promises";
import type { Browser, Page as Tab } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/graph/fixtures.case.ts";
import { operators } from "../../src/graph/operators.case.ts";
import { problem } from "../../src/graph/problem.case.ts";
import { pocket } from "../../src/models/pocket.ts";
import { readPicture, readPictureText, version } from "../../src/node.ts";
import { cpu } from "../../src/runtimes/node-cpu.ts";
import { stylizerOn } from "../../src/transfer/stylizer.ts";
import { readWeights } from "../../src/weights/read.ts";
import { tiny } from "../../src/weights/tiny.case.ts";
import { weightTensors } from "../../src/weights/weights.ts";
import { CLOSE, difference, jobs, type Steps, takeSteps } from "../runtimes/step.case.ts";
import { path, startBrowser } from "./browser.ts";
import type { Page } from "./page.ts";
import { type Served, servePage } from "./serve.ts";

/** WebGPU is emulated on the CPU here, and a step compiles a hundred shaders. */
const PATIENCE = 600_000;
const SETTINGS = { size: 64, minSize: 40, firstSteps: 3, steps: 2 } as const;

const left = "no Chromium found, name one in PASTICHE_CHROMIUM: WebAssembly and WebGPU in the browser are not tested";

if (!path) console.warn(`Skipped: ${left}.`);

describe.skipIf(!path)(path ? "in Chromium" : left, () => {
  let served: Served;
  let browser: Browser;
  let tab: Tab;
  const errors: string[] = [];

  beforeAll(async () => {
    served = await servePage();
    browser = await startBrowser();
    tab = await browser.newPage({ viewport: { width: 1120, height: 480 } });
    tab.on("pageerror", (error) => errors.push(error.message));
    await tab.goto(served.url);
  }, PATIENCE);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    expect(errors).toEqual([]);
  }, PATIENCE);

  /** Calls a function of the page. */
  function call<Name extends keyof Page>(
    name: Name,
    ...given: Parameters<Page[Name]>
  ): Promise<Awaited<ReturnType<Page[Name]>>> {
    const invoke = ([f, args]: readonly [string, unknown[]]) =>
      (globalThis as unknown as { page: Record<string, (...all: unknown[]) => unknown> }).page[f]!(...args);
    return tab.evaluate(invoke, [name, given] as const) as Promise<Awaited<ReturnType<Page[Name]>>>;
  }

  test(
    "GPU memory does not grow from step to step, nor from job to job",
    async () => {
      const first = await call("memory", "webgpu", 10);
      expect(first[0]).toBeGreaterThan(0);
      expect(first.at(-2)).toBeLessThanOrEqual(1.1 * first[4]!);
      const second = await call("memory", "webgpu", 2);
      const third = await call("memory", "webgpu", 2);
      expect(third.at(-1)).toBeLessThanOrEqual(second.at(-1)!);
    },
    PATIENCE,
  );

  test("both runtimes work, with threads", async () => {
    expect(await call("isolated")).toBe(true);
    expect(await call("probes")).toEqual([
      { name: "webgpu", ok: true },
      { name: "wasm", ok: true },
    ]);
    expect(await call("describe", "wasm")).toMatch(/^wasm, \d+ threads?$/);
    expect(await call("describe", "webgpu")).toMatch(/^webgpu, ./);
  });

  test("reads pictures as Node does: orientation, alpha, reduction", async () => {
    const { default: sharp } = await import("sharp");
    const cat = sharp("examples/cat.jpg").resize(40, 30).withMetadata({ orientation: 6 });
    const clear = sharp("examples/cat.jpg").resize(40, 30).ensureAlpha(0.5);
    for (const bytes of [await cat.jpeg().toBuffer(), await clear.png().toBuffer()]) {
      for (const options of [{}, { longSide: 20 }]) {
        const { image, alpha, ...about } = await readPicture(bytes, options);
        const seen = await call("picture", [...bytes], options);
        if ("error" in seen) throw new Error(seen.error);
        const { data, alpha: seenAlpha, ...seenAbout } = seen;
        expect(seenAbout).toEqual(about);
        const distances = image.data.map((x, i) => Math.abs(x - data[i]!));
        expect(Math.max(...distances)).toBeLessThan(3 / 255);
        expect(seenAlpha?.length).toBe(alpha?.length);
        if (alpha) expect(Math.max(...alpha.map((x, i) => Math.abs(x - seenAlpha![i]!)))).toBeLessThan(1 / 255);
      }
    }
  });

  test("rejects bad pictures in one line", async () => {
    const text = (words: string) => [...new TextEncoder().encode(words)];
    const jpeg = [...(await readFile("examples/cat.jpg"))];
    expect(await call("picture", [])).toEqual({ error: "picture: the picture is an empty file." });
    const errors = [
      await call("picture", text("<svg xmlns='...'/>")),
      await call("picture", text("II*\0        ")),
      await call("picture", jpeg.slice(0, 400)),
      await call("picture", jpeg, { maxPixels: 1000, name: "cat.jpg" }),
    ];
    expect(errors).toEqual([
      { error: expect.stringMatching(/^picture: the picture is an SVG drawing/) },
      { error: expect.stringMatching(/^picture: the picture is a TIFF, which browsers do not read/) },
      { error: expect.stringMatching(/^picture: the picture is a damaged or cut-off jpeg file/) },
      { error: expect.stringMatching(/^picture: cat\.jpg is \d+ x \d+, /) },
    ]);
  });

  test("writes PNG exactly, JPEG and WebP approximately", async () => {
    const { image } = await readPicture("examples/cat.jpg", { longSide: 48 });
    const rounded = { ...image, data: image.data.map((x) => Math.round(x * 255) / 255) };
    for (const [format, most] of [
      ["png", 0],
      ["jpeg", 8 / 255],
      ["webp", 8 / 255],
    ] as const) {
      const { type, bytes } = await call("encoded", format, { ...rounded, data: [...rounded.data] });
      expect(type).toBe(`image/${format}`);
      const back = await readPicture(Uint8Array.from(bytes));
      const mean = back.image.data.reduce((sum, x, i) => sum + Math.abs(x - rounded.data[i]!), 0) / rounded.data.length;
      expect(mean, format).toBeLessThanOrEqual(most);
    }
    await expect(call("encoded", "tiff", { width: 1, height: 1, data: [0, 0, 0] })).rejects.toThrow(
      /use Node for TIFF/,
    );
  });

  test.each(["tiny-keras.h5", "tiny.pth", "tiny-torchvision.safetensors"])("reads weights from %s", async (name) => {
    const bytes = await readFile(`test/weights/${name}`);
    const expected = weightTensors(await readWeights(bytes, tiny));
    const seen = await call("weights", [...bytes], tiny);
    expect(seen.map((tensor) => tensor.name).sort()).toEqual([...expected.keys()].sort());
    for (const tensor of seen) {
      const { shape, data } = expected.get(tensor.name)!;
      expect(tensor.shape).toEqual(shape);
      expect(tensor.sum).toBeCloseTo(
        data.reduce((a, b) => a + b, 0),
        5,
      );
    }
  });

  test("caches and removes imported weights", async () => {
    const bytes = await readFile("weights/pocket.safetensors");
    const { digest, again, ...rest } = await call("keep", "/weights/pocket.safetensors");
    const list = [{ name: "pocket", bytes: expect.any(Number) }];
    expect(rest).toEqual({ before: false, kept: true, list, removed: true, after: false, received: bytes.length });
    expect(rest.list[0]!.bytes).toBeGreaterThan(1e6);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toBe(digest);
  });

  test("weights for which there is no room are used all the same, and it is said", async () => {
    expect(await call("refused", "/weights/pocket.safetensors")).toEqual([
      "This browser does not keep the weights of pocket: the file is needed again on the next visit.",
    ]);
  });

  test(
    "whether eight bits gain is measured once, and kept from one stylizer to the next",
    async () => {
      const { ms, precisions, kept } = await call("verdicts", 3);
      expect(kept).toBe(1);
      expect(new Set(precisions).size).toBe(1);
      // A busy machine may hold up one of them.
      expect(Math.min(...ms.slice(1))).toBeLessThan(ms[0]! / 2);
    },
    PATIENCE,
  );

  test(
    "the library has the same shape as on Node",
    async () => {
      const { types, whole, awaited, resumed, losses, refused, version: own } = await call("library");
      expect(types).toEqual(["start", "level", "step", "checkpoint", "step", "step", "done"]);
      expect([awaited, resumed]).toEqual([whole, whole]);
      expect(losses).toEqual({ calm: { strength: 2 } });
      expect(refused).toEqual([
        "The checkpoint: expected a file or its bytes, got pixels.",
        expect.stringMatching(/^The checkpoint is damaged or no checkpoint/),
        expect.stringMatching(/^runtime: expected the name of a runtime, as in wasm/),
      ]);
      expect(own).toBe(version);
    },
    PATIENCE,
  );

  describe.each(["wasm", "webgpu"])("%s", (runtime) => {
    test(
      "computes every operator like the cpu",
      async () => {
        for (const [name, operator] of Object.entries(operators)) {
          const { outputs, inputs } = problem(operator);
          const expected = await run(outputs, inputs);
          const received = await call("operator", runtime, name);
          for (const [output, values] of Object.entries(expected)) {
            const scale = Math.max(...values.map(Math.abs), 1e-3);
            const worst = Math.max(...values.map((v, i) => Math.abs(v - received[output]![i]!)));
            expect(worst / scale, `${name}: ${output}`).toBeLessThan(1e-3);
          }
        }
      },
      PATIENCE,
    );

    test.each(Object.entries(jobs))(
      "takes %s like the cpu",
      async (name, { settings, count }) => {
        const weights = await readWeights(await readFile("weights/pocket.safetensors"), pocket);
        const expected = await takeSteps(await cpu.open({ threads: 1 }), weights, settings, count);
        const received = (await call("steps", runtime, name)) as unknown as Steps;
        const worst = difference(expected, received);
        for (const [part, by] of Object.entries(worst))
          expect(by, part).toBeLessThan(part.startsWith("left") ? CLOSE.left : CLOSE.losses);
      },
      PATIENCE,
    );

    test(
      "makes a whole pastiche",
      async () => {
        const { losses, png } = await call("stylize", runtime, "/examples/cat.jpg", "/examples/starry.jpg", SETTINGS);
        const bytes = Uint8Array.from(png);
        expect(readPictureText(bytes)).toEqual({ Software: "pastiche" });
        const { image } = await readPicture(bytes);
        expect([image.width, image.height]).toEqual([64, 43]);
        expect(losses.length).toBe(5);

        const expected = await onNode("examples/cat.jpg", "examples/starry.jpg");
        for (const [i, loss] of expected.losses.entries()) {
          // Decoders differ by a step or two per value, so losses agree only roughly.
          expect(Math.abs(losses[i]! / loss - 1), `loss ${i}`).toBeLessThan(0.05);
        }
        const distance = image.data.reduce((sum, x, i) => sum + Math.abs(x - expected.data[i]!), 0) / image.data.length;
        expect(distance).toBeLessThan(0.01);
        const { PASTICHE_SCREENSHOTS: folder } = process.env;
        if (folder) await writeFile(`${folder}/${runtime}.png`, await tab.screenshot());
      },
      PATIENCE,
    );
  });
});

async function onNode(contentPath: string, stylePath: string) {
  const { image: content } = await readPicture(contentPath, { longSide: 256 });
  const { image: style } = await readPicture(stylePath, { longSide: 256 });
  const weights = await readWeights(await readFile("weights/pocket.safetensors"), pocket);
  const runtime = await cpu.open({ threads: 1 });
  const loadNetwork = async () => ({ backbone: pocket, weights, digest: "" });
  const stylizer = stylizerOn({ runtime, loadNetwork });
  const losses: number[] = [];
  const job = stylizer.stylize({ content, style, settings: SETTINGS });
  for (let next = await job.next(); ; next = await job.next()) {
    if (next.done) return { losses, data: next.value.image.data };
    if (next.value.type === "step") losses.push(next.value.loss);
  }
}
