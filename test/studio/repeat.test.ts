/** What the studio copies makes the same picture elsewhere, however the picture came about. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { readPicture, readPictureText } from "../../src/node.ts";
import { folder, pastiche } from "../cli/pastiche.ts";
import { path } from "../web/browser.ts";
import {
  choosePainting,
  copiedText,
  dropFile,
  LINK,
  PATIENCE,
  paintsResult,
  reaches,
  results,
  savedBytes,
  slide,
  studioPages,
} from "./pages.ts";

/** Long enough for a knob to be turned on the way, short enough to wait for. */
const MIDDLE = "#size=64&levels=1&steps=60&model=pocket&precision=fp32";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  /** The command that is copied, and a folder with the files that come with it. */
  async function copied(page: Page): Promise<{ command: string; cwd: string }> {
    const download = page.waitForEvent("download");
    const command = await copiedText(page, async () => {
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByRole("button", { name: "Command for the terminal" }).click();
    });
    const saved = await download;
    expect(saved.suggestedFilename()).toBe("cat-waves.zip");
    const cwd = folder();
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync((await saved.path())!)))) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), bytes);
    }
    return { command, cwd };
  }

  /** Paints it in the terminal; the largest difference from what the studio saved, 0 to 1. */
  async function difference({ command, cwd }: { command: string; cwd: string }, bytes: Uint8Array): Promise<number> {
    const ended = await pastiche([...command.split(" ").slice(1), "-o", "again.png"], { cwd });
    expect(ended).toMatchObject({ status: 0 });
    const [here, there] = [await readPicture(bytes), await readPicture(join(cwd, "again.png"))];
    return Math.max(...here.image.data.map((value, i) => Math.abs(value - there.image.data[i]!)));
  }

  test.each([
    ["This computer", 0],
    // Another runtime differs in the last bits, which steps amplify.
    ["Browser: processor", 0.1],
  ])(
    "a picture that was gone on from with its state: %s",
    async (engine, most) => {
      const page = await open(LINK);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await paintsResult(page, () => choosePainting(page));
      await paintsResult(page, () => slide(page, "Photo", 1));
      const bytes = await savedBytes(page);
      const made = await copied(page);
      expect(made.command).toMatch(/^pastiche cat\.webp waves\.webp --from cat-waves\.ckpt .*--alpha 19\.2/);
      expect(JSON.parse(readPictureText(bytes).pastiche!).from.name).toBe("cat-waves.ckpt");
      expect(await difference(made, bytes)).toBeLessThanOrEqual(most);
      // As a result that is opened later, it has no state any more.
      for (const at of [1, 0]) {
        await results(page).nth(at).getByRole("button", { name: /^Open/ }).click();
        await results(page).nth(at).locator("[aria-current=true]").waitFor();
      }
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByRole("button", { name: "Command for the terminal" }).click();
      await page.getByText(/It paints from the start, but this picture was gone on from cat-waves\.ckpt/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a picture whose knobs were turned while it was painted",
    async () => {
      const page = await open(MIDDLE);
      await choosePainting(page);
      await reaches(page, 10);
      await slide(page, "Photo", 1);
      await slide(page, "Stroke size", 0.8);
      const bytes = await savedBytes(page);
      expect(JSON.parse(readPictureText(bytes).pastiche!).adjusted).toBeDefined();
      const made = await copied(page);
      expect(await difference(made, bytes)).toBe(0);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a picture that was gone on from without its state: restored from its file",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      const first = await savedBytes(page);
      await page.reload();
      await dropFile(page, first);
      await page.getByText("Everything is set as for made.png.").waitFor();
      await paintsResult(page, () => slide(page, "Photo", 1));
      const bytes = await savedBytes(page);
      const made = await copied(page);
      expect(made.command).toContain("--init start.png");
      expect(await difference(made, bytes)).toBe(0);
      await page.close();
    },
    PATIENCE,
  );
});
