/** Screenshots of the studio on a phone, a laptop and a large screen, light and dark: empty, running and done. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "./browser.mjs";

const SETTINGS = "size=512&model=pocket&quality=draft";

const SCREENS = [
  { width: 360, height: 740, hasTouch: true, isMobile: true },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
];

/** @type {readonly ("light" | "dark")[]} */
const SCHEMES = ["light", "dark"];

/**
 * @param {Parameters<typeof openPage>[0]} studio
 * @param {string} folder Where the pictures go.
 * @param {string} [only] A word of the pictures' names.
 */
export async function takeShots(studio, folder, only = "") {
  mkdirSync(folder, { recursive: true });
  for (const { width, height, ...device } of SCREENS) {
    for (const colorScheme of SCHEMES) {
      const name = `${width}x${height}-${colorScheme}`;
      if (!name.includes(only)) continue;
      const options = { viewport: { width, height }, colorScheme, reducedMotion: /** @type {const} */ ("reduce") };
      const page = await openPage(studio, { settings: SETTINGS, options: { ...options, ...device } });
      const shoot = async (/** @type {string} */ state) => {
        const path = join(folder, `${name}-${state}.png`);
        await page.screenshot({ path });
        console.log(path);
      };
      await page.waitForTimeout(1500);
      await shoot("empty");
      await page.getByRole("button", { name: "a starry night in thick strokes", exact: true }).click();
      await page.getByText(/^Step [2-9]\d /).waitFor();
      await shoot("running");
      await page.getByText(/^Done/).waitFor();
      await page.getByRole("button", { name: "Both" }).click();
      await page.waitForTimeout(500);
      await shoot("done");
      await page.close();
    }
  }
}
