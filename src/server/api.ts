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

const refused = (context: Context, why: string) => context.json({ message: why }, 400);

export function api(jobs: Jobs): Hono {
  const app = new Hono();
  app.get("/computer", (context) => {
    const last = jobs.last();
    return context.json({ threads: availableParallelism(), ...(last && !last.ended && { job: last.id }) });
  });

  app.get("/largest", async (context) => {
    const { width, height, settings: text } = context.req.query();
    const settings = parsed(text);
    const size = { width: Number(width), height: Number(height) };
    if (!settings || !(size.width >= 1 && size.height >= 1)) return refused(context, "A job has settings and a size.");
    return context.json({ largest: await jobs.ask({ type: "largest", settings, ...size }) });
  });

  app.post("/jobs", bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }), async (context) => {
    const form = await context.req.formData().catch(() => undefined);
    const content = form?.get("content");
    const given = form?.getAll("style") ?? [];
    const style = given.flatMap((value) => (isFile(value) ? [value] : []));
    const mask = form?.get("mask") ?? undefined;
    const start = form?.get("start") ?? undefined;
    const fits = style.length === given.length && style.length > 0 && style.length <= MOST_PAINTINGS;
    if (!isFile(content) || !fits)
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
  });

  app.get("/jobs/:id/events", (context) => {
    const job = jobs.find(context.req.param("id"));
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
  });

  app.get("/jobs/:id/picture", (context) => {
    const picture = jobs.find(context.req.param("id"))?.picture;
    if (!picture) return context.notFound();
    return context.body(picture.bytes as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": picture.type,
      "Cache-Control": "no-store",
    });
  });

  app.get("/jobs/:id/states/:step{[0-9]{1,9}}", async (context) => {
    const { id, step } = context.req.param();
    const bytes = await jobs.ask({ type: "state", id, step: Number(step) });
    if (!bytes) return context.json({ message: "That state is not in memory any more." }, 404);
    const headers = { "Content-Type": "application/octet-stream", "Cache-Control": "no-store" };
    return context.body(bytes as Uint8Array<ArrayBuffer>, 200, headers);
  });

  app.post("/jobs/:id/:order{pause|resume|stop}", (context) =>
    steered(context, jobs, (id) => jobs.steer({ type: context.req.param("order") as "pause", id })),
  );

  app.post("/jobs/:id/adjust", bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }), async (context) => {
    const form = await context.req.formData().catch(() => undefined);
    const changes = parsed(form?.get("changes"));
    if (changes === undefined) return refused(context, "Changes must be a JSON object.");
    const [given, mask] = [form?.getAll("style") ?? [], form?.get("mask") ?? undefined];
    const style = given.flatMap((value) => (isFile(value) ? [value] : []));
    const fits = style.length === given.length && style.length <= MOST_PAINTINGS;
    if (!fits || (mask !== undefined && !isFile(mask))) return refused(context, "Paintings and a mask must be files.");
    const pictures = { style: await Promise.all(style.map(sent)), mask: mask && (await sent(mask)) };
    const others = style.length > 0 ? { pictures } : {};
    return steered(context, jobs, (id) => jobs.steer({ type: "adjust", id, changes, ...others }));
  });
  return app;
}

function steered(context: Context, jobs: Jobs, steer: (id: string) => void): Response {
  const job: Job | undefined = jobs.find(context.req.param("id") ?? "");
  if (!job) return context.json({ message: "There is no such job." }, 404);
  if (!job.ended) steer(job.id);
  return context.body(null, 204);
}

function tooLarge(context: Context): Response {
  return context.json({ message: `All pictures together may have at most ${MOST_BYTES} bytes.` }, 413);
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
