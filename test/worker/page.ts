/** A page with a stylizer in a worker, for a test to drive. Nothing is computed on the page itself. */
import {
  checkpointHistory,
  createWorkerStylizer,
  encodeCheckpoint,
  type SettingsInput,
  type StylizeEvent,
  type UserError,
  type WorkerStylizeOptions,
  type WorkerStylizer,
} from "../../src/web.ts";

const SETTINGS = { size: 64, minSize: 40, firstSteps: 3, steps: 3, model: "pocket", precision: "fp32" } as const;

/** Tasks of the page that took over 50 ms. */
const longTasks: number[] = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
  type: "longtask",
});

const newWorker = () => new Worker(new URL("../../src/worker.ts", import.meta.url), { type: "module" });

let worker: Worker;
let opened: Promise<WorkerStylizer> | undefined;
const notes: string[] = [];
const stylizer = () => {
  worker ??= newWorker();
  opened ??= createWorkerStylizer(worker, { runtime: "wasm", threads: 2, onNote: (note) => notes.push(note) });
  return opened;
};

/** A picture without files: waves of colour. */
function picture(width: number, height: number, pace: number): ImageData {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set(
      [128 + 100 * Math.sin(x * pace), 128 + 100 * Math.sin(y * pace), 128 + 90 * Math.cos((x + y) * pace), 255],
      4 * i,
    );
  }
  return new ImageData(data, width, height);
}

const job = (settings: SettingsInput = {}) => ({
  content: picture(96, 72, 0.1),
  style: picture(80, 80, 0.4),
  settings: { ...SETTINGS, ...settings },
});

async function begin(settings: SettingsInput = {}, options: WorkerStylizeOptions = {}) {
  return { run: (await stylizer()).stylize(job(settings), options) };
}

const sumOf = ({ data }: { readonly data: Float32Array }) => data.reduce((sum, x) => sum + x, 0);
const told = (error: unknown) => ({
  name: (error as Error).name,
  code: (error as UserError).code,
  message: (error as Error).message,
});
const brief = (event: StylizeEvent) => ("step" in event ? `${event.type} ${event.step}` : event.type);

