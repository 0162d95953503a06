/** The engines of this browser: the library's worker, with WebAssembly or WebGPU. A worker that dies is replaced. */
import { createWorkerStylizer, type Run, UserError, type WorkerStylizer } from "pastiche/web";
import type { Engine, EngineEvent } from "./engine.ts";

/** A preview so often, in milliseconds. */
const EVERY = 120;

let open: { readonly runtime: string; readonly worker: Worker; readonly stylizer: Promise<WorkerStylizer> } | undefined;

/** `runtime` is a name that `openRuntime` of `pastiche/web` takes. */
export function browserEngine(runtime: string): Engine {
  return {
    paint(job, listen) {
      // In a record: a run is a promise of its result, which is not what is waited for here.
      const begun = stylizerOn(runtime).then((stylizer) => ({ run: stylizer.stylize(job, { previewEvery: EVERY }) }));
      const steer = (act: (run: Run) => void | Promise<void>) =>
        void begun.then(({ run }) => act(run)).catch((error: unknown) => listen(failure(error)));
      void follow(begun, listen);
      return {
        adjust: (changes) => steer((run) => run.adjust(changes)),
        pause: () => steer((run) => run.pause()),
        resume: () => steer((run) => run.resume()),
        stop: () => steer((run) => run.stop()),
      };
    },
  };
}

/** Makes the runtime ready before it is asked for anything. */
export function warmUp(runtime: string): void {
  void stylizerOn(runtime).catch(() => {}); // An error is reported when the runtime is needed.
}

async function follow(begun: Promise<{ readonly run: Run }>, listen: (told: EngineEvent) => void): Promise<void> {
  try {
    const { run } = await begun;
    for await (const event of run) listen(event);
  } catch (error) {
    // Whatever it was, the next job is to have a worker that is whole.
    if (error instanceof UserError && error.code === "resources") close();
    listen(failure(error));
  }
}

function stylizerOn(runtime: string): Promise<WorkerStylizer> {
  if (open?.runtime === runtime) return open.stylizer;
  close();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "pastiche" });
  const stylizer = createWorkerStylizer(worker, { runtime });
  open = { runtime, worker, stylizer };
  stylizer.catch(close);
  return stylizer;
}

function close(): void {
  open?.worker.terminate();
  open = undefined;
}

function failure(error: unknown): EngineEvent {
  if (error instanceof UserError) return { type: "failed", message: error.message };
  return { type: "failed", message: `Something went wrong that should not (${(error as Error).message}).` };
}
