/** The studio's results: two beside each other, stopped ones, and those whose pictures are not here. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { png } from "../cli/pastiche.ts";
import { findings } from "../web/axe.ts";
import { path } from "../web/browser.ts";
import {
  choosePainting,
  dropFile,
  halves,
  LINK,
  LONG,
  PATIENCE,
  paintsAnew,
  pixels,
  reaches,
  results,
  savedBytes,
  shownBytes,
  shows,
  slide,
  step,
  stop,
  studioPages,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const chosen = (page: Page) =>
    results(page).evaluateAll((all) => all.map((one) => "chosen" in (one as HTMLElement).dataset));
  const message = (page: Page) => page.locator(".message");

  test(
    "two results beside each other, and one over the other, with what differs; the one in view has a ring",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const first = await pixels(page);
      await expect.poll(() => chosen(page)).toEqual([true]);
      await slide(page, "Photo", 1);
      await expect.poll(() => chosen(page), { timeout: PATIENCE }).toEqual([true, false]);
      const second = await pixels(page);
      await results(page)
        .nth(1)
        .getByRole("button", { name: /^Show beside: cat-waves/ })
        .click({ force: true });
      await expect.poll(async () => (await halves(page)).map((url) => [first, second].indexOf(url))).toEqual([0, 1]);
      await expect
        .poll(() => page.locator(".pair .caption").allTextContents())
        .toEqual(["Another resultPhoto ×1", "In viewPhoto ×32"]);
      expect(await findings(page)).toEqual([]);
      await page.getByRole("button", { name: "Larger", exact: true }).click();
      const placesNow = () =>
        page.locator(".pair .layers").evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
      await expect.poll(async () => (await placesNow())[0]).toContain("1.5");
      const places = await placesNow();
      expect(places[1]).toBe(places[0]);
      await page.keyboard.press("0");
      // The one in view over the other, with a handle.
      await page.keyboard.press("5");
      const over = () =>
        page.locator(".wiped canvas").evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
      await expect.poll(async () => (await over()).map((url) => [first, second].indexOf(url))).toEqual([0, 1]);
      expect(await findings(page)).toEqual([]);
      const handle = page.getByRole("slider", { name: "How much of the other painting is shown" });
      await expect.poll(() => handle.getAttribute("aria-valuetext")).toBe("50% Another result");
      await handle.press("ArrowRight");
      await handle.press("PageUp");
      await expect.poll(() => handle.getAttribute("aria-valuetext")).toBe("61% Another result");
      const clips = () =>
        page.locator(".wiped canvas").evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).style.clipPath));
      await expect.poll(clips).toEqual(["inset(0px 0px 0px 0%)", "inset(0px 0px 0px 60.5%)"]);
      // Enlarged, the line stays where it is; what it divides goes on behind it.
      await page.getByRole("button", { name: "Larger", exact: true }).click();
      await expect.poll(clips).toEqual(["inset(0px 0px 0px 0%)", "inset(0px 0px 0px 57%)"]);
      await page.getByRole("button", { name: "Beside each other" }).click();
      await page.locator(".pair").waitFor();
      // The other one in view: compared with itself it would be nothing.
      await results(page).nth(1).getByRole("button", { name: /^Open/ }).click();
      await page.locator(".pair").waitFor({ state: "detached" });
      await expect.poll(() => chosen(page)).toEqual([false, true]);
      await shows(page, first);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a stopped picture is a result, and goes on after another was looked at",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 20);
      await stop(page);
      const at = await step(page);
      const stopped = await pixels(page);
      await expect.poll(() => results(page).count()).toBe(1);
      await paintsAnew(page, () => page.getByRole("button", { name: "Paint again" }).click());
      await reaches(page, 1);
      await page.getByRole("button", { name: new RegExp(`^Open .*step ${at} of 100000$`) }).click();
      await page.getByText(`stopped after step ${at}`).waitFor();
      await shows(page, stopped);
      await paintsAnew(page, () => page.getByRole("button", { name: "Go on" }).click());
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a result whose pictures are not here: it stays in view while they are chosen, and nothing is painted unasked",
    async () => {
      const [photo, painting] = [Buffer.from(await png(60, 80)), Buffer.from(await png(70, 70))];
      const choose = (page: Page, label: string, name: string, buffer: Buffer) =>
        page.getByLabel(label).setInputFiles({ name, mimeType: "image/png", buffer });
      const page = await open(LINK);
      await choose(page, "Your own photo", "me.png", photo);
      await choose(page, "Your own painting", "mine.png", painting);
      const bytes = await savedBytes(page);
      const picture = await pixels(page);
      await page.close();

      const other = await open(LINK);
      await dropFile(other, bytes);
      await message(other).getByText("choose them again: me.png, mine.png").waitFor();
      await other.getByText("Its photo is not here").waitFor();
      await expect.poll(() => results(other).count()).toBe(1);
      await shows(other, picture);
      await choose(other, "Your own photo", "again.png", photo);
      await message(other).getByText("Still to be chosen: mine.png.").waitFor();
      await choose(other, "Your own painting", "again.png", painting);
      await message(other).getByText("All its pictures are here again.").waitFor();
      await other.getByText(/^72 × 96$/).waitFor();
      expect((await pixels(other)) === picture).toBe(true);
      await other.getByRole("button", { name: "Paint again" }).click();
      await other.getByText(/^Done: 72 × 96/).waitFor();
      await shows(other, picture);
      expect((await shownBytes(other)).length).toBeGreaterThan(0);
      await other.close();
    },
    PATIENCE,
  );
});
