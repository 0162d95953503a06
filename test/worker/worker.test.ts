/** A page whose stylizer is in a worker, in a real Chromium: built with Vite, and on Vite's development server. */
import { fileURLToPath } from "node:url";
import type { Browser, Page as Tab } from "playwright-core";
import { createServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path, startBrowser } from "../web/browser.ts";
import { type Served, servePage } from "../web/serve.ts";
import type { WorkerPage } from "./page.ts";

const PATIENCE = 300_000;
const left = "no Chromium found, name one in PASTICHE_CHROMIUM: pastiche/worker is not tested";
if (!path) console.warn(`Skipped: ${left}.`);

const LINES = { worker: { format: "es" as const }, optimizeDeps: { exclude: ["pastiche"] } };
const folder = new URL(".", import.meta.url);

describe.skipIf(!path)(path ? "in Chromium, a worker" : left, () => {
  let served: Served;
  let browser: Browser;
  let tab: Tab;
  const errors: string[] = [];
  const scripts = new Map<string, number>();

  type Calls = { [Name in keyof WorkerPage]: (...args: Parameters<WorkerPage[Name]>) => ReturnType<WorkerPage[Name]> };
  const call = new Proxy({} as Calls, {
    get:
      (_, name: string) =>
      (...args: unknown[]) =>
        tab.evaluate(
          ([method, given]) =>
            (globalThis as never as Record<"page", Record<string, (...all: unknown[]) => unknown>>).page[method]!(
              ...given,
            ),
          [name, args] as const,
        ),
  });

  beforeAll(async () => {
    served = await servePage(folder, LINES);
    browser = await startBrowser();
    tab = await browser.newPage();
    tab.on("pageerror", (error) => errors.push(error.message));
    tab.on("response", async (response) => {
      if (response.url().endsWith(".js")) scripts.set(response.url(), (await response.body()).length);
    });
    await tab.goto(served.url);
  }, PATIENCE);

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    expect(errors).toEqual([]);
  }, PATIENCE);

  test(
    "runs a job; the page gets events and the result, and no task of it takes over 50 ms",
    async () => {
      await call.awaited({ steps: 1, firstSteps: 1 });
      const { types, sizes, width, sum, record } = await call.whole({});
      expect(types).toEqual([
        ...["start", "level", "step 1", "image 1", "step 2", "image 2", "step 3", "image 3"],
        ...["level", "step 4", "image 4", "step 5", "image 5", "step 6", "image 6", "done 6"],
      ]);
      expect(new Set(sizes)).toEqual(new Set([32]));
      expect(width).toBe(64);
      expect(record).toMatchObject({ model: "pocket", step: 6, steps: 6, runtime: expect.stringMatching(/^wasm/) });
      // A page that has to wait for the processor is late as well, but not in every job.
      const longTasks = async () => {
        await call.longTasks();
        await call.whole({});
        return call.longTasks();
      };
      await expect.poll(longTasks).toEqual([]);
      // Awaited without looking at events it is the same.
      expect(await call.awaited({})).toBe(sum);
    },
    PATIENCE,
  );

  test("ships the engine once: the page's own script is small", async () => {
    const [[, page] = ["", 0]] = [...scripts].filter(([url]) => /index-[^/]*\.js$/.test(url));
    expect(page).toBeGreaterThan(0);
    expect(page).toBeLessThan(20_000);
  });

  test(
    "hears pause, adjust, resume and stop between two steps",
    async () => {
      const { types, refused, rested, record, resumed } = await call.steered();
      const paused = types.findIndex((type) => type.startsWith("paused"));
      const adjusted = types.findIndex((type) => type.startsWith("adjusted"));
      expect(paused).toBeGreaterThan(0);
      expect(types.slice(paused - 1, paused + 3)).toEqual([
        expect.stringMatching(/^checkpoint/),
        ...["paused", "adjusted", "step"].map((type) => expect.stringMatching(new RegExp(`^${type}`))),
      ]);
      expect(Number(types[adjusted]!.slice(9))).toBe(Number(types[paused]!.slice(7)) + 1);
      expect(rested).toBeGreaterThan(199);
      expect(refused).toEqual([
        { name: "UserError", code: "usage", message: "adjust: tv: expected at least 0, got -1." },
      ]);
      expect(types.at(-1)).toMatch(/^done/);
      expect(record.adjusted).toEqual([{ step: Number(types[adjusted]!.slice(9)), changes: { tv: 0 } }]);
      expect(resumed).toBe(64);
    },
    PATIENCE,
  );

  test(
    "fills a history of the page's, from which a job branches",
    async () => {
      const { steps, bytes, straight, same, other } = await call.branched();
      expect(steps).toEqual([1, 2, 3, 4, 5, 6]);
      expect(bytes).toBeGreaterThan(0);
      expect(same).toEqual({ sum: straight, from: { step: 4, steps: 6, optimizer: "carried" } });
      expect(other.sum).not.toBe(straight);
    },
    PATIENCE,
  );

  test(
    "ends at once when it is aborted, with the page's own reason",
    async () => {
      const { reason, took, steps } = await call.aborted({ size: 128, steps: 2000, firstSteps: 2000 });
      expect(reason).toMatchObject({ message: "enough" });
      expect(steps).toBeLessThan(40);
      expect(took).toBeLessThan(10_000);
    },
    PATIENCE,
  );

  test(
    "runs another job while one is paused",
    async () => {
      expect(await call.two()).toEqual(["other", "first"]);
    },
    PATIENCE,
  );

  test(
    "says what is wrong in a sentence, as on the page itself",
    async () => {
      expect(await call.wrong()).toEqual([
        { name: "UserError", code: "usage", message: "alpha: expected at least 0, got -1." },
        { name: "UserError", code: "picture", message: expect.stringContaining("not a picture that can be read") },
        {
          name: "UserError",
          code: "usage",
          message: expect.stringMatching(/^wantsImage: a function cannot go to a worker/),
        },
        {
          name: "UserError",
          code: "usage",
          message: expect.stringMatching(/^The job: expected an object with content/),
        },
        { name: "UserError", code: "usage", message: expect.stringContaining("runtime: expected one of") },
      ]);
    },
    PATIENCE,
  );

  test(
    "takes a backbone of one's own and a checkpoint's bytes, and refuses parts with functions",
    async () => {
      const { refused, model, whole, resumed } = await call.parts();
      const why =
        "what has functions cannot go to a worker; run the job with createStylizer or stylize of pastiche/web.";
      expect(refused).toEqual(
        ["losses", "optimizer", "runtime"].map((part) => ({
          name: "UserError",
          code: "usage",
          message: `${part}: ${why}`,
        })),
      );
      expect(model).toBe("mine");
      expect(resumed).toEqual([whole, whole, whole]);
    },
    PATIENCE,
  );

  test(
    "that breaks down fails its jobs",
    async () => {
      expect(await call.broken()).toMatchObject({
        name: "UserError",
        code: "resources",
        message: expect.stringContaining("out of memory"),
      });
    },
    PATIENCE,
  );

  test(
    "takes pictures over where the page gives them away",
    async () => {
      expect(await call.transferred()).toBe(0);
    },
    PATIENCE,
  );

  test(
    "can be used again after its stylizer was disposed of",
    async () => {
      expect(await call.dispose()).toBeGreaterThan(0);
    },
    PATIENCE,
  );

  test(
    "works on Vite's development server",
    async () => {
      const server = await createServer({
        root: fileURLToPath(folder),
        configFile: false,
        logLevel: "error",
        ...LINES,
        server: { port: 0, host: "127.0.0.1", fs: { allow: [fileURLToPath(new URL("../..", folder))] } },
      });
      await server.listen();
      const own = await browser.newPage();
      try {
        await own.goto(server.resolvedUrls!.local[0]!);
        const sum = await own.evaluate(() =>
          (globalThis as never as { page: WorkerPage }).page.awaited({ steps: 1, firstSteps: 1 }),
        );
        expect(sum).toBeGreaterThan(0);
      } finally {
        await own.close();
        await server.close();
      }
    },
    PATIENCE,
  );
});
