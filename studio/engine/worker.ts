/** The worker that paints: one job at a time, steered between steps. It knows no page. */
import { type Adjustments, createStylizer, type StylizeEvent, UserError, type WebStylizer } from "pastiche/web";
import type { EngineJob, Told } from "./engine.ts";
import type { Order, Report } from "./protocol.ts";

interface Course {
  readonly stop: AbortController;
  changes: Adjustments;
  /** Resolved when it may go on; undefined while nothing holds it. */
  held?: { readonly until: Promise<void>; release(): void } | undefined;
}

/** A preview so often, in milliseconds. */
const EVERY = 120;

const courses = new Map<number, Course>();
let stylizer: { readonly runtime: string; readonly made: Promise<WebStylizer> } | undefined;

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.type === "paint") {
    void paint(data.id, data.runtime, data.job);
    return;
  }
  const course = courses.get(data.id);
  if (!course) return;
  if (data.type === "adjust") course.changes = data.changes;
  if (data.type === "pause") hold(course);
  if (data.type === "resume" || data.type === "stop") course.held?.release();
  if (data.type === "stop") course.stop.abort(new DOMException("stopped", "AbortError"));
});

function hold(course: Course): void {
  if (course.held) return;
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = () => {
      course.held = undefined;
      resolve();
    };
  });
  course.held = { until, release };
}

async function paint(id: number, runtime: string, job: EngineJob): Promise<void> {
  const course: Course = { stop: new AbortController(), changes: {} };
  courses.set(id, course);
  const tell = (told: Told) => postMessage({ id, told } satisfies Report);
  let shown = 0;
  const wantsImage = () => {
    const now = performance.now();
    if (now - shown < EVERY) return false;
    shown = now;
    return true;
  };
  try {
    const options = { signal: course.stop.signal, adjust: () => course.changes, wantsImage };
    for await (const event of (await stylizerOn(runtime)).stylize(job, options)) {
      const told = toldOf(event);
      if (told) tell(told);
      // A step may keep this thread from its messages: they have their turn here.
      if (event.type === "step") await turn();
      await course.held?.until;
    }
  } catch (error) {
    if (course.stop.signal.aborted) tell({ type: "stopped" });
    else tell({ type: "failed", message: messageOf(error) });
  } finally {
    courses.delete(id);
  }
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
      return undefined;
    default:
      return event;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return `Something went wrong that should not (${error instanceof Error ? error.message : String(error)}).`;
}

/** Until what has come in meanwhile was heard. */
function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
