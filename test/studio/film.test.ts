/** Going on in the studio: from pictures and moments of the film, with other seeds, knobs and sizes. */
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import {
  choosePainting,
  halves,
  LINK,
  LONG,
  PATIENCE,
  paintsAnew,
  pixels,
  reaches,
  record,
  saved,
  slide,
  step,
  studioPages,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test(
    "a knob that is turned when all is done goes on from the picture, and so does a larger size",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByText(/^Done: 96 × 64, 18 steps/).waitFor();
      const first = await pixels(page);
      await slide(page, "Photo", 1);
      await page.waitForFunction(() => !document.querySelector(".told")!.textContent!.startsWith("Done"));
      await page.getByText(/^Done: 96 × 64, 18 steps/).waitFor();
      expect(await pixels(page)).not.toBe(first);
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
      await choosePainting(page);
      await page.getByText(`Done: 64 × 43, ${steps} steps`).waitFor();
      const first = await pixels(page);
      const frames = page.getByRole("navigation", { name: "The course of the painting" }).getByRole("button");
      // States are kept of every fifth step, and stand for the pictures up to the next.
      const labels = await frames.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")!));
      const late = labels.findIndex((label) => Number(label.slice(11)) >= 5);
      expect(late).toBeLessThan(labels.length - 1);
      await frames.nth(late).click();
      // While a moment is looked at, knobs wait for the button.
      await slide(page, "Photo", 1);
      await page.waitForTimeout(600);
      await page.getByText(`Done: 64 × 43, ${steps} steps`).waitFor();
      await page.getByRole("button", { name: "Go on from here" }).click();
      await page.getByRole("button", { name: "Branch 2" }).waitFor();
      await page.getByText(`Done: 64 × 43, ${steps} steps`).waitFor();
      const made = await saved(page);
      expect(made).toMatchObject({ settings: { alpha: 19.2 }, step: steps, from: { optimizer: "carried" } });
      const second = await pixels(page);
      expect(second).not.toBe(first);
      expect(made.from.step % 5).toBe(0);
      // Beside each other, enlarged together.
      await page.getByRole("button", { name: "Branches", exact: true }).click();
      await expect.poll(() => halves(page)).toEqual([first, second]);
      await page.getByRole("button", { name: "Larger", exact: true }).click();
      const places = await page
        .locator(".pair .layers")
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
      expect(places[0]).toBe(places[1]);
      expect(places[0]).toContain("1.5");
      await page.getByRole("button", { name: "Painting", exact: true }).click();
      // Undo comes back to the first branch, redo to the second; a click to either.
      await page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => pixels(page)).toBe(first);
      await page.getByRole("button", { name: "Redo" }).click();
      await expect.poll(() => pixels(page)).toBe(second);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await expect.poll(() => pixels(page)).toBe(first);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "another seed paints beside what there is",
    async () => {
      const page = await open("#size=64&levels=1&steps=3&model=pocket&precision=fp32");
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const first = await pixels(page);
      await page.locator("summary", { hasText: "More" }).click();
      await paintsAnew(page, () => page.getByRole("button", { name: "Another" }).click());
      await page.getByText(/^Done/).waitFor();
      expect(await pixels(page)).not.toBe(first);
      await page.getByRole("button", { name: "Branch 1" }).click();
      await expect.poll(() => pixels(page)).toBe(first);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "strokes, blends and regions act on the job that runs",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await page.getByRole("button", { name: "Blend in a starry night in thick strokes" }).click({ force: true });
      await reaches(page, 30);
      const before = await step(page);
      await slide(page, "Stroke size", 0.8);
      await reaches(page, before + 30);
      await page.getByRole("button", { name: "Regions" }).click();
      const box = (await page.locator(".frame").boundingBox())!;
      await page.getByRole("radio", { name: "Like starry.webp" }).check({ force: true });
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.8, { steps: 5 });
      await page.mouse.up();
      await page.getByRole("button", { name: "Done" }).click();
      await reaches(page, (await step(page)) + 60);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(/stopped$/).waitFor();
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
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
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
