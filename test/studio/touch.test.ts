/** The studio by fingers alone, on a phone. */
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { canvas, choosePainting, LINK, LONG, PATIENCE, reaches, stopped, studioPages } from "./pages.ts";

type Point = readonly [x: number, y: number];

/** What fingers do: `move` takes as many points as there are fingers, each on its way from the first to the last. */
async function fingersOf(page: Page) {
  const session = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", points: readonly Point[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  return {
    down: (...points: Point[]) => send("touchStart", points),
    async move(...ways: (readonly [from: Point, to: Point])[]) {
      for (const share of [0.25, 0.5, 0.75, 1]) {
        const between = (from: number, to: number) => from + share * (to - from);
        await send(
          "touchMove",
          ways.map(([[x, y], to]) => [between(x, to[0]), between(y, to[1])] as const),
        );
      }
    },
    up: () => send("touchEnd", []),
    /** Two taps as fast as a finger's, by their own clock: the machine may be slower. */
    async tapTwice([x, y]: Point) {
      const now = Date.now() / 1000;
      const at = (type: "touchStart" | "touchEnd", after: number) =>
        session.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: type === "touchStart" ? [{ x, y }] : [],
          timestamp: now + after,
        });
      await Promise.all([at("touchStart", 0), at("touchEnd", 0.03), at("touchStart", 0.1), at("touchEnd", 0.13)]);
    },
  };
}

/** A point of an element, each coordinate from 0 to 1. */
async function within(element: Locator): Promise<(x: number, y: number) => Point> {
  const box = (await element.boundingBox())!;
  return (x, y) => [box.x + x * box.width, box.y + y * box.height];
}

/** How the picture is enlarged and moved, once it stands still: a page moves it in the frames after a finger's events. */
const place = (page: Page) =>
  page
    .locator(".layers")
    .first()
    .evaluate(async (layers) => {
      let before = "";
      for (let still = 0; still < 5; still++) {
        await new Promise(requestAnimationFrame);
        const { transform } = getComputedStyle(layers);
        if (transform !== before) still = 0;
        before = transform;
      }
      const { a: scale, e: x, f: y } = new DOMMatrix(before);
      return { scale, x, y };
    });

const colorAt = (layer: Locator, x: number, y: number) =>
  layer.evaluate(
    (shown: HTMLCanvasElement, [x, y]) => [
      ...shown
        .getContext("2d")!
        .getImageData(x * shown.width, y * shown.height, 1, 1)
        .data.slice(0, 3),
    ],
    [x, y] as const,
  );

