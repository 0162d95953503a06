/** A page opened from its file in the tests' Chromium, and all that it said and asked for meanwhile. */
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

/** How many polylines of the first visible chart there are, by name, and how many points each has. */
export function pointCounts(page: Page, within = "body"): Promise<Record<string, number>> {
  return page.evaluate(
    (selector) =>
      Object.fromEntries(
        [...document.querySelectorAll<SVGPolylineElement>(`${selector} polyline`)].map((line) => [
          line.dataset.name,
          line.points.numberOfItems,
        ]),
      ),
    within,
  );
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
