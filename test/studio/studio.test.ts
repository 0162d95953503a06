/**
 * The studio in a real Chromium, as `pastiche studio` serves it: a painting that grows, knobs that act at once, pause, stop,
 * undo, files of one's own, and the saved picture. Sizes are tiny; nothing is mocked.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPicture, readPictureText } from "../../src/node.ts";
import { folder, pastiche, png } from "../cli/pastiche.ts";
import { path, startBrowser } from "../web/browser.ts";
import { type Studio, startStudio } from "./server.ts";

const LINK = "#size=96&minSize=64&firstSteps=12&steps=6&model=pocket&precision=fp32";

/** The machine may be busy, and WebGPU runs on the processor here. */
const PATIENCE = 240_000;
const LONG = "#size=96&levels=1&steps=100000&model=pocket";

describe.skipIf(!path)("in Chromium", () => {
  let studio: Studio;
  let browser: Browser;
  const complaints: string[] = [];
  const results: Float32Array[] = [];

  beforeAll(async () => {
    studio = await startStudio();
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
    expect(complaints).toEqual([]);
  });

  async function open(link: string, width = 1280): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, acceptDownloads: true });
    page.setDefaultTimeout(PATIENCE);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      const address = request.url();
      if (!address.startsWith(studio.origin) && !/^(?:blob|data):/.test(address))
        complaints.push(`asked for ${address}`);
    });
    await page.goto(studio.url + link);
    await page.getByAltText("The photo: cat.webp").waitFor();
    return page;
  }

  const choosePainting = (page: Page, name = "a woodcut of waves") =>
    page.getByRole("button", { name, exact: true }).click();
  const told = (page: Page) => page.locator(".told");
  const canvas = (page: Page) => page.locator("canvas");
  const pixels = (page: Page) => canvas(page).evaluate((shown: HTMLCanvasElement) => shown.toDataURL());
  const step = async (page: Page) => Number(/Step (\d+)/.exec((await told(page).textContent())!)?.[1] ?? 0);
  const reaches = (page: Page, least: number) =>
    page.waitForFunction(
      (n) => Number(/Step (\d+)/.exec(document.querySelector(".told")!.textContent!)?.[1]) >= n,
      least,
    );
  const savedBytes = async (page: Page) => {
    await page.getByText(/^Done/).waitFor();
    return shownBytes(page);
  };
  const shownBytes = async (page: Page) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save PNG" }).click();
    return readFileSync((await (await download).path())!);
  };
  const saved = async (page: Page) => JSON.parse(readPictureText(await savedBytes(page)).pastiche!);
  const record = async (page: Page) => JSON.parse(readPictureText(await shownBytes(page)).pastiche!);
  const slide = (page: Page, name: string, position: number) =>
    page.getByRole("slider", { name, exact: true }).fill(String(position));

  test.each(["This computer", "Browser: processor", "Browser: graphics card"])(
    "one click paints the example: %s; the saved picture says how it was made, as the terminal's do",
    async (engine) => {
      const page = await open(LINK);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await choosePainting(page);
      await page.getByText(/^Done: 96 × 64, 18 steps/).waitFor();
      expect(await canvas(page).evaluate(({ width, height }: HTMLCanvasElement) => [width, height])).toEqual([96, 64]);
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save PNG" }).click();
      const download = await saved;
      expect(download.suggestedFilename()).toBe("cat-waves.png");
      const bytes = readFileSync((await download.path())!);
      const { size } = await readPicture(bytes);
      expect(size).toEqual({ width: 96, height: 64 });
      const made = JSON.parse(readPictureText(bytes).pastiche!);
      expect(made).toMatchObject({ model: "pocket", step: 18, steps: 18, settings: { size: 96, alpha: 0.68 } });
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
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(/stopped$/).waitFor();
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
      expect(await page.getByRole("slider", { name: "Photo", exact: true }).getAttribute("aria-valuetext")).toBe(
        "21.8",
      );
      await reaches(page, before + 5);
      await page.getByRole("button", { name: "Undo" }).click();
      expect(await page.getByRole("slider", { name: "Photo", exact: true }).getAttribute("aria-valuetext")).toBe(
        "0.68",
      );
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Paint again" }).waitFor();
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
      await page.waitForTimeout(500);
      const [at, picture] = [await step(page), await pixels(page)];
      await page.waitForTimeout(500);
      expect([await step(page), await pixels(page)]).toEqual([at, picture]);
      await page.getByRole("button", { name: "Go on" }).click();
      await reaches(page, at + 5);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a setting that no running job takes begins it anew",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await reaches(page, 50);
      await page.getByText("Free", { exact: true }).click();
      await page.waitForFunction(
        () => Number(/Step (\d+)/.exec(document.querySelector(".told")!.textContent!)?.[1]) < 50,
      );
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
      expect(await clip()).toMatch(/^inset\(0px\)|inset\(0px 0px 0px 0%\)$/);
      await page.keyboard.press("2");
      const handle = page.getByRole("slider", { name: "How much of the photo is shown" });
      await handle.focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      expect(await handle.getAttribute("aria-valuetext")).toBe("1% photo");
      await page.keyboard.press("1");
      expect(await clip()).toContain("100%");
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
      await page.waitForTimeout(1000);
      const made = await saved(page);
      expect(made).toMatchObject({
        style: [{ name: "waves.webp" }, { name: "starry.webp" }],
        mask: { name: "mask.png" },
      });
      await page.getByRole("button", { name: "Undo" }).click();
      await page.waitForFunction(() => !document.querySelector(".told")!.textContent!.startsWith("Done"));
      expect((await saved(page)).mask).toBe(undefined);
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
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Share" }).click();
      await page.getByRole("button", { name: "Command for the terminal" }).click();
      const command = await page.evaluate(() => navigator.clipboard.readText());
      await page.close();

      const other = await open("");
      const transfer = await other.evaluateHandle(
        (data: number[]) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([Uint8Array.from(data)], "made.png", { type: "image/png" }));
          return dropped;
        },
        [...bytes],
      );
      await other.locator(".stage").dispatchEvent("drop", { dataTransfer: transfer });
      await other.getByText("Everything is set as for made.png.").waitFor();
      expect(await other.getByRole("slider", { name: "Smoothness" }).getAttribute("aria-valuetext")).toBe("4");
      expect(await other.locator("[data-place=painting] [aria-pressed=true]").count()).toBe(1);
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
      expect(made).toMatchObject({ settings: { alpha: 21.8, minSize: 64 }, from: { step: 18, optimizer: "carried" } });
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
      const second = await pixels(page);
      expect(second).not.toBe(first);
      const made = await saved(page);
      expect(made).toMatchObject({ settings: { alpha: 21.8 }, step: steps, from: { optimizer: "carried" } });
      expect(made.from.step % 5).toBe(0);
      // Beside each other, enlarged together.
      await page.getByRole("button", { name: "Branches", exact: true }).click();
      const halves = page.locator(".pair canvas");
      const urls = () => halves.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
      expect(await urls()).toEqual([first, second]);
      await page.getByRole("button", { name: "Larger", exact: true }).click();
      const places = await page
        .locator(".pair .layers")
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
      expect(places[0]).toBe(places[1]);
      expect(places[0]).toContain("1.5");
      await page.getByRole("button", { name: "Painting", exact: true }).click();
      // Undo comes back to the first branch, redo to the second; a click to either.
      await page.getByRole("button", { name: "Undo" }).click();
      expect(await pixels(page)).toBe(first);
      await page.getByRole("button", { name: "Redo" }).click();
      expect(await pixels(page)).toBe(second);
      await page.getByRole("button", { name: "Branch 1" }).click();
      expect(await pixels(page)).toBe(first);
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
      await page.getByRole("button", { name: "Another" }).click();
      await page.getByText("Getting ready").waitFor();
      await page.getByText(/^Done/).waitFor();
      expect(await pixels(page)).not.toBe(first);
      await page.getByRole("button", { name: "Branch 1" }).click();
      expect(await pixels(page)).toBe(first);
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
      await slide(page, "Strokes", 0.8);
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
      await page.getByRole("button", { name: "Paint with Photo 2.7, Strokes 2" }).click();
      await page.getByText("Getting ready").waitFor();
      expect((await saved(page)).settings).toMatchObject({ size: 96, alpha: 2.7, styleScale: [2] });
      await page.close();
    },
    PATIENCE,
  );

  test(
    "360 pixels wide, nothing is cut off",
    async () => {
      const page = await open(LINK, 360);
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      await page.close();
    },
    PATIENCE,
  );
});

function rootMeanSquare(one: Float32Array, other: Float32Array): number {
  return Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0) / one.length);
}