/** How many pixels of a layer are of another paint than all of it at first. */
const brushedPixels = (layer: Locator) =>
  layer.evaluate((shown: HTMLCanvasElement) => {
    const { data } = shown.getContext("2d")!.getImageData(0, 0, shown.width, shown.height);
    return data.filter((value, i) => i % 4 === 0 && value < 128).length;
  });

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test(
    "two fingers enlarge and move the picture, one moves it, two taps show all of it",
    async () => {
      const page = await open(LINK, { phone: true });
      await choosePainting(page);
      await page.getByText(/^Done/).waitFor();
      const fingers = await fingersOf(page);
      const at = await within(page.locator(".frame"));
      await fingers.down(at(0.4, 0.5), at(0.6, 0.5));
      await fingers.move([at(0.4, 0.5), at(0.2, 0.5)], [at(0.6, 0.5), at(0.8, 0.5)]);
      const pinched = await place(page);
      expect(pinched.scale).toBeCloseTo(3, 0);
      await fingers.move([at(0.2, 0.5), at(0.3, 0.7)], [at(0.8, 0.5), at(0.9, 0.7)]);
      const moved = await place(page);
      expect(moved.scale).toBeCloseTo(pinched.scale, 1);
      expect(moved.x - pinched.x).toBeCloseTo(36, 0);
      expect(moved.y - pinched.y).toBeGreaterThan(20);
      await fingers.up();
      await fingers.down(at(0.5, 0.5));
      await fingers.move([at(0.5, 0.5), at(0.4, 0.4)]);
      await fingers.up();
      const after = await place(page);
      expect(after.x).toBeLessThan(moved.x - 20);
      expect(after.y).toBeLessThan(moved.y - 10);
      expect(await page.evaluate(() => visualViewport!.scale)).toBe(1);
      await fingers.tapTwice(at(0.5, 0.5));
      await expect.poll(async () => (await place(page)).scale).toBe(1);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "a finger brushes a region, a tap a dot; where a second one comes, both enlarge, and nothing is brushed",
    async () => {
      const page = await open(LONG, { phone: true });
      await choosePainting(page);
      await reaches(page, 5);
      await page.getByRole("button", { name: "Regions" }).tap();
      const layer = page.getByLabel("Regions: paint with the pointer");
      const fingers = await fingersOf(page);
      const at = await within(layer);
      await fingers.down(at(0.2, 0.3));
      await fingers.move([at(0.2, 0.3), at(0.5, 0.3)]);
      await fingers.up();
      await expect.poll(() => colorAt(layer, 0.4, 0.3)).toEqual([0, 0, 0]);
      await page.touchscreen.tap(...at(0.8, 0.5));
      await expect.poll(() => colorAt(layer, 0.8, 0.5)).toEqual([0, 0, 0]);
      await fingers.down(at(0.3, 0.8));
      await fingers.down(at(0.3, 0.8), at(0.7, 0.8));
      await fingers.move([at(0.3, 0.8), at(0.1, 0.8)], [at(0.7, 0.8), at(0.9, 0.8)]);
      await fingers.up();
      expect((await place(page)).scale).toBeCloseTo(2, 0);
      await expect.poll(() => colorAt(layer, 0.3, 0.8)).toEqual([255, 255, 255]);
      expect(await colorAt(layer, 0.4, 0.3)).toEqual([0, 0, 0]);
      // Enlarged, a finger brushes as before: nothing moves under it.
      const [before, brushed] = [await place(page), await brushedPixels(layer)];
      await fingers.down(at(0.5, 0.5));
      await fingers.move([at(0.5, 0.5), at(0.6, 0.5)]);
      await fingers.up();
      await expect.poll(() => brushedPixels(layer)).toBeGreaterThan(brushed);
      expect(await place(page)).toEqual(before);
      await page.getByRole("button", { name: "Done", exact: true }).tap();
      await page.getByRole("button", { name: "Stop" }).tap();
      await stopped(page);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "the handle, strengths and blends by a finger",
    async () => {
      const page = await open(LONG, { phone: true });
      await choosePainting(page);
      await reaches(page, 5);
      await page.getByRole("button", { name: "Both" }).tap();
      const fingers = await fingersOf(page);
      const at = await within(page.locator(".frame"));
      await fingers.down(at(0.5, 0.5));
      await fingers.move([at(0.5, 0.5), at(0.25, 0.5)]);
      await fingers.up();
      const handle = page.getByRole("slider", { name: "How much of the photo is shown" });
      await expect.poll(async () => Number(await handle.inputValue())).toBeCloseTo(25, -1);
      expect((await place(page)).scale).toBe(1);
      await expect
        .poll(() => canvas(page).evaluate(({ style }) => style.clipPath))
        .toContain(`${await handle.inputValue()}%`);

      await page.getByRole("button", { name: "Blend in a starry night in thick strokes" }).tap();
      const share = page.getByRole("slider", { name: "How much of starry.webp" });
      // Not only into the window, where it may be under what stays in sight.
      await share.evaluate((slider) => slider.scrollIntoView({ block: "center" }));
      const along = await within(share);
      await fingers.down(along(0.5, 0.5));
      await fingers.move([along(0.5, 0.5), along(0.98, 0.5)]);
      await fingers.up();
      await expect.poll(() => share.getAttribute("aria-valuetext")).toMatch(/^9\d%: /);
      await page.getByRole("button", { name: "Stop" }).tap();
      await stopped(page);
      await page.close();
    },
    PATIENCE,
  );
});
