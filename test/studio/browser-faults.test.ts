/** What goes wrong where the browser itself paints is a sentence, and nothing is lost. */
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path, startBrowser } from "../web/browser.ts";
import { type Studio, startStudio } from "./server.ts";

const SHORT = "#size=96&levels=1&steps=6&model=pocket";
const LONG = "#size=96&levels=1&steps=100000&model=pocket&precision=fp32";
const PATIENCE = 180_000;

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

  async function open(link: string, engine?: "Browser: processor" | "Browser: graphics card"): Promise<Page> {
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
    expect(await width(page)).toBe(96);
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
    "a page that was frozen goes on where it was",
    async () => {
      const page = await open(LONG, "Browser: processor");
      await paint(page);
      await page.getByText(/^Step \d\d/).waitFor();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await devtools.send("Page.setWebLifecycleState", { state: "active" });
      const before = await step(page);
      await page.waitForFunction(
        (n) => Number(/Step (\d+)/.exec(document.querySelector(".told")!.textContent!)?.[1]) > n + 5,
        before,
      );
      expect(await said(page).isVisible()).toBe(false);
      await page.close();
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
      await said(page).getByText("keeps no results").waitFor();
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save PNG" }).click();
      expect((await download).suggestedFilename()).toBe("cat-waves.png");
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a photo of 64 megapixels",
    async () => {
      const page = await open(SHORT, "Browser: processor");
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
