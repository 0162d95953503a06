/**
 * The engine behind `pastiche studio`: this computer's own runtime, asked over the page's server. It tells what a worker
 * would; what it shows is fetched as files.
 */
import {
  type Adjustments,
  type Checkpoint,
  decodeCheckpoint,
  readPicture,
  type SettingsInput,
  type Size,
  UserError,
} from "pastiche/web";
import type { Engine, EngineEvent, EngineEventOf, EngineJob, EnginePictures, KeptState, Running } from "./engine.ts";

/** Events as they come: without pictures. */
type SentEvent =
  | Exclude<EngineEvent, EngineEventOf<"image" | "done">>
  | Omit<EngineEventOf<"image">, "image">
  | Omit<EngineEventOf<"done">, "image">;

export interface Computer {
  /** The job that runs. */
  readonly job?: string | undefined;
}

/**
 * This computer, where the page has a server that paints; undefined on any other web host. Rejects with a `UserError` where
 * the server does not know this browser.
 */
export async function findComputer(): Promise<Computer | undefined> {
  const answer = await fetch("./api/computer").catch(() => undefined);
  if (answer?.status === 401) {
    const text =
      "This computer paints only for the address that `pastiche studio` printed; here, the browser itself does.";
    throw new UserError("usage", text);
  }
  const isOurs = answer?.ok && answer.headers.get("content-type")?.includes("json");
  return isOurs ? answer.json() : undefined;
}

export const computer: Engine = {
  async largest(settings, photo) {
    const { largest: side } = await ask("largest", settings, photo);
    return side === undefined ? undefined : { side, by: "memory" };
  },
  async work(settings, photo) {
    return (await ask("work", settings, photo)).work;
  },
  paint(job, listen) {
    const begun = inOrder(() => begin(job)).catch((error: unknown) => {
      listen({ type: "failed", message: error instanceof Error ? error.message : String(error) });
      return undefined;
    });
    return steered(begun, listen);
  },
};

/** What is known of a job with such settings and a photo of these proportions; nothing where it is not possible. */
async function ask(
  what: "largest" | "work",
  settings: SettingsInput,
  { width, height }: Size,
): Promise<{ readonly largest?: number; readonly work?: number }> {
  const given = { settings: JSON.stringify(settings), width: String(width), height: String(height) };
  const answer = await fetch(`./api/${what}?${new URLSearchParams(given)}`);
  return answer.ok ? answer.json() : {};
}

let last: Promise<unknown> = Promise.resolve();

/** Begins jobs in their order, however long their pictures take: a job stops the one before it. */
function inOrder<T>(begin: () => Promise<T>): Promise<T> {
  const begun = last.then(begin);
  last = begun.catch(() => {});
  return begun;
}

/** Whether this computer still has the picture of a job that was begun before the page was loaded. */
export async function hasPicture(id: string): Promise<boolean> {
  const answer = await fetch(`./api/jobs/${id}/picture`, { cache: "no-store" }).catch(() => undefined);
  return answer?.ok === true && answer.headers.get("content-type")?.startsWith("image/") === true;
}

/** A job that runs already, found again. */
export function rejoin(id: string, listen: (told: EngineEvent) => void): Running {
  return steered(Promise.resolve(id), listen);
}

/** A state as the page can have it; undefined where this computer has it no more. */
export async function stateOnComputer({
  job,
  step,
}: Extract<KeptState, { readonly place: "computer" }>): Promise<Checkpoint | undefined> {
  const answer = await fetch(`./api/jobs/${job}/states/${step}`);
  if (!answer.ok) return undefined;
  return (await decodeCheckpoint(new Uint8Array(await answer.arrayBuffer()))).checkpoint;
}

/** The job whose id is promised; undefined: it did not begin. */
function steered(begun: Promise<string | undefined>, listen: (told: EngineEvent) => void): Running {
  let job: string | undefined;
  void begun.then((id) => {
    job = id;
    // One that was stopped before it began ends as well.
    if (id !== undefined) follow(id, listen);
  });
  const send = async (order: string, body: BodyInit | null = null) => {
    const id = await begun;
    if (id !== undefined) await fetch(`./api/jobs/${id}/${order}`, { method: "POST", body });
  };
  return {
    adjust: (changes, pictures) => void send("adjust", adjustmentForm(changes, pictures)),
    pause: () => void send("pause"),
    resume: () => void send("resume"),
    stop: () => void send("stop"),
    // The process that has it knows whether it still has it.
    stateAt: (step) => (job === undefined ? undefined : { place: "computer", job, step }),
  };
}

function adjustmentForm(changes: Adjustments, pictures?: EnginePictures): FormData {
  const form = new FormData();
  form.set("changes", JSON.stringify(changes));
  for (const painting of pictures?.style ?? []) form.append("style", painting);
  if (pictures?.mask) form.set("mask", pictures.mask);
  return form;
}

async function begin({ content, style, mask, start, settings, from }: EngineJob): Promise<string> {
  const form = new FormData();
  form.set("content", content);
  for (const painting of style) form.append("style", painting);
  if (mask) form.set("mask", mask);
  if (start) form.set("start", start);
  form.set("settings", JSON.stringify(settings));
  if (from?.state.place === "computer") {
    const { job, step } = from.state;
    form.set("from", JSON.stringify({ job, step, settings: from.settings }));
  }
  const answer = await fetch("./api/jobs", { method: "POST", body: form });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message);
  return said.id;
}

/** Tells the events of a job in their order; of pictures that come faster than they are read, the last. */
function follow(id: string, listen: (told: EngineEvent) => void): void {
  const source = new EventSource(`./api/jobs/${id}/events`);
  let reading = false;
  const picture = async () => {
    const answer = await fetch(`./api/jobs/${id}/picture`, { cache: "no-store" });
    return (await readPicture(await answer.blob(), { name: "the picture" })).image;
  };
  source.onmessage = async ({ data }) => {
    const event: SentEvent = JSON.parse(data);
    if (event.type === "image") {
      if (reading) return;
      reading = true;
      await picture()
        .then((image) => listen({ ...event, image }))
        .catch(() => {}) // The next one comes soon.
        .finally(() => (reading = false));
      return;
    }
    if (event.type === "done" || event.type === "failed") source.close();
    if (event.type !== "done") return listen(event);
    const image = await picture().catch((error: Error) => listen({ type: "failed", message: error.message }));
    if (image) listen({ ...event, image });
  };
}
