/** Every Host with every Origin, Sec-Fetch-Site and method: only pages of the server itself get anything changed. */
import { Hono } from "hono";
import { expect, test } from "vitest";
import { guard } from "./guard.ts";

const app = new Hono().use(guard({ hosts: new Set(["127.0.0.1:4600", "localhost:4600", "[::1]:4600"]) }));
app.all("*", (context) => context.text("yes"));

const ours = ["127.0.0.1:4600", "localhost:4600", "[::1]:4600", "LOCALHOST:4600"];
const foreign = [
  ...["127.0.0.1", "127.0.0.1:4601", "localhost", "localhost:4600.evil.com", "evil.com", "evil.com:4600"],
  ...["127.0.0.1.evil.com:4600", "xn--lcalhost-57a:4600"],
];
const origins = [
  undefined,
  ...["null", "http://127.0.0.1:4600", "http://localhost:4600", "http://127.0.0.1:4601", "https://127.0.0.1:4600"],
  ...["http://127.0.0.1:4600.evil.com", "http://evil.com"],
];
const sites = [undefined, "same-origin", "cross-site", "none"];

function ask(method: string, host: string, origin: string | undefined, site: string | undefined) {
  const headers = { host, ...(origin && { origin }), ...(site && { "sec-fetch-site": site }) };
  return app.request("http://anything/", { method, headers });
}

test.each(["GET", "HEAD", "POST", "PUT", "DELETE"])("%s", async (method) => {
  const passed: string[] = [];
  for (const host of [...ours, ...foreign]) {
    for (const origin of origins) {
      for (const site of sites) {
        const answer = await ask(method, host, origin, site);
        expect([200, 403]).toContain(answer.status);
        expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
        expect(answer.headers.get("access-control-allow-origin")).toBe(null);
        if (answer.status === 200) passed.push(`${host} ${origin} ${site}`);
      }
    }
  }
  const reading = method === "GET" || method === "HEAD";
  const allowed = reading
    ? ours.flatMap((host) => origins.flatMap((origin) => sites.map((site) => `${host} ${origin} ${site}`)))
    : ours
        .map((host) => [host, `http://${host.toLowerCase()}`] as const)
        .filter(([, origin]) => origins.includes(origin))
        .flatMap(([host, origin]) => [undefined, "same-origin"].map((site) => `${host} ${origin} ${site}`));
  expect(passed.sort()).toEqual(allowed.sort());
});

test("without a Host nothing is answered", async () => {
  expect((await app.request("http://anything/")).status).toBe(403);
});
