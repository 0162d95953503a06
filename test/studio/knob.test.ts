/** A knob that is turned while a picture is painted acts on the next step, and is seen in the next preview. */
import { describe, expect, test } from "vitest";
import { path } from "../web/browser.ts";
import { eavesdrop, type Heard, heard } from "./heard.ts";
import { choosePainting, LONG, PATIENCE, reaches, slide, stop, studioPages } from "./pages.ts";

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
      /** Turns the knob, and waits until that is seen: what was heard from the turn on, and the first step that has it. */
      const turn = async (position: number) => {
        const before = (await heard(page)).length;
        await slide(page, "Photo", position);
        const since = async () => {
          const all = await heard(page);
          const turned = all.findIndex(({ type }, i) => i >= before && type === "turned");
          const adjusted = all.findIndex(({ type }, i) => i >= before && type === "adjusted");
          return { all, from: all.slice(turned), first: all[adjusted]?.step ?? Number.POSITIVE_INFINITY };
        };
        await expect
          .poll(async () => {
            const { all, first } = await since();
            return all.some(({ type, step }) => type === "image" && step! >= first);
          })
          .toBe(true);
        return since();
      };
      const { all, first } = await turn(1);
      const at = (step: number) => all.find((one) => one.type === "step" && one.step === step)!;
      // The strength went 32 times up: the step sees it, and the one before does not.
      expect(content(at(first)) / content(at(first - 1))).toBeGreaterThan(20);
      expect(content(at(first - 1)) / content(at(first - 2))).toBeLessThan(2);
      // What is shown after the hand has moved and has it not: what is on its way, and that of the step that runs. A machine
      // that is busy may be late, but not at every turn.
      let up = true;
      const late = async () => {
        up = !up;
        const { from, first } = await turn(up ? 1 : 0.5);
        expect(from[0]).toMatchObject({ type: "turned" });
        return from.filter(({ type, step }) => type === "image" && step! < first).length;
      };
      await expect.poll(late).toBeLessThanOrEqual(2);
      await stop(page);
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
