/** What goes wrong in the studio is a sentence, and nothing is lost. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path, startBrowser } from "../web/browser.ts";
import { PATIENCE, results } from "./pages.ts";
import { type Studio, startStudio } from "./server.ts";

const SHORT = "#size=96&levels=1&steps=6&model=pocket";
const LONG = "#size=96&levels=1&steps=100000&model=pocket";

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

  async function open(link: string, before = () => {}): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.addInitScript(before);
    await page.goto(studio.url + link);
    await page.getByAltText("The photo: cat.webp").waitFor();
    return page;
  }

  const choosePainting = (page: Page) => page.getByRole("button", { name: "a woodcut of waves", exact: true }).click();
  const said = (page: Page) => page.locator(".message");
  const width = (page: Page) => page.locator("canvas").evaluate(({ width }: HTMLCanvasElement) => width);

  test.runIf(process.platform === "linux")(
    "the painting process is killed: the picture stays, and the next job has another process",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await page.getByText(/^Step \d\d/).waitFor();
      const children = readFileSync(`/proc/${studio.pid}/task/${studio.pid}/children`, "utf8").trim().split(" ");
      process.kill(Number(children.at(-1)), "SIGKILL");
      await said(page).getByText("ended unexpectedly").waitFor();
      await expect.poll(() => width(page)).toBe(96);
      await page.getByRole("button", { name: "Paint again" }).click();
      await page.getByText(/^Step \d/).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(/stopped$/).waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a browser that keeps nothing: it is said, and everything else works",
    async () => {
      const page = await open(SHORT, () => {
        Object.defineProperty(globalThis, "indexedDB", {
          get() {
            throw new DOMException("denied", "SecurityError");
          },
        });
      });
      await choosePainting(page);
      await page.getByText(/^Done: 96/).waitFor();
      await said(page).getByText("keeps no results").waitFor();
      await expect.poll(() => results(page).count()).toBe(1);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "another window paints: this one says so, and has what it had",
    async () => {
      const one = await open(LONG);
      await choosePainting(one);
      await one.getByText(/^Step \d\d/).waitFor();
      const other = await open(SHORT);
      await choosePainting(other);
      await said(one).getByText("paints for another window").waitFor();
      await other.getByText(/^Done: 96/).waitFor();
      await expect.poll(() => width(one)).toBe(96);
      await one.close();
      await other.close();
    },
    PATIENCE,
  );

  test.each([
    ["holiday.heic", Buffer.from("\0\0\0\x18ftypheic\0\0\0\0"), "export it as JPEG"],
    ["scan.tiff", Buffer.from("II*\0\x08\0\0\0\0\0\0\0"), "convert it to PNG or JPEG"],
    ["empty.png", Buffer.alloc(0), "empty.png"],
    ["bomb.png", pngHeader(60_000, 60_000), "60000"],
    ["page.svg", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"), "page.svg"],
  ])(
    "%s is refused in a sentence",
    async (name, buffer, words) => {
      const page = await open(SHORT);
      await page.getByLabel("Your own photo").setInputFiles({ name, mimeType: "image/png", buffer });
      await said(page).getByText(words).waitFor();
      await page.getByAltText("The photo: cat.webp").waitFor();
      await page.close();
    },
    PATIENCE,
  );

  test(
    "an address that is spoilt says where, and the studio opens",
    async () => {
      const page = await open("#alpha=blue");
      await said(page).getByText("alpha: expected").waitFor();
      await page.close();
    },
    PATIENCE,
  );
});

/** The beginning of a PNG that says it is so large. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(33);
  header.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  header.set([8, 2, 0, 0, 0], 24);
  return header;
}
