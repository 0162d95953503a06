/**
 * The process that paints for the studio's server: one job after another on the Node runtime. Apart, so that whatever
 * happens to it leaves the server and the page standing.
 */
import {
  type CheckpointHistory,
  checkpointHistories,
  createStylizer,
  encodeCheckpoint,
  encodePicture,
  type Image,
  type NodeStylizer,
  noiseImage,
  type Run,
  type SettingsInput,
  type Size,
  type StartEvent,
  UserError,
} from "../node.ts";
import type { Answer, Order, PainterEvent, PaintOrder, Question, Report, SentPicture } from "./painter-protocol.ts";

/** A preview so often, in milliseconds: it is encoded here and decoded in the page. */
const EVERY = 200;

/** A state is kept every so many steps, and used for all pictures up to the next. */
const STATE_EVERY = 5;

/** The limits for the states of finished jobs: bytes, and number of jobs. */
const STATES = 1e9;
const REMEMBERED = 16;

const runs = new Map<string, Run>();
/** Jobs that wait for the stylizer, each with the orders that came meanwhile. */
const starting = new Map<string, Steering[]>();
type Steering = Exclude<Order, PaintOrder | Question>;
const states = checkpointHistories({ bytes: STATES, every: STATE_EVERY });
const histories = new Map<string, CheckpointHistory>();
let stylizer: Promise<NodeStylizer> | undefined;

/** The stylizer; one that could not be opened is tried again by the next job. */
function opened(): Promise<NodeStylizer> {
  stylizer ??= createStylizer().catch((error) => {
    stylizer = undefined;
    throw error;
  });
  return stylizer;
}

process.on("message", (order: Order) => {
  if (order.type === "paint") {
    void paint(order);
    return;
  }
  if ("ticket" in order) {
    const { ticket } = order;
    const answer = order.type === "state" ? stateFile(order) : order.type === "work" ? work(order) : largest(order);
    void answer.catch(() => undefined).then((value) => process.send?.({ ticket, value } satisfies Answer));
    return;
  }
  const run = runs.get(order.id);
  if (run) steer(run, order);
  else starting.get(order.id)?.push(order);
});
process.on("disconnect", () => process.exit());

function steer(run: Run, order: Steering): void {
  if (order.type !== "adjust") {
    run[order.type]();
    return;
  }
  adjust(run, order).catch((error) => {
    // For the page the job has failed: nobody could stop it any more.
    send(order.id, failure(error));
    run.stop();
  });
}

function adjust(run: Run, { changes, pictures }: Extract<Order, { type: "adjust" }>): Promise<void> {
  if (!pictures) return run.adjust(changes);
  const { style, mask } = pictures;
  return run.adjust(changes, { style: style.map(fileOf), mask: mask && fileOf(mask) });
}

async function paint({ id, content, style, mask, start, settings, from }: PaintOrder): Promise<void> {
  try {
    starting.set(id, []);
    const job = {
      content: fileOf(content),
      style: style.map(fileOf),
      ...(mask && { mask: fileOf(mask) }),
    };
    const state = from && stateOf(from);
    const begins = state
      ? { from: state, settings: from.settings }
      : { settings, ...(start && { start: fileOf(start) }) };
    const history = historyOf(id);
    const options = { previewEvery: EVERY, keepPictures: true, history };
    const run = (await opened()).stylize({ ...job, ...begins }, options);
    runs.set(id, run);
    for (const order of starting.get(id)!) steer(run, order);
    starting.delete(id);
    for await (const event of run) {
      if (event.type === "checkpoint") continue;
      if (event.type !== "image" && event.type !== "done") send(id, event);
      else await show(id, event, event.type === "done");
    }
  } catch (error) {
    send(id, failure(error));
  } finally {
    starting.delete(id);
    runs.delete(id);
  }
}

async function stateFile({ id, step }: Extract<Question, { type: "state" }>): Promise<Uint8Array | undefined> {
  const state = stateOf({ job: id, step });
  return state && encodeCheckpoint(state);
}

type Asked<Type extends Question["type"]> = Extract<Question, { readonly type: Type }>;

/** From the plan of a job that is as small as they come. */
async function largest({ settings, ...photo }: Asked<"largest">): Promise<number | undefined> {
  const least = 32;
  const start = await planned({ ...settings, size: least, minSize: least, levels: 1, firstSteps: 1, steps: 1 }, photo);
  return start?.largest;
}

async function work({ settings, ...photo }: Asked<"work">): Promise<number | undefined> {
  const start = await planned(settings, photo);
  return start?.levels.reduce((sum, { steps }, i) => sum + steps * start.work[i]!.pixels, 0);
}

/** The plan of a job for a photo of these proportions, whatever it shows. */
async function planned(settings: SettingsInput, { width, height }: Size): Promise<StartEvent | undefined> {
  const scale = PLANNED / Math.max(width, height);
  const size = { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
  const [content, style] = [noiseImage(size, 1), noiseImage(size, 2)];
  for await (const event of (await opened()).stylize({ content, style, settings }))
    if (event.type === "start") return event;
  return undefined;
}

/** The long side of pictures that jobs are planned with, in pixels. */
const PLANNED = 256;

/** The state for a job's picture after a step, if it is still in memory. */
function stateOf({ job, step }: Pick<NonNullable<PaintOrder["from"]>, "job" | "step">) {
  const state = histories.get(job)?.at(step);
  return state && step - state.step < STATE_EVERY ? state : undefined;
}

function historyOf(id: string): CheckpointHistory {
  const history = states.open();
  histories.set(id, history);
  const [oldest] = histories.keys();
  if (histories.size > REMEMBERED) histories.delete(oldest!);
  return history;
}

async function show(id: string, shown: PainterEvent & { readonly image: Image }, last: boolean): Promise<void> {
  const { image, ...event } = shown;
  // Lossless at the end; on the way, fast.
  const bytes = last ? await encodePicture("png", { image }) : await encodePicture("webp", { image }, { quality: 90 });
  send(id, event as PainterEvent, { type: last ? "image/png" : "image/webp", bytes });
}

function send(id: string, event: PainterEvent, picture?: Report["picture"]): void {
  process.send?.({ id, event, picture } satisfies Report);
}

function failure(error: unknown): PainterEvent {
  const known = error instanceof UserError;
  return { type: "failed", message: known ? error.message : "Something went wrong that should not; see the terminal." };
}

function fileOf({ name, bytes }: SentPicture): File {
  return new File([bytes as Uint8Array<ArrayBuffer>], name);
}
