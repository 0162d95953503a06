/** What a visit of the studio leaves for the next: pictures, their film, and the steps of undo. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import {
  choosePainting,
  LINK,
  LONG,
  PATIENCE,
  paintsAnew,
  pixels,
  reaches,
  results,
  slide,
  stop,
  studioPages,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const frames = (page: Page) =>
    page.locator(".strip button").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  /** Longer than the studio takes to write. */
  const rests = (page: Page) => page.waitForTimeout(1500);

  test(
    "loaded anew, the picture is there with its film; undo and redo bring pictures of before",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
      const first = await pixels(page);
      await slide(page, "Photo", 1);
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(2);
      const second = await pixels(page);
      const film = await frames(page);
      expect(film.length).toBeGreaterThan(1);
      await rests(page);
      await page.reload();
      const is = (picture: string) => expect.poll(async () => (await pixels(page)) === picture).toBe(true);
      await is(second);
      expect(await frames(page)).toEqual(film);
      await results(page).first().getByRole("button", { name: /^Open/, exact: false }).waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await is(first);
      expect(await page.getByRole("slider", { name: "Photo", exact: true }).inputValue()).toBe("0.5");
      await page.getByRole("button", { name: "Redo" }).click();
      await is(second);
      // Longer than knobs rest before they act: nothing is painted again.
      await page.waitForTimeout(1000);
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
      await reaches(page, 30);
      await rests(page);
      await page.reload();
      await page.getByText(/stopped after step \d+$/).waitFor();
      expect((await frames(page)).length).toBeGreaterThan(1);
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
      await rests(page);
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
      await choosePainting(page);
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(1);
      const first = await pixels(page);
      const [, , ...late] = await frames(page);
      expect(late.length).toBeGreaterThan(0);
      const firstFilm = await frames(page);
      await page.locator(".strip button").nth(1).click();
      await slide(page, "Photo", 1);
      await page.getByRole("button", { name: "Go on from here" }).click();
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(2);
      const second = await pixels(page);
      const secondFilm = await frames(page);
      await rests(page);
      await page.reload();
      const is = (picture: string) => expect.poll(async () => (await pixels(page)) === picture).toBe(true);
      await is(second);
      await expect.poll(() => frames(page)).toEqual(secondFilm);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await is(first);
      expect(await frames(page)).toEqual(firstFilm);
      await page.getByRole("button", { name: "Undo" }).click();
      await is(second);
      expect(await frames(page)).toEqual(secondFilm);
      // The one in view goes on by another branch, which has a number of its own.
      await page.locator(".strip button").first().click();
      await page.getByRole("button", { name: "Go on from here" }).click();
      await page.getByRole("button", { name: "Branch 3" }).waitFor();
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(3);
      // Before it, the branch that it began at; before that, what that was begun with.
      await page.getByRole("button", { name: "Undo" }).click();
      await is(second);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a second tab begins its own, and the first one's is there when that is loaded anew; both have theirs",
    async () => {
      const one = await open(LINK);
      await choosePainting(one);
      await expect.poll(() => results(one).count(), { timeout: 120_000 }).toBe(1);
      const mine = await pixels(one);
      const film = await frames(one);
      await rests(one);
      const other = await open(LINK, { beside: one });
      await other.getByText("Another tab has the last picture, so this one begins its own.").waitFor();
      await other.getByText("Now choose a painting").waitFor();
      expect(await other.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
      await choosePainting(other, "marbled paper");
      await expect.poll(() => results(other).count(), { timeout: 120_000 }).toBe(2);
      const others = await pixels(other);
      expect(others === mine).toBe(false);
      await rests(other);
      const has = async (page: Page, picture: string) => {
        await expect.poll(async () => (await page.locator("canvas").count()) === 1).toBe(true);
        await expect.poll(async () => (await pixels(page)) === picture).toBe(true);
      };
      await one.reload();
      await has(one, mine);
      expect(await frames(one)).toEqual(film);
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
