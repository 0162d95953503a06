/** Going on in the studio: from pictures and moments of the film, with other seeds, knobs and sizes. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { eavesdrop, times } from "./heard.ts";
import {
  choosePainting,
  halves,
  knobsRested,
  LINK,
  LONG,
  PATIENCE,
  paintsAnew,
  paintsResult,
  pixels,
  reaches,
  record,
  saved,
  shows,
  slide,
  step,
  stop,
  studioPages,
  told,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const placesOfHalves = (page: Page) =>
    page.locator(".pair .layers").evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));

  test(
    "a knob that is turned when all is done goes on from the picture, and so does a larger size",
    async () => {
      const page = await open(LINK);
      await paintsResult(page, () => choosePainting(page));
      await page.getByText(/^Done: 96 × 64, 18 steps/).waitFor();
      const first = await pixels(page);
      await paintsResult(page, () => slide(page, "Photo", 1));
      await page.getByText(/^Done: 96 × 64, 18 steps/).waitFor();
      expect((await pixels(page)) === first).toBe(false);
      const made = await saved(page);
      // With the state that it had: the last level once more.
      expect(made).toMatchObject({ settings: { alpha: 19.2, minSize: 64 }, from: { step: 18, optimizer: "carried" } });
      expect(made.start).toBe(undefined);
      await page.getByText("256", { exact: true }).click();
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByText(/^Done: 256 × 170/).waitFor();
      expect(await saved(page)).toMatchObject({ settings: { size: 256 }, from: { step: 18, optimizer: "reset" } });
      await page.close();
    },
    PATIENCE,
  );

  // Enough steps for several previews; few where the graphics card is the processor.
  test.each([
    ["This computer", 200],
    ["Browser: processor", 60],
    ["Browser: graphics card", 7],
  ])(
    "a moment of the film is gone on from with its state, as a branch that is compared and undone: %s",
    async (engine, steps) => {
      const page = await open(`#size=64&levels=1&steps=${steps}&model=pocket&precision=fp32&color=free`);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await paintsResult(page, () => choosePainting(page));
      await page.getByText(`Done: 64 × 43, ${steps} steps`).waitFor();
      const first = await pixels(page);
      const frames = page.getByRole("navigation", { name: "The course of the painting" }).getByRole("button");
      const labelsNow = () => frames.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")!));
      await expect.poll(async () => (await labelsNow()).at(-1)).toBe(`After step ${steps}`);
      // States are kept of every fifth step, and stand for the pictures up to the next.
      const labels = await labelsNow();
      const late = labels.findIndex((label) => Number(label.slice(11)) >= 5);
      expect(late).toBeLessThan(labels.length - 1);
      await frames.nth(late).click();
      // While a moment is looked at, knobs wait for the button.
      await slide(page, "Photo", 1);
      await knobsRested(page);
      expect(await told(page).textContent()).toBe(`Done: 64 × 43, ${steps} steps`);
      await paintsResult(page, () => page.getByRole("button", { name: "Go on from here" }).click());
      await page.getByRole("button", { name: "Branch 2" }).waitFor();
      await page.getByText(`Done: 64 × 43, ${steps} steps`).waitFor();
      const made = await saved(page);
      expect(made).toMatchObject({ settings: { alpha: 19.2 }, step: steps, from: { optimizer: "carried" } });
      const second = await pixels(page);
      expect(second === first).toBe(false);
      expect(made.from.step % 5).toBe(0);
      // Beside each other, enlarged together.
      await page.getByRole("button", { name: "Branches", exact: true }).click();
      await expect.poll(async () => (await halves(page)).map((url) => [first, second].indexOf(url))).toEqual([0, 1]);
      await page.getByRole("button", { name: "Larger", exact: true }).click();
      await expect.poll(async () => (await placesOfHalves(page))[0]).toContain("1.5");
      const places = await placesOfHalves(page);
      expect(places[0]).toBe(places[1]);
      await page.getByRole("button", { name: "Painting", exact: true }).click();
      // Undo comes back to the first branch, redo to the second; a click to either.
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, first);
      await page.getByRole("button", { name: "Redo" }).click();
      await shows(page, second);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await shows(page, first);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "another seed paints beside what there is",
    async () => {
      const page = await open("#size=64&levels=1&steps=3&model=pocket&precision=fp32");
      await paintsResult(page, () => choosePainting(page));
      const first = await pixels(page);
      await page.locator("summary", { hasText: "More" }).click();
      await paintsResult(page, () => page.getByRole("button", { name: "Another" }).click());
      expect((await pixels(page)) === first).toBe(false);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await shows(page, first);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "strokes, blends and regions act on the job that runs",
    async () => {
      const page = await open(LONG, { init: eavesdrop });
      await choosePainting(page);
      await expect.poll(() => times(page, "start")).toBe(1);
      // Another painting begins it anew: what follows acts on that job.
      await page.getByRole("button", { name: "Blend in a starry night in thick strokes" }).click({ force: true });
      await expect.poll(() => times(page, "start")).toBe(2);
      await reaches(page, 30);
      await slide(page, "Stroke size", 0.8);
      await expect.poll(() => times(page, "adjusted")).toBe(1);
      await page.getByRole("button", { name: "Regions" }).click();
      const box = (await page.locator(".frame").boundingBox())!;
      await page.getByRole("radio", { name: "Like starry.webp" }).check({ force: true });
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.8, { steps: 5 });
      await page.mouse.up();
      await page.getByRole("button", { name: "Done" }).click();
      await expect.poll(() => times(page, "adjusted")).toBe(2);
      await reaches(page, (await step(page)) + 5);
      await stop(page);
      const { adjusted, mask } = await record(page);
      expect(mask).toEqual({ name: "mask.png", sha256: expect.any(String) });
      expect(adjusted).toHaveLength(2);
      expect(adjusted[0].changes.styleScale).toBeDefined();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "of nine small paintings one is picked, and its two knobs are set",
    async () => {
      const page = await open(LINK);
      await paintsResult(page, () => choosePainting(page));
      await page.getByRole("button", { name: "Compare" }).click();
      const cell = page.getByRole("button", { name: "Paint with Photo ×4, Stroke size ×2" });
      await paintsAnew(page, () => cell.click());
      expect((await saved(page)).settings).toMatchObject({ size: 96, alpha: 2.4, styleScale: [2] });
      await page.close();
    },
    PATIENCE,
  );

  test(
    "360 pixels wide, nothing is cut off",
    async () => {
      const page = await open(LINK, { width: 360 });
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      await page.close();
    },
    PATIENCE,
  );
});
