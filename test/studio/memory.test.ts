/** A page that paints picture after picture releases what nobody can come back to. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { choosePainting, PATIENCE, paintsResult, studioPages } from "./pages.ts";

const SHORT = "#size=64&levels=1&steps=6&model=pocket&precision=fp32";

interface Unreleased {
  urls: number;
  bitmaps: number;
}

/** Counts what has to be released by hand. */
function countUnreleased(): void {
  const counts: Unreleased = { urls: 0, bitmaps: 0 };
  Object.assign(globalThis, { unreleased: counts });
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (file) => {
    counts.urls += 1;
    return createObjectURL.call(URL, file);
  };
  URL.revokeObjectURL = (url) => {
    counts.urls -= 1;
    revokeObjectURL.call(URL, url);
  };
  const { createImageBitmap } = globalThis;
  globalThis.createImageBitmap = async (...args: unknown[]) => {
    const bitmap = await createImageBitmap(...(args as [ImageBitmapSource]));
    const { close } = bitmap;
    counts.bitmaps += 1;
    bitmap.close = () => {
      counts.bitmaps -= 1;
      close.call(bitmap);
    };
    return bitmap;
  };
}

/** Bytes of array buffers after a garbage collection, and what is unreleased. */
async function kept(page: Page) {
  const session = await page.context().newCDPSession(page);
  // Twice: finalizers run in between, and release what they hold.
  for (let i = 0; i < 2; i++) {
    await session.send("HeapProfiler.collectGarbage");
    await page.waitForTimeout(200);
  }
  const { backingStorageSize } = await session.send("Runtime.getHeapUsage");
  const { urls, bitmaps } = await page.evaluate(() => (globalThis as unknown as { unreleased: Unreleased }).unreleased);
  return { bytes: backingStorageSize, urls, bitmaps, workers: page.workers().length };
}

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test(
    "six more branches keep no more memory than the results that they left",
    async () => {
      const page = await open(SHORT, { init: countUnreleased });
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption("Browser: processor");
      const frames = page.getByRole("navigation", { name: "The course of the painting" }).getByRole("button");
      const branch = async () => {
        await frames.first().click();
        await paintsResult(page, () => page.getByRole("button", { name: "Go on from here" }).click());
      };
      await paintsResult(page, () => choosePainting(page));
      // As many as the page can come back to.
      for (let i = 0; i < 8; i++) await branch();
      await expect.poll(async () => (await kept(page)).bitmaps).toBe(0);
      const before = await kept(page);
      for (let i = 0; i < 6; i++) await branch();
      // What is still written down at the end of a job is released after it.
      const more = async () => {
        const { bytes, urls, bitmaps, workers } = await kept(page);
        return {
          ...{ workers: workers - before.workers, bitmaps },
          // One for each result; films of several branches share frames, so their number varies.
          urls: Math.max(0, urls - before.urls - 6 - 6),
          // The states of six jobs would be three and a half times as much.
          megabytes: Math.max(0, Math.floor((bytes - before.bytes) / 1e6)),
        };
      };
      await expect.poll(more).toEqual({ workers: 0, bitmaps: 0, urls: 0, megabytes: 0 });
      await page.close();
    },
    PATIENCE,
  );
});
