/**
 * The page that a test controls: every operator, whole steps and a short job on the browser's runtimes, through the
 * public API. Numbers are returned as plain lists.
 */
import { operators } from "../../src/graph/operators.case.ts";
import { problem } from "../../src/graph/problem.case.ts";
import * as pastiche from "../../src/web.ts";
import { content, jobs, style, takeSteps } from "../runtimes/step.case.ts";

type Numbers = Readonly<Record<string, readonly number[]>>;

const opened = new Map<string, Promise<pastiche.Runtime>>();

/** Runtimes stay open, because their builds are large and their first shaders slow. */
function open(name: string, threads?: number): Promise<pastiche.Runtime> {
  const runtime = opened.get(name) ?? pastiche.openRuntime(name, threads ? { threads } : {});
  opened.set(name, runtime);
  return runtime;
}

function plain(record: Readonly<Record<string, Float32Array>>): Numbers {
  return Object.fromEntries(Object.entries(record).map(([name, values]) => [name, [...values]]));
}

function show(id: string, image: pastiche.Image): void {
  const canvas = document.querySelector<HTMLCanvasElement>(`#${id}`)!;
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(pastiche.toImageData({ image }), 0, 0);
}

function say(text: string): void {
  document.querySelector("#status")!.textContent = text;
}

/** The bytes of GPU memory in use, counted from outside. */
let bytesOnDevice = 0;
if (typeof GPUDevice !== "undefined") {
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  const alive = new Set<GPUBuffer>();
  GPUDevice.prototype.createBuffer = function (descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.add(buffer);
    bytesOnDevice += buffer.size;
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    if (alive.delete(this)) bytesOnDevice -= this.size;
    return destroy.call(this);
  };
}

async function asFile(image: pastiche.Image): Promise<File> {
  return new File([await pastiche.encodePicture("png", { image })], "picture.png");
}

