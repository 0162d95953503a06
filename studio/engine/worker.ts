/** The worker that paints: one job at a time, steered between steps. It knows no page. */
import { createStylizer, type Run, type StylizeEvent, UserError, type WebStylizer } from "pastiche/web";
import type { EngineJob, Told } from "./engine.ts";
import type { Order, Report } from "./protocol.ts";

/** A preview so often, in milliseconds. */
const EVERY = 120;

const runs = new Map<number, Run>();
let stylizer: { readonly runtime: string; readonly made: Promise<WebStylizer> } | undefined;

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.type === "paint") {
    void paint(data.id, data.runtime, data.job);
    return;
  }
  const run = runs.get(data.id);
  if (!run) return;
  if (data.type === "adjust") run.adjust(data.changes).catch((error) => post(data.id, failed(error)));
  else run[data.type]();
});

async function paint(id: number, runtime: string, job: EngineJob): Promise<void> {
  try {
    const run = (await stylizerOn(runtime)).stylize(job, { previewEvery: EVERY });
    runs.set(id, run);
    for await (const event of run) {
      const told = toldOf(event);
      if (told) post(id, told);
    }
  } catch (error) {
    post(id, failed(error));
  } finally {
    runs.delete(id);
  }
}

function post(id: number, told: Told): void {
  postMessage({ id, told } satisfies Report);
}

function failed(error: unknown): Told {
  return { type: "failed", message: messageOf(error) };
}

function stylizerOn(runtime: string): Promise<WebStylizer> {
  if (stylizer?.runtime !== runtime) {
    void stylizer?.made.then((old) => old.dispose()).catch(() => {});
    const made = createStylizer({ runtime });
    stylizer = { runtime, made };
    made.catch(() => {
      stylizer = undefined;
    });
  }
  return stylizer!.made;
}

function toldOf(event: StylizeEvent): Told | undefined {
  switch (event.type) {
    case "start": {
      const { type, levels, steps, runtime, model, weights, precision, peak } = event;
      return { type, levels, steps, runtime, model, weights, precision, peak };
    }
    case "level":
    case "checkpoint":
    case "paused":
    case "adjusted":
      return undefined;
    case "done":
      return event.record.stopped ? { type: "stopped" } : event;
    default:
      return event;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return `Something went wrong that should not (${error instanceof Error ? error.message : String(error)}).`;
}
