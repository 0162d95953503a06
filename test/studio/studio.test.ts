/**
 * The studio in a real Chromium, as `pastiche studio` serves it: a painting that grows, knobs that act at once, pause, stop,
 * undo, files of one's own, and the saved picture. Sizes are tiny; nothing is mocked.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPicture, readPictureText } from "../../src/node.ts";
import { folder, pastiche, png } from "../cli/pastiche.ts";
import { path } from "../web/browser.ts";
import { eavesdrop, firstStep, times } from "./heard.ts";
import {
  canvas,
  choosePainting,
  copiedText,
  dropFile,
  knobsRested,
  LINK,
  LONG,
  PATIENCE,
  pixels,
  reaches,
  saved,
  savedBytes,
  shownBytes,
  slide,
  step,
  stop,
  stopped,
  studioPages,
  told,
  valueText,
} from "./pages.ts";

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();
  const results: Float32Array[] = [];

  // Few steps where the graphics card is the processor.
  test.each([
    ["This computer", 12, 6],
    ["Browser: processor", 12, 6],
    ["Browser: graphics card", 3, 1],
  ])(
    "one click paints the example: %s; the saved picture says how it was made, as the terminal's do",
    async (engine, firstSteps, more) => {
      const steps = firstSteps + more;
      const page = await open(`${LINK}&firstSteps=${firstSteps}&steps=${more}`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await choosePainting(page);
      await page.getByText(`Done: 96 × 64, ${steps} steps`).waitFor();
      await expect
        .poll(() => canvas(page).evaluate(({ width, height }: HTMLCanvasElement) => [width, height]))
        .toEqual([96, 64]);
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save PNG" }).click();
      const download = await saved;
      expect(download.suggestedFilename()).toBe("cat-waves.png");
      const bytes = readFileSync((await download.path())!);
      const { size } = await readPicture(bytes);
      expect(size).toEqual({ width: 96, height: 64 });
      const made = JSON.parse(readPictureText(bytes).pastiche!);
      expect(made).toMatchObject({ model: "pocket", step: steps, steps, settings: { size: 96, alpha: 0.6 } });
      await page.close();
    },
    PATIENCE,
  );

  // On PNGs: a lossy picture is decoded a little differently by sharp and by the browser, which steps amplify.
  test.each(["This computer", "Browser: processor", "Browser: graphics card"])(
    "the engines agree after twenty steps: %s",
    async (engine) => {
      const page = await open("#size=64&levels=1&steps=20&model=pocket&precision=fp32");
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      for (const [label, width, height] of [
        ["Your own photo", 64, 48],
        ["Your own painting", 48, 48],
      ] as const) {
        const buffer = Buffer.from(await png(width, height));
        await page.getByLabel(label).setInputFiles({ name: `${width}.png`, mimeType: "image/png", buffer });
      }
      await page.getByText(/^Done: 64 × 48, 20 steps/).waitFor();
      const { image } = await readPicture(await shownBytes(page));
      results.push(image.data);
      expect(rootMeanSquare(image.data, results[0]!)).toBeLessThan(0.01);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "loaded anew, the page finds the job that this computer paints",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 20);
      await page.reload();
      await reaches(page, 21);
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a knob acts on the job that runs, without beginning anew; undo takes it back",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 5);
      const before = await step(page);
      await slide(page, "Photo", 1);
      await expect.poll(() => valueText(page, "Photo")).toBe("19.2, ×32 of the default 0.6");
      await reaches(page, before + 5);
      await page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => valueText(page, "Photo")).toMatch(/^0\.6,/);
      await stop(page);
      await page.getByRole("button", { name: "Paint again" }).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "stopped while it gets ready, or just after a knob that begins it anew, it stays stopped",
    async () => {
      const page = await open(LONG, { init: eavesdrop });
      await choosePainting(page);
      await stop(page);
      await page.getByRole("button", { name: "Paint again" }).click();
      await reaches(page, 5);
      const begun = await times(page, "start");
      // By the page itself: between two clicks of a slow test, the knob has rested.
      await page.evaluate(() => {
        const free = [...document.querySelectorAll("label")].find(({ textContent }) => textContent === "Free")!;
        const stop = [...document.querySelectorAll("button")].find(
          ({ textContent }) => textContent?.trim() === "Stop",
        )!;
        free.click();
        stop.click();
      });
      await stopped(page);
      await knobsRested(page);
      expect(await told(page).textContent()).toMatch(/stopped$/);
      expect(await times(page, "start")).toBe(begun);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "paused, nothing moves; it goes on where it was",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 5);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Go on" }).waitFor();
      const at = await step(page);
      // The last picture may still be on its way.
      let picture = "";
      const rests = async () => {
        const before = picture;
        await page.waitForTimeout(500);
        picture = await pixels(page);
        return picture === before;
      };
      await expect.poll(rests).toBe(true);
      expect(await step(page)).toBe(at);
      await page.getByRole("button", { name: "Go on" }).click();
      await reaches(page, at + 5);
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a setting that no running job takes begins it anew",
    async () => {
      const page = await open(LONG, { init: eavesdrop });
      await choosePainting(page);
      await reaches(page, 50);
      await page.getByText("Free", { exact: true }).click();
      await expect.poll(() => times(page, "start")).toBe(2);
      await expect.poll(() => firstStep(page)).toBe(1);
      await stop(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "files of one's own, by the picker; what is no picture is a sentence, and nothing is lost",
    async () => {
      const page = await open(LINK);
      const [photo, painting] = [Buffer.from(await png(60, 80)), Buffer.from(await png(70, 70))];
      await page.getByLabel("Your own photo").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: photo });
      await page.getByAltText("The photo: me.png").waitFor();
      const text = { name: "letter.png", mimeType: "image/png", buffer: Buffer.from("Dear reader") };
      await page.getByLabel("Your own photo").setInputFiles(text);
      await page.getByRole("status").getByText("letter.png").waitFor();
      await page.getByAltText("The photo: me.png").waitFor();
      await page
        .getByLabel("Your own painting")
        .setInputFiles({ name: "mine.png", mimeType: "image/png", buffer: painting });
      await page.getByText(/^Done: 72 × 96/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "before and after by keys and by the handle",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const clip = () => canvas(page).evaluate((shown) => getComputedStyle(shown).clipPath);
      await expect.poll(clip).toMatch(/^(inset\(0px\)|inset\(0px 0px 0px 0%\))$/);
      await page.keyboard.press("2");
      const handle = page.getByRole("slider", { name: "How much of the photo is shown" });
      await handle.focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => handle.getAttribute("aria-valuetext")).toBe("1% photo");
      await page.keyboard.press("1");
      await expect.poll(clip).toContain("100%");
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a region that is brushed is painted like another painting, and the picture says so",
    async () => {
      const page = await open(LINK);
      await choosePainting(page);
      await page.getByRole("button", { name: "Blend in a starry night in thick strokes" }).click({ force: true });
      await page.getByRole("button", { name: "Regions" }).click();
      await page.getByRole("radio", { name: "Like starry.webp" }).check({ force: true });
      const box = (await page.locator(".frame").boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.8, { steps: 5 });
      await page.mouse.up();
      await page.getByRole("button", { name: "Done" }).click();
      // The job takes the mask, or where it is done, another goes on from its picture.
      const style = [{ name: "waves.webp" }, { name: "starry.webp" }];
      await expect.poll(() => saved(page), { timeout: PATIENCE }).toMatchObject({ style, mask: { name: "mask.png" } });
      await page.getByRole("button", { name: "Undo" }).click();
      await expect.poll(() => saved(page), { timeout: PATIENCE }).not.toHaveProperty("mask");
      await page.close();
    },
    PATIENCE,
  );

  test(
    "dropped on a fresh page, a saved picture brings everything back; the copied command makes the same picture",
    async () => {
      const page = await open(LINK);
      await slide(page, "Smoothness", 0.7);
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const bytes = await savedBytes(page);
      const command = await copiedText(page, async () => {
        await page.getByRole("button", { name: "Share" }).click();
        await page.getByRole("button", { name: "Command for the terminal" }).click();
      });
      await page.close();

      const other = await open("");
      await dropFile(other, bytes);
      await other.getByText("Everything is set as for made.png.").waitFor();
      await expect.poll(() => valueText(other, "Smoothness")).toMatch(/^4,/);
      for (const place of ["photo", "painting"])
        await expect.poll(() => other.locator(`[data-place=${place}] [aria-pressed=true] > img`).count()).toBe(1);
      const files = await other.evaluate(async () => {
        const shown = [...document.querySelectorAll<HTMLImageElement>("[aria-pressed=true] > img")].map(
          ({ src }) => src,
        );
        return Promise.all(shown.map(async (src) => [...new Uint8Array(await (await fetch(src)).arrayBuffer())]));
      });
      await other.close();

      const cwd = folder();
      expect(command).toMatch(/^pastiche cat\.webp waves\.webp .*--tv 4/);
      writeFileSync(join(cwd, "cat.webp"), Buffer.from(files[0]!));
      writeFileSync(join(cwd, "waves.webp"), Buffer.from(files[1]!));
      const ended = await pastiche([...command.split(" ").slice(1), "-o", "again.png"], { cwd });
      expect(ended).toMatchObject({ status: 0 });
      const [here, there] = [await readPicture(bytes), await readPicture(join(cwd, "again.png"))];
      expect(there.image.data).toEqual(here.image.data);
    },
    PATIENCE,
  );
});

function rootMeanSquare(one: Float32Array, other: Float32Array): number {
  return Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0) / one.length);
}