const page = {
  isolated: () => globalThis.crossOriginIsolated,

  probes: () =>
    Promise.all(
      pastiche.runtimes.map(async (choice) => ({ name: choice.name, ...(await choice.probe({ threads: 2 })) })),
    ),

  describe: async (name: string) => (await open(name)).description,

  async operator(runtime: string, name: string): Promise<Numbers> {
    const on = await open(runtime);
    const { outputs, inputs } = problem(operators[name]!);
    const program = await on.load(pastiche.encode(outputs));
    const values = Object.entries(inputs).map(([key, { data, dims }]) => [key, on.value(data, dims)] as const);
    const results = await program.run(Object.fromEntries(values));
    const read: Record<string, Float32Array> = {};
    for (const [key, value] of Object.entries(results)) {
      read[key] = (await value.read()).slice();
      value.dispose();
    }
    await program.dispose();
    return plain(read);
  },

  async steps(runtime: string, job: string): Promise<{ losses: Record<string, number>[]; left: Numbers }> {
    const { weights } = await pastiche.networksFrom()("pocket");
    const { settings, count } = jobs[job]!;
    const { losses, left } = await takeSteps(await open(runtime), weights, settings, count);
    return { losses: [...losses], left: plain(left) };
  },

  /** The decoded picture, or the error as a user would read it. */
  async picture(bytes: readonly number[], options: pastiche.ReadOptions = {}) {
    try {
      const { image, alpha, ...about } = await pastiche.readPicture(new Blob([Uint8Array.from(bytes)]), options);
      return { ...about, data: [...image.data], alpha: alpha && [...alpha] };
    } catch (error) {
      return { error: `${(error as pastiche.UserError).code}: ${(error as Error).message}` };
    }
  },

  /** Encodes a drawing. */
  async encoded(format: "png" | "jpeg" | "webp" | "tiff", image: { width: number; height: number; data: number[] }) {
    const drawing = { image: { ...image, data: Float32Array.from(image.data) } };
    const blob = await pastiche.encodePicture(format, drawing);
    return { type: blob.type, bytes: [...new Uint8Array(await blob.arrayBuffer())] };
  },

  /** The tensors of a weights file: name, shape and sum. */
  async weights(bytes: readonly number[], backbone: pastiche.Backbone) {
    const weights = pastiche.weightTensors(await pastiche.readWeights(Uint8Array.from(bytes), backbone));
    return [...weights].map(([name, { shape, data }]) => ({
      name,
      shape: [...shape],
      sum: data.reduce((a, b) => a + b, 0),
    }));
  },

  /** Caches, uses and removes imported weights. */
  async keep(address: string) {
    const told: number[] = [];
    const before = await pastiche.isCached("pocket");
    const digest = await pastiche.importWeights("pocket", address, { onProgress: (received) => told.push(received) });
    const kept = await pastiche.isCached("pocket");
    const list = await pastiche.cachedWeights();
    const network = await pastiche.networksFrom({ pocket: "/nowhere.safetensors" })("pocket");
    const removed = await pastiche.removeWeights("pocket");
    const after = await pastiche.isCached("pocket");
    return { before, kept, list, removed, after, received: told.at(-1), digest, again: network.digest };
  },

  /** What is said where the browser does not keep imported weights. */
  async refused(address: string): Promise<string[]> {
    const notes: string[] = [];
    const { put } = Cache.prototype;
    Cache.prototype.put = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
    await pastiche.importWeights("pocket", address, { onNote: (note) => notes.push(note) });
    Cache.prototype.put = put;
    return notes;
  },

  /** Milliseconds to the start of a job that asks whether eight bits gain, with a new stylizer for each of `count`. */
  async verdicts(count: number): Promise<{ ms: number[]; precisions: string[]; kept: number }> {
    const ms: number[] = [];
    const precisions: string[] = [];
    await caches.delete("pastiche-measured-1");
    for (let i = 0; i < count; i++) {
      const stylizer = await pastiche.createStylizer({ runtime: "wasm" });
      const begun = performance.now();
      for await (const event of stylizer.stylize({ content, style, settings: { size: 64, model: "pocket" } })) {
        if (event.type !== "start") continue;
        ms.push(performance.now() - begun);
        precisions.push(event.precision);
        break;
      }
      await stylizer.dispose();
    }
    const kept = await caches.open("pastiche-measured-1").then((cache) => cache.keys());
    return { ms, precisions, kept: kept.length };
  },

  /** One job in the forms that people have: as its events, awaited, with parts of its own, and resumed from bytes. */
  async library() {
    const options = { runtime: "wasm", threads: 1 } as const;
    const settings = { size: 48, levels: 1, steps: 3, model: "pocket", precision: "fp32" } as const;
    const pictures = { content: pastiche.toImageData({ image: content }), style: await asFile(style) };
    const sum = ({ image }: pastiche.Result) => image.data.reduce((all, x) => all + x, 0);
    const types: string[] = [];
    let bytes: Promise<Uint8Array> | undefined;
    const run = pastiche.stylize({ ...pictures, settings }, { ...options, wantsCheckpoint: ({ step }) => step === 1 });
    for await (const event of run) {
      types.push(event.type);
      if (event.type === "checkpoint") bytes = pastiche.encodeCheckpoint(event.checkpoint);
    }
    const whole = sum(await run);
    const resumed = sum(await pastiche.stylize({ ...pictures, resume: (await bytes)! }, options));
    const awaited = sum(await pastiche.stylize({ ...pictures, settings }, options));
    const { record } = await pastiche.stylize(
      { ...pictures, losses: [{ ...pastiche.losses.variation, name: "calm" }], settings: { ...settings, calm: 2 } },
      options,
    );
    const message = ({ message }: Error) => message;
    const refused = [
      await pastiche.stylize({ ...pictures, resume: pictures.content }, options).then(String, message),
      await pastiche.stylize({ ...pictures, resume: new Blob(["none"]) }, options).then(String, message),
      await pastiche.stylize(pictures, { ...options, runtime: {} as never }).then(String, message),
    ];
    return { types, whole, awaited, resumed, losses: record.settings.losses, refused, version: pastiche.version };
  },

  /** GPU memory in use after each step of a job whose image is read every time, and after the job. */
  async memory(runtime: string, steps: number): Promise<number[]> {
    const stylizer = await pastiche.createStylizer({ runtime });
    const settings = { size: 64, levels: 1, steps, contentLayers: { conv1_1: 1 }, styleLayers: { conv1_1: 1 } };
    const bytes: number[] = [];
    for await (const event of stylizer.stylize({ content, style, settings }, { wantsImage: () => true })) {
      if (event.type === "image") bytes.push(bytesOnDevice);
    }
    await stylizer.dispose();
    return [...bytes, bytesOnDevice];
  },

  /** A whole job from two URLs; the result is shown and returned as a PNG's bytes. */
  async stylize(runtime: string, contentUrl: string, styleUrl: string, settings: pastiche.SettingsInput) {
    const content = await pastiche.readPicture(contentUrl, { longSide: 256 });
    const style = await pastiche.readPicture(styleUrl, { longSide: 256 });
    show("content", content.image);
    show("style", style.image);
    const stylizer = await pastiche.createStylizer({ runtime });
    const losses: number[] = [];
    const times: number[] = [];
    let last = performance.now();
    for await (const event of stylizer.stylize({ content: content.image, style: style.image, settings })) {
      if (event.type === "step") {
        losses.push(event.loss);
        times.push(performance.now() - last);
        say(`${runtime}: step ${event.step} of ${event.steps}, loss ${event.loss.toFixed(4)}`);
      }
      last = performance.now();
      if (event.type === "done") {
        show("result", event.image);
        const blob = await pastiche.encodePicture("png", { image: event.image }, { text: { Software: "pastiche" } });
        await stylizer.dispose();
        return { losses, times, png: [...new Uint8Array(await blob.arrayBuffer())] };
      }
    }
    throw new Error("internal: the job ended without its result");
  },
};

export type Page = typeof page;

(globalThis as unknown as { page: Page }).page = page;
