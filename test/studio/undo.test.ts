/** Undo, other pictures, and comparing on the way: nothing is lost, and nothing is shown of another picture. */
import { describe, expect, test } from "vitest";
import { png } from "../cli/pastiche.ts";
import { path } from "../web/browser.ts";
import { eavesdrop, firstStep, heard, times } from "./heard.ts";
import {
  choosePainting,
  knobsRested,
  LINK,
  LONG,
  PATIENCE,
  paintsResult,
  paintsTwo,
  pixels,
  reaches,
  results,
  shows,
  slide,
  step,
  stop,
  studioPages,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test(
    "undo and redo bring finished pictures back at once, without painting",
    async () => {
      const page = await open(LINK, { init: eavesdrop });
      const [first, second] = await paintsTwo(page);
      expect(second === first).toBe(false);
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, first);
      await page.getByRole("button", { name: "Redo" }).click();
      await shows(page, second);
      await page.getByRole("button", { name: "Undo" }).click();
      await shows(page, first);
      await knobsRested(page);
      await page.getByText(/^Done/).waitFor();
      expect((await pixels(page)) === first).toBe(true);
      expect(await times(page, "start")).toBe(2);
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
      await page.getByAltText("The photo: me.png").waitFor();
      await choosePainting(page);
      await page.getByText(/^Done: 72 × 96/).waitFor();
      const mine = await pixels(page);
      await page.getByRole("button", { name: "a cat's face", exact: true }).click();
      await page.getByText(/^Done: 96 × 64/).waitFor();
      await page.getByRole("button", { name: /^Open me-waves/ }).click();
      await page.getByAltText("The photo: me.png").waitFor();
      await page.getByText(/^72 × 96$/).waitFor();
      await shows(page, mine);
      expect(await page.locator(".strip button").count()).toBe(0);
      await page.getByRole("button", { name: "a cat's face", exact: true }).click();
      await page.getByText(/^Done: 96 × 64/).waitFor();
      await page.getByRole("button", { name: "me.png", exact: true }).click();
      await page.getByText(/^Done: 72 × 96/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a result that is opened while another picture is still prepared to be gone on from stays in view",
    async () => {
      const page = await open(LINK, { init: eavesdrop });
      await paintsResult(page, () => choosePainting(page));
      const first = await pixels(page);
      await paintsResult(page, () => slide(page, "Photo", 1));
      // As long as a large picture takes.
      await page.evaluate(() => {
        const { digest } = crypto.subtle;
        crypto.subtle.digest = async (...given) => {
          crypto.subtle.digest = digest;
          document.body.dataset.prepares = "";
          await new Promise((resolve) => addEventListener("prepared", resolve, { once: true }));
          return digest.apply(crypto.subtle, given);
        };
      });
      await slide(page, "Photo", 0.8);
      await page.locator("body[data-prepares]").waitFor();
      await results(page).nth(1).getByRole("button", { name: /^Open/ }).click();
      await shows(page, first);
      await page.evaluate(() => dispatchEvent(new Event("prepared")));
      await knobsRested(page);
      expect(await times(page, "start")).toBe(2);
      expect((await pixels(page)) === first).toBe(true);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "nine small paintings in mid-run: the painting goes on afterwards; after Stop, by its button",
    async () => {
      const page = await open(LONG, { init: eavesdrop });
      await choosePainting(page);
      await reaches(page, 40);
      await page.getByRole("button", { name: "Compare" }).click();
      await page.getByText("Your painting goes on when this is closed.").waitFor();
      await page.getByRole("button", { name: "Close the grid" }).click();
      // Until the grid has stopped the painting, this is the painting of before.
      await expect.poll(async () => (await firstStep(page)) ?? 0).toBeGreaterThan(40);
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await reaches(page, 41);
      await stop(page);
      const at = await step(page);
      expect(at).toBeGreaterThan(40);
      const before = (await heard(page)).length;
      await page.getByRole("button", { name: "Go on" }).click();
      await expect.poll(() => firstStep(page, before)).toBe(at + 1);
      await reaches(page, at + 1);
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );
});
