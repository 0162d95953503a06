/** The engines of this browser: the library's worker, with WebAssembly or WebGPU. A worker that dies is replaced. */
import {
  checkpointHistories,
  convolutions,
  createWorkerStylizer,
  models,
  noiseImage,
  type Run,
  type SettingsInput,
  type Size,
  UserError,
  type WorkerStylizer,
} from "pastiche/web";
import {
  type Engine,
  type EngineEvent,
  type EngineEventOf,
  type EngineJob,
  type Largest,
  STATE_EVERY,
} from "./engine.ts";

/** A preview so often, in milliseconds. */
const EVERY = 120;

/** The states of all jobs, in the page's memory: a sixteenth of the machine's, as far as browsers report it. */
const memory = "deviceMemory" in navigator ? Number(navigator.deviceMemory) * 2 ** 30 : 4 * 2 ** 30;
const histories = checkpointHistories({ bytes: memory / 16, every: STATE_EVERY });

interface Opened {
  readonly runtime: string;
  readonly worker: Worker;
  readonly stylizer: Promise<WorkerStylizer>;
}

let open: Opened | undefined;

/** `runtime` is a name that `openRuntime` of `pastiche/web` takes. */
export function browserEngine(runtime: string): Engine {
  return {
    async largest(settings, photo) {
      const start = await warmUp(runtime, settings, photo);
      if (start?.largest !== undefined) return { side: start.largest, by: "memory" };
      return start && largestOnCard(start.model, photo);
    },
    async work(settings, photo) {
      const start = await planned(runtime, settings, photo, true);
      return start?.levels.reduce((sum, { steps }, i) => sum + steps * start.work[i]!.pixels, 0);
    },
    paint(job, listen) {
      const history = histories.open();
      const options = { previewEvery: EVERY, history };
      // In a record: a run is a promise of its result, which is not what is waited for here.
      const opened = openedOn(runtime);
      const begun = opened.stylizer.then((stylizer) => ({ run: stylizer.stylize(jobOf(job), options) }));
      const steer = (act: (run: Run) => void | Promise<void>) =>
        void begun.then(({ run }) => act(run)).catch((error: unknown) => listen(failure(error)));
      void follow(begun, opened, listen);
      return {
        adjust: (changes, pictures) =>
          steer(async (run) => {
            try {
              await run.adjust(changes, pictures);
            } catch (error) {
              // For the page the job has failed: nobody could stop it any more.
              run.stop();
              throw error;
            }
          }),
        pause: () => steer((run) => run.pause()),
        resume: () => steer((run) => run.resume()),
        stop: () => steer((run) => run.stop()),
        stateAt(step) {
          const checkpoint = history.at(step);
          const stands = checkpoint && step - checkpoint.step < STATE_EVERY;
          return stands ? { place: "page", checkpoint } : undefined;
        },
      };
    },
  };
}

/** A job for the library: from a state if the page has it. */
function jobOf({ from, start, settings, ...pictures }: EngineJob) {
  if (from?.state.place === "page") return { ...pictures, from: from.state.checkpoint, settings: from.settings };
  return { ...pictures, settings, ...(start && { start }) };
}

/** The long side of what a warm-up paints, in pixels. */
const SMALLEST = 32;

/**
 * Takes a step of a small job: WebAssembly or the GPU, the network, whether eight bits gain, and the programs of a step are
 * ready afterwards for a job with the same `settings` apart from sizes.
 */
function warmUp(runtime: string, settings: SettingsInput, photo: Size): Promise<EngineEventOf<"start"> | undefined> {
  const small = { size: SMALLEST, minSize: SMALLEST, levels: 1, firstSteps: 1, steps: 1 };
  return planned(runtime, { ...settings, ...small }, photo);
}

/** The long side of pictures that jobs are planned with, in pixels. */
const PLANNED = 256;

/** The plan of a job for a photo of these proportions, which is run to its end unless the plan `alone` is wanted. */
async function planned(
  runtime: string,
  settings: SettingsInput,
  photo: Size,
  alone = false,
): Promise<EngineEventOf<"start"> | undefined> {
  const scale = PLANNED / Math.max(photo.width, photo.height);
  const size = { width: Math.ceil(photo.width * scale), height: Math.ceil(photo.height * scale) };
  const [content, style] = [noiseImage(size, 1), noiseImage(size, 2)];
  const stylizer = await openedOn(runtime).stylizer;
  let start: EngineEventOf<"start"> | undefined;
  for await (const event of stylizer.stylize({ content, style, settings })) {
    if (event.type === "start") start = event;
    if (start && alone) break;
  }
  return start;
}

/** As far as the largest tensor of a step fits into one buffer; nobody knows the memory of a graphics card. */
async function largestOnCard(model: string, { width, height }: Size): Promise<Largest | undefined> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  const backbone = Object.values(models).find(({ name }) => name === model);
  if (!adapter || !backbone) return undefined;
  const buffer = Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize);
  const bytes = 4 * convolutions(backbone)[0]!.outputs;
  const scale = Math.sqrt(buffer / bytes / (width * height));
  return { side: 16 * Math.floor((scale * Math.max(width, height)) / 16), by: { buffer } };
}

async function follow(
  begun: Promise<{ readonly run: Run }>,
  opened: Opened,
  listen: (told: EngineEvent) => void,
): Promise<void> {
  try {
    const { run } = await begun;
    for await (const event of run) listen(event);
  } catch (error) {
    // Whatever it was, the next job is to have a worker that is whole.
    if (error instanceof UserError && error.code === "resources") close(opened);
    listen(failure(error));
  }
}

/** Weights of VGG19 that the browser cannot keep. */
let weights: File | undefined;

/** Uses a file with VGG19's weights for as long as the page is open. */
export function bringWeights(file: File): void {
  weights = file;
  close();
}

function openedOn(runtime: string): Opened {
  if (open?.runtime === runtime) return open;
  close();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pastiche" });
  const stylizer = createWorkerStylizer(worker, { runtime, ...(weights && { weights: { vgg19: weights } }) });
  const opened = { runtime, worker, stylizer };
  open = opened;
  stylizer.catch(() => close(opened));
  return opened;
}

/** Ends a worker; by default the last. */
function close(which = open): void {
  which?.worker.terminate();
  if (open === which) open = undefined;
}

function failure(error: unknown): EngineEvent {
  if (error instanceof UserError) return { type: "failed", message: error.message };
  return { type: "failed", message: `Something went wrong that should not (${(error as Error).message}).` };
}
