/** What axe finds wrong with the studio for people who do not see it, or not well: nothing, in any state, light and dark. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findings } from "../web/axe.ts";
import { path, startBrowser } from "../web/browser.ts";
import { PATIENCE, stop } from "./pages.ts";
import { type Studio, startStudio } from "./server.ts";

describe.skipIf(!path)("in Chromium", () => {
  let studio: Studio;
  let browser: Browser;

  beforeAll(async () => {
    studio = await startStudio();
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["dark", 360],
  ] as const)(
    "%s, %d pixels wide",
    async (colorScheme, width) => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" });
      page.setDefaultTimeout(PATIENCE);
      await page.goto(`${studio.url}#size=96&levels=1&steps=100000&model=pocket`);
      await page.getByAltText("The photo: cat.webp").waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole("button", { name: "a woodcut of waves", exact: true }).click();
      await page.getByText(/^Step \d/).waitFor();
      for (const title of ["Curves", "Everything", "More", "Layers"])
        await page.locator("summary", { hasText: title }).click();
      await page.keyboard.press("2");
      expect(await findings(page)).toEqual([]);
      await page.getByRole("button", { name: "Regions" }).click();
      await stop(page);
      expect(await findings(page)).toEqual([]);
      await page.close();
    },
    PATIENCE,
  );
});
