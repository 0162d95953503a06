/** What the page may ask: jobs begin, tell, are steered and end; what is no job, or comes without the token, is refused. */
import { Hono } from "hono";
import { beforeEach, describe, expect, test } from "vitest";
import { api } from "./api.ts";
import { createJobs, type Jobs, type Painter } from "./jobs.ts";
import type { Answer, Order, PainterEvent, Report } from "./painter-protocol.ts";
import { createToken, needToken, startAddress, takeToken } from "./token.ts";

/** A painter that does as the test says. */
function fake() {
  const orders: Order[] = [];
  let report = (_: Report | Answer) => {};
  let exit = () => {};
  const painter: Painter = {
    send: (order) => void orders.push(order),
    onReport: (listen) => (report = listen),
    onExit: (listen) => (exit = listen),
    kill() {},
  };
  return {
    painter,
    orders,
    tell: (id: string, event: object) => report({ id, event: event as PainterEvent }),
    answer: (ticket: number, value?: Answer["value"]) => report({ ticket, value }),
    die: () => exit(),
  };
}

let painter: ReturnType<typeof fake>;
let starts: number;
let jobs: Jobs;
let app: Hono;

beforeEach(() => {
  starts = 0;
  jobs = createJobs(() => {
    starts++;
    painter = fake();
    return painter.painter;
  });
  app = new Hono().route("/api", api(jobs));
});

function form({ content = true, styles = 1, settings = '{"size":96}' } = {}): FormData {
  const data = new FormData();
  if (content) data.set("content", new File(["photo"], "../../photo.png"));
  for (let i = 0; i < styles; i++) data.append("style", new File(["painting"], `p${i}.png`));
  data.set("settings", settings);
  return data;
}

function changes(text: string): FormData {
  const data = new FormData();
  data.set("changes", text);
  return data;
}

const post = (path: string, body?: FormData | string) =>
  app.request(path, { method: "POST", ...(body !== undefined && { body }) });

async function begin(): Promise<string> {
  const answer = await post("/api/jobs", form());
  expect(answer.status).toBe(201);
  return (await answer.json()).id;
}

test("a job begins, tells, is steered, and ends; a page that comes late hears all of it", async () => {
  const id = await begin();
  expect(painter.orders[0]).toMatchObject({ type: "paint", id, settings: { size: 96 }, style: [{ name: "p0.png" }] });
  painter.tell(id, { type: "step", step: 1 });
  expect((await post(`/api/jobs/${id}/adjust`, changes('{"alpha":0.3}'))).status).toBe(204);
  expect((await post(`/api/jobs/${id}/pause`)).status).toBe(204);
  const masked = changes("{}");
  masked.append("style", new File(["painting"], "p.png"));
  masked.set("mask", new File(["mask"], "m.png"));
  expect((await post(`/api/jobs/${id}/adjust`, masked)).status).toBe(204);
  expect(painter.orders.slice(1)).toEqual([
    { type: "adjust", id, changes: { alpha: 0.3 } },
    { type: "pause", id },
    {
      type: "adjust",
      id,
      changes: {},
      pictures: {
        style: [expect.objectContaining({ name: "p.png" })],
        mask: expect.objectContaining({ name: "m.png" }),
      },
    },
  ]);
  expect(await (await app.request("/api/computer")).json()).toMatchObject({ job: id });
  painter.tell(id, { type: "done", step: 2 });
  painter.tell(id, { type: "step", step: 3 });
  const told = await (await app.request(`/api/jobs/${id}/events`)).text();
  expect(told.match(/"type":"\w+"/g)).toEqual(['"type":"step"', '"type":"done"']);
  const rest = await app.request(`/api/jobs/${id}/events`, { headers: { "last-event-id": "0" } });
  expect((await rest.text()).match(/"type":"\w+"/g)).toEqual(['"type":"done"']);
  expect(await (await app.request("/api/computer")).json()).not.toHaveProperty("job");
});

test("a job goes on from the state of another after a step", async () => {
  const from = { job: await begin(), step: 12, settings: { alpha: 2 } };
  const data = form();
  data.set("from", JSON.stringify(from));
  expect((await post("/api/jobs", data)).status).toBe(201);
  expect(painter.orders.at(-1)).toMatchObject({ type: "paint", from, settings: { size: 96 } });
  data.set("from", '{"job":"x","step":"12","settings":{}}');
  expect((await post("/api/jobs", data)).status).toBe(400);
});

