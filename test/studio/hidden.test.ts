/** A tab behind another: the painting goes on, is seen on the way back, and ends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { PATIENCE } from "./pages.ts";
import { type Studio, startStudio } from "./server.ts";
import { startTabs, type Tab, type Tabs } from "./tabs.ts";

const LONG = "#size=96&levels=1&steps=100000&model=pocket&precision=fp32";
/** Every kind of operator is compiled on the processor here. */
const FEW_LAYERS = '&styleLayers={"conv1_1":1}&contentLayers={"conv1_2":1}&roughness=0';

/** Hidden for so long, in milliseconds, frames stand still and timers come once a second. */
const HIDDEN = 3000;

const said = (tab: Tab) => tab.evaluate<string>('document.querySelector(".told").textContent');
const steps = async (tab: Tab) => Number(/Step (\d+)/.exec(await said(tab))?.[1] ?? 0);
const reaches = (tab: Tab, least: number) =>
  tab.until(`Number(/Step (\\d+)/.exec(document.querySelector(".told").textContent)?.[1]) >= ${least}`);
const pixels = (tab: Tab) => tab.evaluate<string>('document.querySelector("canvas").toDataURL()');
/** The step of the film's last frame. */
const filmed = async (tab: Tab) =>
  Number(/\d+$/.exec(await tab.evaluate<string>('[...document.querySelectorAll(".strip button")].at(-1).title'))![0]);
const seen = (tab: Tab) => tab.evaluate<string>("document.visibilityState");
const click = (tab: Tab, text: string) =>
  tab.evaluate(
    `[...document.querySelectorAll("button, summary")].find((one) => one.textContent.trim().startsWith("${text}")).click()`,
  );

describe.skipIf(!path)("in Chromium", () => {
  let studio: Studio;
  let tabs: Tabs;

  beforeAll(async () => {
    studio = await startStudio();
    tabs = await startTabs();
  });

  afterAll(async () => {
    await tabs?.close();
    await studio?.close();
  });

  test.each([
    ["computer", "", 20],
    ["wasm", "", 20],
    ["webgpu", FEW_LAYERS, 2],
  ])(
    "%s",
    async (engine, more, further) => {
      const tab = await tabs.open(studio.url + LONG + more);
      await tab.until("document.querySelector('[alt=\"The photo: cat.webp\"]') !== null");
      await click(tab, "More");
      await tab.until(`document.querySelector("option[value=${engine}]") !== null`);
      await tab.evaluate(`(() => {
        const choice = document.querySelector("option[value=${engine}]").parentElement;
        choice.value = "${engine}";
        choice.dispatchEvent(new Event("change", { bubbles: true }));
      })()`);
      await tab.evaluate("document.querySelector('[alt=\"a woodcut of waves\"]').parentElement.click()");
      await reaches(tab, 2);
      const other = await tabs.open("about:blank");
      await tab.until('document.visibilityState === "hidden"');
      await new Promise((resolve) => setTimeout(resolve, HIDDEN));
      const before = { steps: await steps(tab), pixels: await pixels(tab) };
      await reaches(tab, before.steps + further);
      expect(await seen(tab)).toBe("hidden");
      await tab.show();
      await tab.until('document.visibilityState === "visible"');
      await expect.poll(async () => (await pixels(tab)) !== before.pixels).toBe(true);
      await expect.poll(() => filmed(tab)).toBeGreaterThan(before.steps);
      expect(await tab.evaluate('document.querySelector(".message").hidden')).toBe(true);
      await other.show();
      await click(tab, "Stop");
      await tab.until('document.querySelector(".told").textContent.endsWith("stopped")');
      expect(await seen(tab)).toBe("hidden");
    },
    PATIENCE,
  );
});
