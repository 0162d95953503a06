/** A knob that is turned while a picture is painted acts on the next step, and is seen in the next preview. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { choosePainting, LONG, PATIENCE, reaches, slide, studioPages } from "./pages.ts";

interface Heard {
  readonly type: string;
  readonly step?: number;
  readonly terms?: Readonly<Record<string, number>>;
}

/** Notes what the page hears of its job, and when it asks for a change: from a worker's ports, or from this computer. */
function eavesdrop(): void {
  const heard: Heard[] = [];
  Object.assign(globalThis, { heard });
  const note = ({ type, step, terms }: Heard) => heard.push({ type, ...(step && { step }), ...(terms && { terms }) });
  const listening = (target: object, read: (data: never) => Heard | undefined) => {
    const { set } = Object.getOwnPropertyDescriptor(target, "onmessage")!;
    Object.defineProperty(target, "onmessage", {
      set(listen: (event: MessageEvent) => void) {
        set!.call(this, (event: MessageEvent) => {
          const told = read(event.data as never);
          if (told) note(told);
          listen.call(this, event);
        });
      },
    });
  };
  listening(MessagePort.prototype, (data: { type: string; event?: Heard }) => data.event);
  listening(EventSource.prototype, (data: string) => JSON.parse(data));
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...args: [{ type: string }, never]) {
    if (args[0].type === "adjust") note({ type: "turned" });
    postMessage.apply(this, args);
  };
  const { fetch } = globalThis;
  globalThis.fetch = (...args: Parameters<typeof fetch>) => {
    if (String(args[0]).endsWith("/adjust")) note({ type: "turned" });
    return fetch(...args);
  };
}

const heard = (page: Page) => page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard);

/** What of the loss is the content's. */
const content = ({ terms = {} }: Heard) =>
  Object.entries(terms).reduce((sum, [name, share]) => (name.startsWith("content") ? sum + share : sum), 0);

describe.skipIf(!path)("in Chromium", () => {
  const open = studioPages();

  test.each(["This computer", "Browser: processor"])(
    "%s",
    async (engine) => {
      const page = await open(LONG, { init: eavesdrop });
      await page.locator("summary", { hasText: "More" }).click();
      await page.getByLabel("Painted by").selectOption(engine);
      await choosePainting(page);
      await reaches(page, 30);
      await slide(page, "Photo", 1);
      await reaches(page, 60);
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText(/stopped$/).waitFor();
      const all = await heard(page);
      const [turned, adjusted] = ["turned", "adjusted"].map((type) => all.findIndex((one) => one.type === type));
      const first = all[adjusted!]!.step!;
      const steps = all.filter(({ type }) => type === "step");
      const [before, after] = [
        steps.find(({ step }) => step === first - 1)!,
        steps.find(({ step }) => step === first)!,
      ];
      // The strength went 32 times up: the step sees it, and the one before does not.
      expect(content(after) / content(before)).toBeGreaterThan(20);
      expect(content(before) / content(steps.find(({ step }) => step === first - 2)!)).toBeLessThan(2);
      // What was shown after the hand had moved and has it not: what was on its way, and that of the step that ran.
      const late = all.slice(turned!).filter(({ type, step }) => type === "image" && step! < first);
      expect(turned).toBeGreaterThan(0);
      expect(late.length).toBeLessThanOrEqual(2);
      expect(all.slice(adjusted!).some(({ type, step }) => type === "image" && step! >= first)).toBe(true);
      await page.close();
    },
    PATIENCE,
  );

  test(
    "how much of a painting is a knob like others: multiples, a mark, and a double click for the default",
    async () => {
      const page = await open(LONG);
      await choosePainting(page);
      await page.getByRole("button", { name: "Blend in a starry night in thick strokes" }).click({ force: true });
      const share = page.getByRole("slider", { name: "How much of starry.webp" });
      const says = (text: string) => expect.poll(() => share.getAttribute("aria-valuetext")).toBe(text);
      await says("50%: 1, ×1 of the default 1");
      await share.fill("0.7");
      await says("80%: 4, ×4 of the default 1");
      const back = page.locator(".blend .knob-head button");
      await expect.poll(() => back.allTextContents()).toEqual(["×4, back to the default"]);
      await share.dblclick();
      await says("50%: 1, ×1 of the default 1");
      await expect.poll(() => back.count()).toBe(0);
      await share.press("ArrowLeft");
      await back.click();
      await says("50%: 1, ×1 of the default 1");
      await page.close();
    },
    PATIENCE,
  );
});