test("the state of a job after a step is a file, as long as the painter has it", async () => {
  const path = `/api/jobs/${await begin()}/states/12`;
  const asked = [app.request(path), app.request(path), app.request(path)];
  await expect.poll(() => painter.orders.filter(({ type }) => type === "state").length).toBe(3);
  const orders = painter.orders.slice(1) as Extract<Order, { type: "state" }>[];
  expect(orders[0]).toMatchObject({ type: "state", step: 12 });
  painter.answer(orders[1]!.ticket);
  painter.answer(orders[0]!.ticket, new Uint8Array([1, 2]));
  painter.die();
  const [found, gone, died] = await Promise.all(asked);
  expect([...new Uint8Array(await found!.arrayBuffer())]).toEqual([1, 2]);
  expect([found!.status, gone!.status, died!.status]).toEqual([200, 404, 404]);
  expect((await app.request("/api/jobs/x/states/twelve")).status).toBe(404);
});

test("the largest size of such a job, and the work of one, from a painter that is started for it", async () => {
  const asked = app.request('/api/largest?width=300&height=200&settings={"model":"pocket"}');
  await expect.poll(() => painter?.orders.length).toBe(1);
  expect(painter.orders[0]).toMatchObject({ type: "largest", width: 300, height: 200, settings: { model: "pocket" } });
  painter.answer(1, 4096);
  expect(await (await asked).json()).toEqual({ largest: 4096 });
  const work = app.request('/api/work?width=300&height=200&settings={"size":900}');
  await expect.poll(() => painter.orders.length).toBe(2);
  expect(painter.orders[1]).toMatchObject({ type: "work", width: 300, height: 200, settings: { size: 900 } });
  painter.answer(2, 5e8);
  expect(await (await work).json()).toEqual({ work: 5e8 });
  for (const query of ["width=300&height=200", "width=300&height=x&settings={}"])
    expect((await app.request(`/api/largest?${query}`)).status).toBe(400);
});

test("a new job stops the one that runs; a painter that died is a sentence, and the next job has another", async () => {
  const first = await begin();
  const second = await begin();
  expect(painter.orders.map(({ type }) => type)).toEqual(["paint", "stop", "paint"]);
  painter.die();
  for (const id of [first, second])
    expect(jobs.find(id)).toMatchObject({
      ended: true,
      events: [{ type: "failed", message: expect.stringContaining("unexpectedly") }],
    });
  await begin();
  expect(starts).toBe(2);
});

describe("refused", () => {
  test.each([
    ["no photo", form({ content: false })],
    ["no painting", form({ styles: 0 })],
    ["too many paintings", form({ styles: 17 })],
    ["settings that are no object", form({ settings: "[1]" })],
    ["settings that are no JSON", form({ settings: "{" })],
    ["no form", "hello"],
  ])("%s", async (_, body) => {
    expect((await post("/api/jobs", body)).status).toBe(400);
    expect(starts).toBe(0);
  });

  test("too much", async () => {
    const answer = await app.request("/api/jobs", {
      method: "POST",
      headers: { "content-length": String(65 * 2 ** 20), "content-type": "multipart/form-data; boundary=x" },
      body: "x",
    });
    expect(answer.status).toBe(413);
  });

  test("jobs that there are not", async () => {
    for (const path of ["events", "picture"]) expect((await app.request(`/api/jobs/x/${path}`)).status).toBe(404);
    expect((await post("/api/jobs/x/stop")).status).toBe(404);
    expect((await post("/api/jobs/x/explode")).status).toBe(404);
  });
});

test("the token leaves the address for a cookie that scripts do not read; without it, nothing is painted", async () => {
  const token = createToken();
  const guarded = new Hono().use("/", takeToken(token, "c")).use("/api/*", needToken(token, "c"));
  guarded.route("/api", api(jobs)).get("/", (context) => context.text("page"));
  expect((await guarded.request("/api/computer")).status).toBe(401);
  expect((await guarded.request("/?token=wrong")).headers.get("set-cookie")).toBe(null);
  const answer = await guarded.request(startAddress("http://localhost/", token));
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
  const cookie = answer.headers.get("set-cookie")!;
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict$/);
  const known = await guarded.request("/api/computer", { headers: { cookie: cookie.split(";")[0]! } });
  expect(known.status).toBe(200);
});
