/** What a visit of the studio leaves for the next: pictures, their film, and the steps of undo. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { eavesdrop, times } from "./heard.ts";
import {
  choosePainting,
  knobsRested,
  LINK,
  LONG,
  PATIENCE,
  paintsAnew,
  paintsResult,
  paintsTwo,
  pixels,
  reaches,
  results,
  shows,
  slide,
  stop,
  studioPages,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const frames = (page: Page) =>
    page.locator(".strip button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  /** Of a job that has ended, the film as it stays: its last frame is encoded after the end. */
  const filmTo = async (page: Page, last: number | RegExp) => {
    const step = async () => (await frames(page)).at(-1)?.replace("After step ", "");
    await expect.poll(step).toMatch(typeof last === "number" ? new RegExp(`^${last}$`) : last);
    return frames(page);
  };
  /** What the browser has kept of every session: the film in view, and the newest result or the job that it is of. */
  const kept = (page: Page) =>
    page.evaluate(async () => {
      const read = <Value>(request: IDBRequest<Value>) =>
        new Promise<Value>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      interface Kept {
        readonly inView: {
          readonly frames: { readonly step: number }[];
          readonly result?: number;
          readonly text?: object;
        };
        readonly others: object[];
        readonly job?: string;
      }
      const db = await read(indexedDB.open("pastiche-studio"));
      const all = db.transaction(["session", "results"]);
      const sessions = await read<object[]>(all.objectStore("session").getAll());
      const newest = (await read(all.objectStore("results").getAllKeys())).at(-1);
      db.close();
      const courses = sessions.filter((one): one is Kept => "inView" in one);
      return courses.map(({ inView: { frames, result, text }, others, job }) => ({
        film: frames.map(({ step }) => `After step ${step}`),
        newest: newest !== undefined && result === newest,
        others: others.length,
        ...{ job, text },
      }));
    });
  const keeps = (page: Page, part: object) =>
    expect.poll(() => kept(page)).toContainEqual(expect.objectContaining(part));

  test(
    "loaded anew, the picture is there with its film; undo and redo bring pictures of before",
    async () => {
      const page = await open(LINK, { init: eavesdrop });
      const [first, second] = await paintsTwo(page);
      const film = await filmTo(page, 24);
      expect(film.length).toBeGreaterThan(1);
      await keeps(page, { film, newest: true });
      await page.reload();
      await shows(page, second);
      await expect.poll(() => frames(page)).toEqual(film);
      await results(page).first().getByRole("button", { name: /^Open/, exact: false }).waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, first);
      await expect.poll(() => page.getByRole("slider", { name: "Photo", exact: true }).inputValue()).toBe("0.5");
      await page.getByRole("button", { name: "Redo" }).click();
      await shows(page, second);
      await knobsRested(page);
      expect(await times(page, "start")).toBe(0);
      expect(await results(page).count()).toBe(2);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "loaded anew while the browser paints: what there was is a stopped result, and goes on",
    async () => {
      const page = await open(LONG);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption("Browser: processor");
      await choosePainting(page);
      const isKept = async () => (await kept(page)).some(({ film, text }) => film.length > 1 && text);
      await expect.poll(isKept).toBe(true);
      await page.reload();
      await page.getByText(/stopped after step \d+$/).waitFor();
      await expect.poll(async () => (await frames(page)).length).toBeGreaterThan(1);
      await expect.poll(() => results(page).count()).toBe(1);
      await paintsAnew(page, () => page.getByRole("button", { name: "Go on" }).click());
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "loaded anew while this computer paints: the film goes on",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 30);
      const isKept = async () => (await kept(page)).some(({ film, job }) => film.length > 1 && job);
      await expect.poll(isKept).toBe(true);
      const film = await frames(page);
      await page.reload();
      await reaches(page, 40);
      const stepOf = (label: string | null | undefined) => Number(label?.match(/\d+/)?.[0]);
      const old = (await frames(page)).filter((label) => stepOf(label) <= stepOf(film.at(-1)));
      expect(old.length).toBeGreaterThan(0);
      expect(film).toEqual(expect.arrayContaining(old));
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "loaded anew, other branches are there with their films, and undo comes back to them",
    async () => {
      const page = await open("#size=64&levels=1&steps=200&model=pocket&precision=fp32&color=free");
      await paintsResult(page, () => choosePainting(page));
      const first = await pixels(page);
      const firstFilm = await filmTo(page, 200);
      expect(firstFilm.length).toBeGreaterThan(2);
      await page.locator(".strip button").nth(1).click();
      await slide(page, "Photo", 1);
      await paintsResult(page, () => page.getByRole("button", { name: "Go on from here" }).click());
      const second = await pixels(page);
      // Its state was that of up to four steps before its picture.
      const secondFilm = await filmTo(page, /^20[0-4]$/);
      await keeps(page, { film: secondFilm, newest: true, others: 1 });
      await page.reload();
      await shows(page, second);
      await expect.poll(() => frames(page)).toEqual(secondFilm);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await shows(page, first);
      await expect.poll(() => frames(page)).toEqual(firstFilm);
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, second);
      await expect.poll(() => frames(page)).toEqual(secondFilm);
      // The one in view goes on by another branch, which has a number of its own.
      await page.locator(".strip button").first().click();
      await paintsResult(page, () => page.getByRole("button", { name: "Go on from here" }).click());
      await page.getByRole("button", { name: "Branch 3" }).waitFor();
      // Before it, the branch that it began at; before that, what that was begun with.
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, second);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a second tab begins its own, and the first one's is there when that is loaded anew; both have theirs",
    async () => {
      const one = await open(LINK);
      await paintsResult(one, () => choosePainting(one));
      const mine = await pixels(one);
      const film = await filmTo(one, 18);
      await keeps(one, { film, newest: true });
      const other = await open(LINK, { beside: one });
      await other.getByText("Another tab has the last picture, so this one begins its own.").waitFor();
      await other.getByText("Now choose a painting").waitFor();
      await expect.poll(() => other.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
      await expect.poll(() => results(other).count()).toBe(1);
      await paintsResult(other, () => choosePainting(other, "marbled paper"));
      const others = await pixels(other);
      expect(others === mine).toBe(false);
      await keeps(other, { film: await filmTo(other, 18), newest: true });
      const has = async (page: Page, picture: string) => {
        await expect.poll(() => page.locator("canvas").count()).toBe(1);
        await shows(page, picture);
      };
      await one.reload();
      await has(one, mine);
      await expect.poll(() => frames(one)).toEqual(film);
      await other.reload();
      await has(other, others);
      // Without other tabs, the session that was used last is that of the next visit.
      const next = await one.context().newPage();
      const { origin } = new URL(other.url());
      await one.close();
      await other.close();
      await next.goto(origin);
      await has(next, others);
      await next.close();
    },
    PATIENCE,
  );
});
