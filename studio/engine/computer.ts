/**
 * The engine behind `pastiche studio`: this computer's own runtime, asked over the page's server. It tells what a worker
 * would; what it shows is fetched as files.
 */
import { readPicture } from "pastiche/web";
import type { Engine, EngineEvent, EngineEventOf, EngineJob, Running } from "./engine.ts";

/** Events as they come: without pictures. */
type SentEvent =
  | Exclude<EngineEvent, EngineEventOf<"image" | "done">>
  | Omit<EngineEventOf<"image">, "image">
  | Omit<EngineEventOf<"done">, "image">;

export interface Computer {
  /** The job that runs. */
  readonly job?: string | undefined;
}

/** This computer, where the page has a server that paints; undefined on any other web host. */
export async function findComputer(): Promise<Computer | undefined> {
  const answer = await fetch("./api/computer").catch(() => undefined);
  const isOurs = answer?.ok && answer.headers.get("content-type")?.includes("json");
  return isOurs ? answer.json() : undefined;
}

export const computer: Engine = {
  paint(job, listen) {
    let stopped = false;
    const begun = begin(job).catch((error: unknown) => {
      listen({ type: "failed", message: error instanceof Error ? error.message : String(error) });
      return undefined;
    });
    void begun.then((id) => id !== undefined && !stopped && follow(id, listen));
    const steer = (order: string, body?: string) =>
      void begun.then((id) => (id === undefined ? undefined : send(id, order, body)));
    return {
      adjust: (changes) => steer("adjust", JSON.stringify(changes)),
      pause: () => steer("pause"),
      resume: () => steer("resume"),
      stop() {
        stopped = true;
        steer("stop");
      },
    };
  },
};

/** A job that runs already, found again. */
export function rejoin(id: string, listen: (told: EngineEvent) => void): Running {
  follow(id, listen);
  return {
    adjust: (changes) => void send(id, "adjust", JSON.stringify(changes)),
    pause: () => void send(id, "pause"),
    resume: () => void send(id, "resume"),
    stop: () => void send(id, "stop"),
  };
}

async function begin({ content, style, mask, start, settings }: EngineJob): Promise<string> {
  const form = new FormData();
  form.set("content", content);
  for (const painting of style) form.append("style", painting);
  if (mask) form.set("mask", mask);
  if (start) form.set("start", start);
  form.set("settings", JSON.stringify(settings));
  const answer = await fetch("./api/jobs", { method: "POST", body: form });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.message);
  return said.id;
}

async function send(id: string, order: string, body?: string): Promise<void> {
  await fetch(`./api/jobs/${id}/${order}`, { method: "POST", ...(body !== undefined && { body }) });
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
