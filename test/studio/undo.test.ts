/** Undo, other pictures, and comparing on the way: nothing is lost, and nothing is shown of another picture. */
import { describe, expect, test } from "vitest";
import { png } from "../cli/pastiche.ts";
import { path } from "../web/browser.ts";
import { choosePainting, LINK, LONG, PATIENCE, pixels, reaches, results, slide, step, studioPages } from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test(
    "undo and redo bring finished pictures back at once, without painting",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const first = await pixels(page);
      await slide(page, "Photo", 1);
      await expect.poll(() => results(page).count(), { timeout: 120_000 }).toBe(2);
      await page.getByText(/^Done/).waitFor();
      const second = await pixels(page);
      expect(second).not.toBe(first);
      expect(await results(page).count()).toBe(2);
      await page.getByRole("button", { name: "Undo" }).click();
      expect(await pixels(page)).toBe(first);
      await page.getByRole("button", { name: "Redo" }).click();
      expect(await pixels(page)).toBe(second);
      await page.getByRole("button", { name: "Undo" }).click();
      // Longer than knobs rest before they act.
      await page.waitForTimeout(1000);
      expect(await pixels(page)).toBe(first);
      expect(await results(page).count()).toBe(2);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a photo of one's own stays on the shelf; a result of another photo comes without this one's film",
    async () => {
      const page = await open(LINK);
      const buffer = Buffer.from(await png(60, 80));
      await page.getByLabel("Your own photo").setInputFiles({ name: "me.png", mimeType: "image/png", buffer });
      await choosePainting(page);
      await page.getByText(/^Done: 72 × 96/).waitFor();
      const mine = await pixels(page);
      await page.getByRole("button", { name: "a cat's face", exact: true }).click();
      await page.getByText(/^Done: 96 × 64/).waitFor();
      await page.getByRole("button", { name: /^Open me-waves/ }).click();
      await page.getByAltText("The photo: me.png").waitFor();
      expect(await pixels(page)).toBe(mine);
      expect(await page.locator(".strip button").count()).toBe(0);
      await page.getByText(/^72 × 96$/).waitFor();
      await page.getByRole("button", { name: "a cat's face", exact: true }).click();
      await page.getByText(/^Done: 96 × 64/).waitFor();
      await page.getByRole("button", { name: "me.png", exact: true }).click();
      await page.getByText(/^Done: 72 × 96/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "nine small paintings in mid-run: the painting goes on afterwards; after Stop, by its button",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 40);
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByText("Your painting goes on when this is closed.").waitFor();
      await page.getByRole("button", { name: "Close the grid" }).click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await reaches(page, 41);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(/stopped$/).waitFor();
      const at = await step(page);
      expect(at).toBeGreaterThan(40);
      await page.getByRole("button", { name: "Go on" }).click();
      await reaches(page, at + 1);
      expect(await step(page)).toBeLessThan(at + 1000);
      await page.close();
    },
    PATIENCE,
  );
});
