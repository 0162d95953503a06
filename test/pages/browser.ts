/** A page opened from its file in Chromium, with its console messages and requests. */
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";

export interface Opened {
  readonly page: Page;
  /** Console messages, errors of scripts, and requests for anything but the page itself: should stay empty. */
  readonly complaints: string[];
}

interface View {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

export async function open(
  browser: Browser,
  path: string,
  { width = 1280, colorScheme = "light" }: View = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const url = pathToFileURL(path).href;
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith("data:") && address !== url) complaints.push(`asked for ${address}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** The names of the lines that a chart shows: those whose colour is in its picture. */
export async function drawnLines(page: Page, within = "body"): Promise<string[]> {
  await page.locator(`${within} .losses`).scrollIntoViewIfNeeded();
  await page.locator(`${within} .losses canvas`).waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`${selector} .losses canvas`)!;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true })!;
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    const numbers = (color: string) => color.match(/\d+/g)!.slice(0, 3).map(Number) as [number, number, number];
    const isDrawn = (color: string) => {
      const [red, green, blue] = numbers(color);
      for (let i = 0; i < data.length; i += 4) {
        const far = Math.abs(data[i]! - red) + Math.abs(data[i + 1]! - green) + Math.abs(data[i + 2]! - blue);
        if (data[i + 3]! > 200 && far < 12) return true;
      }
      return false;
    };
    const buttons = [...document.querySelectorAll(`${selector} .losses .legend button`)];
    return buttons
      .filter((button) => isDrawn(getComputedStyle(button.querySelector("i")!).borderTopColor))
      .map((button) => button.childNodes[1]!.textContent!);
  }, within);
}

/** Where the before picture is cut off, in percent of its width from the left. */
export function cut(page: Page, within = "body"): Promise<number> {
  return page.evaluate((selector) => {
    const clip = getComputedStyle(document.querySelector(`${selector} .compare .before`)!).clipPath;
    const box = document.querySelector(`${selector} .compare`)!.getBoundingClientRect();
    // inset(0px 25% 0px 0px), or with calc() resolved to pixels in some versions
    const right = /^inset\(\S+ (?:calc\()?(?:100% - )?([\d.]+)(%|px)\)?/.exec(clip)!;
    const value = Number(right[1]);
    const percent = right[2] === "px" ? (100 * value) / box.width : value;
    return clip.includes("100% -") ? percent : 100 - percent;
  }, within);
}
