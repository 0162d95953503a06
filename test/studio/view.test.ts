/** The studio's view of a picture: enlarged to its own pixels, compared, and as large in print as was chosen. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { png } from "../cli/pastiche.ts";
import { path } from "../web/browser.ts";
import { choosePainting, LINK, PATIENCE, shownBytes, studioPages } from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const widthOf = async (page: Page, selector: string) => (await page.locator(selector).boundingBox())!.width;

  test(
    "100% is one pixel for one of the screen; an enlarged portrait has the whole stage",
    async () => {
      const page = await open(LINK);
      const buffer = Buffer.from(await png(60, 80));
      await page.getByLabel("Your own photo").setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
      await page.getByAltText("The photo: me.png").waitFor();
      await choosePainting(page);
      await page.getByText(/^Done: 72 × 96/).waitFor();
      const fitted = await widthOf(page, "canvas");
      await page.keyboard.press("z");
      await expect.poll(() => widthOf(page, "canvas")).toBeCloseTo(72, 0);
      await expect.poll(() => page.getByRole("button", { name: "100%" }).getAttribute("aria-pressed")).toBe("true");
      await page.getByRole("button", { name: "Fit", exact: true }).click();
      await expect.poll(() => widthOf(page, "canvas")).toBeCloseTo(fitted, 0);
      for (const _ of [1, 2, 3]) await page.keyboard.press("+");
      await expect.poll(() => widthOf(page, "canvas")).toBeCloseTo(fitted * 1.5 ** 3, 0);
      // At the stage's edge, far outside of what the fitted picture covers.
      const atEdge = () =>
        page.locator(".stage").evaluate((stage) => {
          const { x, y, height } = stage.getBoundingClientRect();
          return document.elementFromPoint(x + 5, y + height / 2)!.tagName;
        });
      await expect.poll(atEdge).toBe("CANVAS");
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a size for print is typed in centimetres or chosen by its paper, and saved files say it",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByText(/^Done: 96 × 64/).waitFor();
      const labels = page.locator(".choice", { hasText: "Size" }).locator("label");
      await expect.poll(() => labels.allTextContents()).toEqual(["256", "Photo’s", "512", "1024", "2048"]);
      expect((await sharp(await shownBytes(page)).metadata()).density ?? 72).toBe(72);
      await page.getByRole("button", { name: "A4" }).click();
      await expect.poll(() => page.getByLabel("Long side").inputValue()).toBe("3508");
      await page.getByText(/going on takes about/).waitFor();
      await page.getByLabel("In print").fill("0.8");
      await page.getByLabel("In print").press("Enter");
      await expect.poll(() => page.getByLabel("Long side").inputValue()).toBe("94");
      // 96 pixels on 0.8 centimetres.
      expect((await sharp(await shownBytes(page)).metadata()).density).toBe(305);
      const jpeg = page.waitForEvent("download");
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByRole("button", { name: "JPEG" }).click();
      expect((await sharp(readFileSync((await (await jpeg).path())!)).metadata()).density).toBe(305);
      await page.close();
    },
    PATIENCE,
  );

  test.each(["This computer", "Browser: processor"])(
    "before a larger size, the time is told that it takes, in tiles as well: %s",
    async (engine) => {
      const page = await open(`${LINK}&tile=128`);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await choosePainting(page);
      await page.getByText(/^Done: 96 × 64/).waitFor();
      await page.getByText("256", { exact: true }).click();
      await page.getByText(/going on takes about \d/).waitFor();
      await page.getByRole("button", { name: "Go on to 256 px" }).click();
      await page.getByText(/^Done: 256 × 170/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "tiles are counted in the work of a job",
    async () => {
      const page = await open(LINK);
      const work = (settings: object) =>
        page.evaluate(async (all) => {
          const query = new URLSearchParams({ settings: JSON.stringify(all), width: "300", height: "200" });
          return (await (await fetch(`./api/work?${query}`)).json()).work as number;
        }, settings);
      const job = { model: "pocket", size: 512, levels: 1, steps: 10 };
      const whole = await work({ ...job, tile: "off" });
      // Twice over every pixel in every step, forward and back, with the margin.
      const least = 10 * 2 * 512 * 342;
      expect(whole).toBeGreaterThan(least);
      expect(whole).toBeLessThan(1.2 * least);
      expect(await work({ ...job, tile: 128 })).toBeGreaterThan(1.8 * whole);
      await page.close();
    },
    PATIENCE,
  );
});