const page = {
  longTasks: () => longTasks.splice(0),
  notes: () => notes,

  async whole(settings: SettingsInput) {
    const { run } = await begin(settings, { previewEvery: 0, previewSize: 32 });
    const types: string[] = [];
    const sizes: number[] = [];
    for await (const event of run) {
      types.push(brief(event));
      if (event.type === "image") sizes.push(event.image.width);
    }
    const { image, record } = await run;
    return { types, sizes, width: image.width, sum: sumOf(image), record };
  },

  /** A branch of a job from its history: as the job itself, and with another strength. */
  async branched() {
    const history = checkpointHistory({ bytes: 1e8, every: 1 });
    const { run } = await begin({}, { history });
    const straight = sumOf((await run).image);
    const { settings: _, ...pictures } = job();
    const branch = async (settings: SettingsInput) => {
      const on = (await stylizer()).stylize({ ...pictures, from: history.at(4)!, settings });
      const { image, record } = await on;
      return { sum: sumOf(image), from: record.from };
    };
    const { steps, bytes } = history;
    return { steps, bytes, straight, same: await branch({}), other: await branch({ alpha: 5 }) };
  },

  async awaited(settings: SettingsInput) {
    const { run } = await begin(settings);
    return sumOf((await run).image);
  },

  /** Pauses after two steps, adjusts, goes on, and stops after four. */
  async steered() {
    const { run } = await begin({}, { checkpointEvery: 1e9 });
    const types: string[] = [];
    const refused: unknown[] = [];
    let rested = 0;
    let checkpoint: { step: number; tensors: ReadonlyMap<string, { data: Float32Array }> } | undefined;
    for await (const event of run) {
      types.push(brief(event));
      if (event.type === "step" && event.step === 1) run.pause();
      if (event.type === "checkpoint") ({ checkpoint } = event);
      if (event.type === "paused") {
        const from = performance.now();
        await run.adjust({ tv: -1 }).catch((error) => refused.push(told(error)));
        await run.adjust({ tv: 0 });
        await new Promise((resolve) => setTimeout(resolve, 200));
        rested = performance.now() - from;
        run.resume();
      }
      if (event.type === "step" && event.terms.variation === 0) run.stop();
    }
    const { record } = await run;
    const { image } = await (await stylizer()).stylize({ ...job(), settings: undefined, resume: checkpoint as never });
    return { types, refused, rested, record, resumed: image.width };
  },

  /** When an abort was posted and when the job ended, in steps. */
  async aborted(settings: SettingsInput) {
    const control = new AbortController();
    const { run } = await begin(settings, { signal: control.signal });
    let steps = 0;
    let reason: unknown;
    let took = 0;
    try {
      for await (const event of run) {
        if (event.type !== "step") continue;
        if (++steps === 2) {
          took = performance.now();
          control.abort(new Error("enough"));
        }
      }
    } catch (error) {
      reason = told(error);
      took = performance.now() - took;
    }
    return { reason, took, steps };
  },

  /** One job is paused, another runs to its end meanwhile. */
  async two() {
    const { run } = await begin();
    const order: string[] = [];
    for await (const event of run) {
      if (event.type === "step" && event.step === 1) run.pause();
      if (event.type === "paused") {
        const { run: other } = await begin({ pooling: "average" });
        void other.then(() => {
          order.push("other");
          run.resume();
        });
      }
    }
    order.push("first");
    return order;
  },

  /** How a wrong call, a wrong job and a wrong option end. */
  async wrong() {
    const stylizing = await stylizer();
    const outcome = async (make: () => PromiseLike<unknown>) => {
      try {
        await make();
        return "no error";
      } catch (error) {
        return told(error);
      }
    };
    return [
      await outcome(() => stylizing.stylize({ ...job(), settings: { alpha: -1 } })),
      await outcome(() => stylizing.stylize({ ...job(), content: new Blob(["no picture"]) })),
      await outcome(() => stylizing.stylize(job(), { wantsImage: () => true } as never)),
      await outcome(() => stylizing.stylize(undefined as never)),
      await outcome(() => createWorkerStylizer(newWorker(), { runtime: "tpu" })),
    ];
  },

  /** A backbone of one's own and a checkpoint's bytes go to a worker; parts with functions do not. */
  async parts() {
    const stylizing = await stylizer();
    const refused: unknown[] = [];
    const refuse = async (make: () => unknown) => {
      try {
        await make();
      } catch (error) {
        refused.push(told(error));
      }
    };
    const part = { name: "mine", summary: "", make: () => ({}) };
    await refuse(() => stylizing.stylize({ ...job(), losses: [{ ...part, role: "image" }] } as never));
    await refuse(() => stylizing.stylize({ ...job(), optimizer: { ...part, parameters: {} } } as never));
    await refuse(() => createWorkerStylizer(newWorker(), { runtime: part as never }));

    const conv1_1 = { kernel: Float32Array.from({ length: 27 * 4 }, (_, i) => Math.sin(i)), bias: new Float32Array(4) };
    const model = { name: "mine", summary: "one layer", blocks: [[4]], weights: { layers: { conv1_1 } } };
    const { model: _, ...own } = SETTINGS;
    const settings = { ...own, styleLayers: { conv1_1: 1 }, contentLayers: {} };
    const { record } = await stylizing.stylize({ ...job(), model, settings });

    const checkpoints: Promise<Uint8Array>[] = [];
    const { run } = await begin({}, { checkpointEvery: 0 });
    for await (const event of run) {
      if (event.type === "checkpoint" && event.step === 4) checkpoints.push(encodeCheckpoint(event.checkpoint));
    }
    const bytes = (await checkpoints[0]!) as Uint8Array<ArrayBuffer>;
    const { settings: __, ...pictures } = job();
    const resumed: number[] = [];
    for (const resume of [bytes, new Blob([bytes]), URL.createObjectURL(new Blob([bytes]))])
      resumed.push(sumOf((await stylizing.stylize({ ...pictures, resume })).image));
    return { refused, model: record.model, whole: sumOf((await run).image), resumed };
  },

  /** What becomes of a job whose worker breaks down, of its iterator and of its controls. */
  async broken() {
    const own = newWorker();
    const stylizing = await createWorkerStylizer(own, { runtime: "wasm" });
    const run = stylizing.stylize(job({ steps: 1000, firstSteps: 1000 }));
    try {
      for await (const event of run) {
        if (event.type === "step" && event.step === 2)
          own.dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
      }
    } catch (error) {
      own.terminate();
      return told(error);
    }
    return undefined;
  },

  /** Whether pictures are moved rather than copied where that is asked for. */
  async transferred() {
    const given = job({ steps: 1, firstSteps: 1 });
    const buffer = given.content.data.buffer;
    await (await stylizer()).stylize(given, { transfer: [buffer] });
    return buffer.byteLength;
  },

  async dispose() {
    await (await stylizer()).dispose();
    opened = undefined;
    return page.awaited({});
  },
};

export type WorkerPage = typeof page;

(globalThis as unknown as { page: WorkerPage }).page = page;
