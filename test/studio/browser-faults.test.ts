/** What goes wrong where the browser itself paints is a sentence, and nothing is lost. */
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blank } from "../../src/image/image.ts";
import { encodePicture } from "../../src/node.ts";
import { path, startBrowser } from "../web/browser.ts";
import { dropFile, PATIENCE, paintsResult, reaches, slide, stop } from "./pages.ts";
import { type Studio, startStudio } from "./server.ts";

const SHORT = "#size=96&levels=1&steps=6&model=pocket";
const MARKUP = "<img src=x onerror=hacked=1>";
const LONG = "#size=96&levels=1&steps=100000&model=pocket&precision=fp32";

describe.skipIf(!path)("in Chromium", () => {
  let studio: Studio;
  let browser: Browser;

  beforeAll(async () => {
    studio = await startStudio({ PASTICHE_OFFLINE: "1", PASTICHE_HOME: "/nowhere", HOME: "/nowhere" });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
  });

  async function open(
    link: string,
    engine?: "This computer" | "Browser: processor" | "Browser: graphics card",
  ): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(studio.url + link);
    await page.getByAltText("The photo: cat.webp").waitFor();
    await page.locator("summary", { hasText: "More" }).click();
    if (engine) await page.getByLabel("Painted by").selectOption(engine);
    return page;
  }

  const paint = (page: Page) => page.getByRole("button", { name: "a woodcut of waves", exact: true }).click();
  const said = (page: Page) => page.locator(".message");
  const width = (page: Page) => page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width);
  const painter = (page: Page) => page.workers().find((worker) => worker.url().includes("worker"))!;
  const step = async (page: Page) =>
    Number(/Step (\d+)/.exec((await page.locator(".told").textContent())!)?.[1] ?? Number.NaN);

  const keepsThePictureAndPaintsAgain = async (page: Page) => {
    await expect.poll(() => width(page)).toBe(96);
    await page.getByRole("button", { name: "Paint again" }).click();
    await page.getByText(/^Step \d/).waitFor();
  };

  test(
    "the worker ends without a word: the picture stays, and the next job has another worker",
    async () => {
      const page = await open(LONG, "Browser: processor");
      await paint(page);
      await page.getByText(/^Step \d\d/).waitFor();
      // What the browser does with a worker that takes too much memory.
      await painter(page)
        .evaluate(() => close())
        .catch(() => {});
      await said(page).getByText("The worker broke down").waitFor();
      await keepsThePictureAndPaintsAgain(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "the graphics card is lost: a sentence, and the next job has it again",
    async () => {
      // Few layers: every kind of operator is compiled on the processor here.
      const few = '&styleLayers={"conv1_1":1}&contentLayers={"conv1_2":1}&roughness=0';
      const page = await open(LONG + few, "Browser: graphics card");
      await paint(page);
      await page.getByText(/^Step \d/).waitFor();
      await painter(page).evaluate(() => {
        const { createBuffer } = GPUDevice.prototype;
        GPUDevice.prototype.createBuffer = function (descriptor) {
          this.destroy();
          return createBuffer.call(this, descriptor);
        };
      });
      await said(page).getByText("lost its device").waitFor();
      await keepsThePictureAndPaintsAgain(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "pages that were frozen for a minute: the browser goes on where it was, this computer has gone on",
    async () => {
      const pages = [await open(LONG, "Browser: processor"), await open(LONG)] as const;
      const before: number[] = [];
      for (const page of pages) {
        await paint(page);
        await page.getByText(/^Step \d\d/).waitFor();
        const devtools = await page.context().newCDPSession(page);
        await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
        before.push(await step(page));
      }
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      for (const page of pages) {
        const devtools = await page.context().newCDPSession(page);
        await devtools.send("Page.setWebLifecycleState", { state: "active" });
      }
      const [here, there] = before as [number, number];
      await reaches(pages[0], here + 20);
      await reaches(pages[1], there + 100);
      for (const page of pages) {
        expect(await said(page).isVisible()).toBe(false);
        await stop(page);
        await expect.poll(() => width(page)).toBe(96);
        await page.close();
      }
    },
    PATIENCE,
  );

  test(
    "no room for results: it is said, and the picture can be saved",
    async () => {
      const page = await open(SHORT);
      await page.evaluate(() => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("full", "QuotaExceededError");
        };
      });
      await paint(page);
      await page.getByText(/^Done: 96/).waitFor();
      const note = said(page).getByText("keeps no results");
      await note.waitFor();
      // Another job begins, and ends: the note is still true.
      await paintsResult(page, () => slide(page, "Photo", 1));
      expect(await note.isVisible()).toBe(true);
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await note.waitFor({ state: "hidden" });
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save PNG" }).click();
      expect((await download).suggestedFilename()).toBe("cat-waves.png");
      await page.close();
    },
    PATIENCE,
  );

  test.each(["This computer", "Browser: processor"] as const)(
    "a photo of 64 megapixels: %s",
    async (engine) => {
      const page = await open(SHORT, engine);
      const grey = { width: 8192, height: 8000, channels: 3, background: "#987" } as const;
      const buffer = await sharp({ create: grey, limitInputPixels: false }).jpeg().toBuffer();
      await page.getByLabel("Your own photo").setInputFiles({ name: "large.jpg", mimeType: "image/jpeg", buffer });
      await page.getByAltText("The photo: large.jpg").waitFor();
      await paint(page);
      await page.getByText(/^Done: 96 × 94/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "names and settings that are markup stay text",
    async () => {
      const page = await open(`${SHORT}&recipe=<img src=x onerror=hacked=1>`);
      await said(page).getByText("recipe: expected").waitFor();
      const name = "<img src=x onerror=hacked=1>.png";
      const picture = await sharp({ create: { width: 20, height: 20, channels: 3, background: "#987" } });
      const buffer = await picture.png().toBuffer();
      await page.getByLabel("Your own photo").setInputFiles({ name, mimeType: "image/png", buffer });
      await page.getByAltText(`The photo: ${name}`).waitFor();
      await page.getByLabel("Your own photo").setInputFiles({ name, mimeType: "image/png", buffer: Buffer.from("no") });
      await said(page).getByText(name).waitFor();
      expect(await page.locator("img[src=x], [onerror]").count()).toBe(0);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      await page.close();
    },
    PATIENCE,
  );

  test.each([
    ["names", { content: { name: MARKUP, sha256: MARKUP }, style: [{ name: MARKUP, sha256: "0" }], settings: {} }],
    ["settings", { settings: { recipe: MARKUP, [MARKUP]: MARKUP } }],
    ["a state", { from: { name: MARKUP }, adjusted: [MARKUP], style: [], settings: { alpha: 2 } }],
  ])(
    "a picture that says it was made by pastiche, with markup for %s: it stays text",
    async (_, record) => {
      const page = await open(SHORT);
      const image = blank({ width: 20, height: 20 });
      const text = { pastiche: JSON.stringify({ ...record, version: MARKUP }) };
      const bytes = await encodePicture("png", { image }, { text });
      await dropFile(page, bytes, `${MARKUP}.png`);
      await said(page).getByText(MARKUP).waitFor();
      expect(await page.locator("img[src=x], [onerror]").count()).toBe(0);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "VGG19 where it cannot be had: this computer is offline, the browser gets another file",
    async () => {
      const page = await open(SHORT);
      await page.getByText("80 MB from keras-applications, CC BY 4.0").waitFor();
      await page.getByRole("button", { name: "Get VGG19" }).click();
      await said(page).getByText("PASTICHE_OFFLINE is set").waitFor();
      await page.getByLabel("Painted by").selectOption("Browser: processor");
      await page.getByLabel("Choose its file").setInputFiles("test/weights/tiny.pth");
      await said(page).getByText("tiny.pth").waitFor();
      await page.getByLabel("Choose its file").waitFor();
      await page.close();
    },
    PATIENCE,
  );
});
