/** A page that reads slowly holds nobody up, and hears everything in the end. */
import { Hono } from "hono";
import { expect, test } from "vitest";
import { api } from "./api.ts";
import { createJobs, type Painter } from "./jobs.ts";
import type { PainterEvent, Report } from "./painter-protocol.ts";

const STEPS = 2000;

test("one client stops reading after the first event, another reads on", async () => {
  let report = (_: Report) => {};
  const painter: Painter = {
    send() {},
    onReport: (listen) => (report = listen),
    onExit() {},
    kill() {},
  };
  const jobs = createJobs(() => painter);
  const app = new Hono().route("/api", api(jobs));
  const { id } = jobs.begin({ content: { name: "", bytes: new Uint8Array() }, style: [], settings: {} } as never);
  const events = async () => (await app.request(`/api/jobs/${id}/events`)).body!.getReader();
  const tell = (event: object) => report({ id, event: event as PainterEvent });
  const read = async (reader: Awaited<ReturnType<typeof events>>) => {
    let text = "";
    for (let next = await reader.read(); !next.done; next = await reader.read())
      text += new TextDecoder().decode(next.value);
    return text.match(/^data: /gm)?.length ?? 0;
  };

  tell({ type: "step", step: 0 });
  const slow = await events();
  await slow.read();
  const quick = read(await events());
  for (let step = 1; step <= STEPS; step++) tell({ type: "step", step });
  tell({ type: "failed", message: "enough" });
  expect(await quick).toBe(STEPS + 2);
  expect(await read(slow)).toBe(STEPS + 1);
  jobs.close();
});
