/**
 * The HTTP interface for the studio's page: begin a job, receive its events, and control it.
 */
import { availableParallelism } from "node:os";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE } from "hono/streaming";
import type { Job, Jobs } from "./jobs.ts";
import type { PaintOrder, SentPicture } from "./painter-protocol.ts";

/** Bytes of all pictures of a job together. */
const MOST_BYTES = 64 * 2 ** 20;

/** Paintings of one job. */
const MOST_PAINTINGS = 16;

/** The routes of the page's requests. */
export function api(jobs: Jobs): Hono {
  const app = new Hono();
  const limited = bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge });
  app.get("/computer", (context) => computer(context, jobs));
  app.get("/:what{largest|work}", (context) => forecast(context, jobs));
  app.post("/jobs", limited, (context) => begin(context, jobs));
  app.get("/jobs/:id/events", (context) => events(context, jobs));
  app.get("/jobs/:id/picture", (context) => picture(context, jobs));
  app.get("/jobs/:id/states/:step{[0-9]{1,9}}", (context) => state(context, jobs));
  app.post("/jobs/:id/:order{pause|resume|stop}", (context) => {
    const type = context.req.param("order") as "pause" | "resume" | "stop";
    return steered(context, jobs, (id) => jobs.steer({ type, id }));
  });
  app.post("/jobs/:id/adjust", limited, (context) => adjust(context, jobs));
  return app;
}

function computer(context: Context, jobs: Jobs): Response {
  const last = jobs.last();
  return context.json({ threads: availableParallelism(), ...(last && !last.ended && { job: last.id }) });
}

/** The largest size of jobs with such settings, or the work of one. */
async function forecast(context: Context, jobs: Jobs): Promise<Response> {
  const { width, height, settings: text } = context.req.query();
  const what = context.req.param("what") as "largest" | "work";
  const settings = parsed(text);
  const size = { width: Number(width), height: Number(height) };
  if (!settings || !(size.width >= 1 && size.height >= 1)) return refused(context, "A job has settings and a size.");
  return context.json({ [what]: await jobs.ask({ type: what, settings, ...size }) });
}

async function begin(context: Context, jobs: Jobs): Promise<Response> {
  const form = await formOf(context);
  const content = form?.get("content");
  const style = paintingsIn(form);
  const mask = form?.get("mask") ?? undefined;
  const start = form?.get("start") ?? undefined;
  if (!isFile(content) || !style || style.length === 0)
    return refused(context, "A job is a photo (content) and paintings (style), as files.");
  if ((mask !== undefined && !isFile(mask)) || (start !== undefined && !isFile(start)))
    return refused(context, "A mask and a start must be files.");
  const settings = parsed(form?.get("settings"));
  if (settings === undefined) return refused(context, "The settings must be a JSON object.");
  const from = form?.has("from") ? stateOf(parsed(form.get("from"))) : undefined;
  if (from === null) return refused(context, "A state is a job, a step and settings.");
  const job = jobs.begin({
    content: await sent(content),
    style: await Promise.all(style.map(sent)),
    mask: mask && (await sent(mask)),
    start: start && (await sent(start)),
    settings,
    from,
  });
  return context.json({ id: job.id }, 201);
}

/** The events of a job from the first, or from the one after `Last-Event-ID`, as they come. */
function events(context: Context, jobs: Jobs): Response | Promise<Response> {
  const job = jobs.find(idOf(context));
  if (!job) return context.notFound();
  return streamSSE(context, async (stream) => {
    let next = Number(context.req.header("last-event-id") ?? -1) + 1;
    let wake = () => {};
    const leave = jobs.listen(() => wake());
    stream.onAbort(() => wake());
    try {
      while (!stream.aborted) {
        const event = job.events[next];
        if (event) await stream.writeSSE({ id: String(next++), data: JSON.stringify(event) });
        else if (job.ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      leave();
    }
  });
}

function picture(context: Context, jobs: Jobs): Response | Promise<Response> {
  const picture = jobs.find(idOf(context))?.picture;
  if (!picture) return context.notFound();
  return file(context, picture.type, picture.bytes);
}

async function state(context: Context, jobs: Jobs): Promise<Response> {
  const bytes = await jobs.ask({ type: "state", id: idOf(context), step: Number(context.req.param("step")) });
  if (!bytes) return context.json({ message: "That state is not in memory any more." }, 404);
  return file(context, "application/octet-stream", bytes as Uint8Array);
}

async function adjust(context: Context, jobs: Jobs): Promise<Response> {
  const form = await formOf(context);
  const changes = parsed(form?.get("changes"));
  if (changes === undefined) return refused(context, "Changes must be a JSON object.");
  const style = paintingsIn(form);
  const mask = form?.get("mask") ?? undefined;
  if (!style || (mask !== undefined && !isFile(mask))) return refused(context, "Paintings and a mask must be files.");
  const pictures = { style: await Promise.all(style.map(sent)), mask: mask && (await sent(mask)) };
  const others = style.length > 0 ? { pictures } : {};
  return steered(context, jobs, (id) => jobs.steer({ type: "adjust", id, changes, ...others }));
}

function steered(context: Context, jobs: Jobs, steer: (id: string) => void): Response {
  const job: Job | undefined = jobs.find(idOf(context));
  if (!job) return context.json({ message: "There is no such job." }, 404);
  if (!job.ended) steer(job.id);
  return context.body(null, 204);
}

function idOf(context: Context): string {
  return context.req.param("id") ?? "";
}

function file(context: Context, type: string, bytes: Uint8Array): Response {
  const headers = { "Content-Type": type, "Cache-Control": "no-store" };
  return context.body(bytes as Uint8Array<ArrayBuffer>, 200, headers);
}

function refused(context: Context, why: string): Response {
  return context.json({ message: why }, 400);
}

function tooLarge(context: Context): Response {
  return context.json({ message: `All pictures together may have at most ${MOST_BYTES} bytes.` }, 413);
}

/** The form that was sent; undefined for another body. */
function formOf(context: Context): Promise<FormData | undefined> {
  return context.req.formData().catch(() => undefined);
}

/** The files called `style`, perhaps none; undefined where one is no file, or there are too many. */
function paintingsIn(form: FormData | undefined): File[] | undefined {
  const given = form?.getAll("style") ?? [];
  const files = given.flatMap((value) => (isFile(value) ? [value] : []));
  return files.length === given.length && files.length <= MOST_PAINTINGS ? files : undefined;
}

function isFile(value: unknown): value is File {
  return value instanceof File;
}

/** Its name is for messages alone; no path is ever made of it. */
async function sent(file: File): Promise<SentPicture> {
  return { name: file.name.slice(0, 200), bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** A state as a page names it; null for anything else. */
function stateOf(given: Record<string, unknown> | undefined): NonNullable<PaintOrder["from"]> | null {
  const { job, step, settings } = given ?? {};
  const fits =
    typeof job === "string" && Number.isSafeInteger(step) && typeof settings === "object" && settings !== null;
  return fits ? { job, step: step as number, settings } : null;
}

function parsed(text: unknown): Record<string, never> | undefined {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, never>)
      : undefined;
  } catch {
    return undefined;
  }
}
