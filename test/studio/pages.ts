/** A studio of this computer in a real Chromium, and what the tests do with its page. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { readPictureText } from "../../src/node.ts";
import { startBrowser } from "../web/browser.ts";
import { type Studio, startStudio } from "./server.ts";

export const LINK = "#size=96&minSize=64&firstSteps=12&steps=6&model=pocket&precision=fp32";

/** The machine may be busy, and WebGPU runs on the processor here: eighteen steps took 200 s. */
export const PATIENCE = 600_000;
/** For one thing to wait for: less, so that a failure names it. */
const ONE_WAIT = 0.75 * PATIENCE;
export const LONG = "#size=96&levels=1&steps=100000&model=pocket";

interface Opening {
  readonly width?: number;
  readonly init?: () => void;
  readonly phone?: boolean;
  readonly beside?: Page;
}

/** Starts both before the tests around it, and ends them after: pages may complain of nothing and ask nobody else. */
export function studioPages() {
  let studio: Studio;
  let browser: Browser;
  const complaints: string[] = [];

  beforeAll(async () => {
    studio = await startStudio();
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await studio?.close();
    expect(complaints).toEqual([]);
  });

  /** Opens the studio in a browser profile of its own, or as another tab of that of the page `beside`. */
  async function open(link: string, { width = 1280, init = () => {}, phone = false, beside }: Opening = {}) {
    const device = phone ? { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } } : {};
    const options = { viewport: { width, height: 800 }, acceptDownloads: true, ...device };
    const context = beside?.context() ?? (await browser.newContext(options));
    const page = await context.newPage();
    page.on("close", () => {
      // At the end, the browser may be gone before.
      if (context.pages().length === 0) context.close().catch(() => {});
    });
    await page.addInitScript(init);
    page.setDefaultTimeout(ONE_WAIT);
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
  return open;
}

export const choosePainting = (page: Page, name = "a woodcut of waves") =>
  page.getByRole("button", { name, exact: true }).click();
export const told = (page: Page) => page.locator(".told");
export const canvas = (page: Page) => page.locator("canvas");
/** What the canvas shows, once what was told to the page before is drawn. */
export const pixels = (page: Page) =>
  canvas(page).evaluate(async (shown: HTMLCanvasElement) => {
    // In the next frame; on a canvas that has just come, in a task after its first frame.
    for (let frame = 0; frame < 2; frame++) {
      await new Promise(requestAnimationFrame);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return shown.toDataURL();
  });
/** Waits until the canvas shows this picture. */
export const shows = (page: Page, picture: string) =>
  expect.poll(async () => (await pixels(page)) === picture).toBe(true);
/** The pictures of the two halves that are beside each other. */
export const halves = (page: Page) =>
  page.locator(".pair canvas").evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
/** The results in the shelf, newest first. */
export const results = (page: Page) => page.locator("section[aria-labelledby=results-heading] .tile");
/** Acts, and waits for the end of the job that this begins: one more result. A message may be that of the job before. */
export const paintsResult = async (page: Page, act: () => Promise<unknown>) => {
  const before = await results(page).count();
  await act();
  await expect.poll(() => results(page).count(), { timeout: ONE_WAIT }).toBe(before + 1);
};
/** Longer than knobs rest before they act, by the page's own clock: what they begin has begun. */
export const knobsRested = (page: Page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)));
/** Waits until the job was stopped, before its first step or after one. */
export const stopped = (page: Page) => page.getByText(/stopped( after step \d+)?$/).waitFor();
/** Stops the job that runs. */
export const stop = async (page: Page) => {
  await page.getByRole("button", { name: "Stop" }).click();
  await stopped(page);
};
/** Drops a file of these bytes onto the picture. */
export const dropFile = async (page: Page, bytes: Uint8Array, name = "made.png") => {
  const dataTransfer = await page.evaluateHandle(
    ([data, called]) => {
      const dropped = new DataTransfer();
      dropped.items.add(new File([Uint8Array.from(data)], called, { type: "image/png" }));
      return dropped;
    },
    [[...bytes], name] as const,
  );
  await page.locator(".stage").dispatchEvent("drop", { dataTransfer });
};
/** Acts, and waits until another picture is shown: a message that passes may be gone before it is looked for. */
export const paintsAnew = async (page: Page, act: () => Promise<unknown>) => {
  const before = await pixels(page);
  await act();
  await expect.poll(async () => (await pixels(page)) !== before, { timeout: ONE_WAIT }).toBe(true);
};
/** Paints a result, and from it another with more of the photo; returns the pixels of both. */
export const paintsTwo = async (page: Page) => {
  await paintsResult(page, () => choosePainting(page));
  const first = await pixels(page);
  await paintsResult(page, () => slide(page, "Photo", 1));
  return [first, await pixels(page)] as const;
};
export const step = async (page: Page) => Number(/Step (\d+)/.exec((await told(page).textContent())!)?.[1] ?? 0);
export const reaches = (page: Page, least: number) =>
  page.waitForFunction(
    (n) => Number(/Step (\d+)/.exec(document.querySelector(".told")!.textContent!)?.[1]) >= n,
    least,
  );
export const savedBytes = async (page: Page) => {
  await page.getByText(/^Done/).waitFor();
  return shownBytes(page);
};
export const shownBytes = async (page: Page) => {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save PNG" }).click();
  return readFileSync((await (await download).path())!);
};
/** Acts, and waits for the text that this copies. */
export const copiedText = async (page: Page, act: () => Promise<unknown>) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  // The pages of a browser have one clipboard.
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await act();
  const text = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(text).not.toBe("");
  return text();
};
/** The number that a slider shows. */
export const valueText = (page: Page, name: string) =>
  page.getByRole("slider", { name, exact: true }).getAttribute("aria-valuetext");
export const saved = async (page: Page) => JSON.parse(readPictureText(await savedBytes(page)).pastiche!);
export const record = async (page: Page) => JSON.parse(readPictureText(await shownBytes(page)).pastiche!);
export const slide = (page: Page, name: string, position: number) =>
  page.getByRole("slider", { name, exact: true }).fill(String(position));
