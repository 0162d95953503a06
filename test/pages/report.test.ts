/** `--report`: the page of a job in a browser: complete, interactive, and without requests. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readReport } from "#pages";
import { folder, pastiche, png, quick as small } from "../cli/pastiche.ts";
import { findings } from "../web/axe.ts";
import { path, startBrowser } from "../web/browser.ts";
import { cut, drawnLines, open } from "./browser.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
/** A name that a page must escape. */
const evil = "<img src=x onerror=document.title=1>\"'&.png";
writeFileSync(at(evil), await png());
writeFileSync(at("painting.png"), await png(70, 70));
const steps = 6;
const quick = [...small, "--threads", "1"];

test("a page that cannot be written is refused before the first step", async () => {
  const named = await pastiche([evil, "painting.png", ...quick, "-o", "a.png", "--report", "a.txt"], { cwd });
  expect(named).toMatchObject({ status: 2, stderr: expect.stringContaining("--report: expected the name of a page") });
  writeFileSync(at("taken.html"), "somebody's");
  const taken = await pastiche([evil, "painting.png", ...quick, "-o", "a.png", "--report", "taken.html"], { cwd });
  expect(taken).toMatchObject({ status: 1, stderr: expect.stringContaining("taken.html exists already") });
  expect(readFileSync(at("taken.html"), "utf8")).toBe("somebody's");
  expect(existsSync(at("a.png"))).toBe(false);
});

test("the page of a stopped job is continued when the job is resumed", async () => {
  const args = [evil, "painting.png", ...quick, "-n", "100000", "-o", "s.png", "--checkpoint-every", "0.001"];
  const { status } = await pastiche([...args, "--report", "s.html", "--progress", "json"], {
    cwd,
    watch: (stderr, kill) => void (stderr.includes('"step":5,') && kill("SIGINT")),
  });
  expect(status).toBe(130);
  expect(readFileSync(at("s.html"), "utf8")).toMatch(/Stopped after step \d+ of 100003/);
  const again = await pastiche(["resume", "s.png", "--progress", "json"], {
    cwd,
    watch: (stderr, kill) => void (stderr.includes('"type":"step"') && kill("SIGINT")),
  });
  expect(again.status).toBe(130);
  // The curves continue where the stopped job's ended.
  const { steps, terms } = readReport(readFileSync(at("s.html"), "utf8"))!.curves;
  expect(steps).toEqual(steps.map((_, i) => i + 1));
  expect(terms["style conv1_1"]).toHaveLength(steps.length);
  expect(again.stderr).toContain(`"step":${steps.length},`);
  const other = await pastiche(["resume", "s.png", "--report", "taken.html"], { cwd });
  expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining("taken.html exists already") });
});

describe.skipIf(!path)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    const { status, stderr } = await pastiche([evil, "painting.png", ...quick, "-o", "out.png", "--report", "r.html"], {
      cwd,
    });
    expect([status, stderr]).toEqual([0, expect.not.stringContaining("pastiche:")]);
    browser = await startBrowser();
  }, 180_000);
  afterAll(() => browser?.close());

  test("has its title, whatever a file is called, and requests nothing", async () => {
    const { page, complaints } = await open(browser, at("r.html"));
    expect(await page.title()).toBe(`${evil} in the style of painting.png`);
    expect(await page.locator("h1").textContent()).toBe(`${evil} in the style of painting.png`);
    expect(await page.locator("code").textContent()).toContain("pastiche '<img src=x onerror=");
    const pictures = () =>
      page.evaluate(() => [...document.images].map((one) => [one.src.slice(0, 16), one.naturalWidth > 0]));
    const all = await pictures();
    expect(all.length).toBeGreaterThan(4);
    await expect.poll(pictures).toEqual(all.map(() => ["data:image/webp;", true]));
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the divider follows keyboard and mouse", async () => {
    const { page, complaints } = await open(browser, at("r.html"));
    await expect.poll(() => cut(page)).toBeCloseTo(50, 0);
    await page.locator(".compare input").focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
    await expect.poll(() => cut(page)).toBeCloseTo(48, 0);
    await page.keyboard.press("Home");
    await expect.poll(() => cut(page)).toBeCloseTo(0, 0);
    const box = (await page.locator(".compare").boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
    await expect.poll(() => cut(page)).toBeCloseTo(75, -0.5);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("curves have a point for every step, and the cursor reads them", async () => {
    const { page, complaints } = await open(browser, at("r.html"));
    await expect
      .poll(() => drawnLines(page))
      .toEqual(expect.arrayContaining(["content conv4_2", "style conv1_1", "total"]));
    const total = page.locator(".legend button", { hasText: "total" });
    await page.locator(".plot").focus();
    await page.keyboard.press("Home");
    await expect.poll(() => page.locator(".where").textContent()).toBe("step 1");
    const lossNow = async () => Number(await total.locator("output").textContent());
    const first = await lossNow();
    await page.keyboard.press("End");
    await expect.poll(() => page.locator(".where").textContent()).toBe(`step ${steps}`);
    await expect.poll(lossNow).toBeLessThan(first);
    const box = (await page.locator(".plot .u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.41, box.y + 20);
    await expect.poll(() => page.locator(".where").textContent()).toBe("step 3");
    await total.click();
    await expect.poll(() => total.getAttribute("aria-pressed")).toBe("false");
    await expect.poll(() => drawnLines(page)).not.toContain("total");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a snapshot takes the result's place", async () => {
    const { page, complaints } = await open(browser, at("r.html"));
    const result = await page.locator(".after img").getAttribute("src");
    await page.locator(".strip button").first().click();
    await expect.poll(() => page.locator(".after img").getAttribute("src")).not.toBe(result);
    await expect.poll(() => page.locator(".tag.right").textContent()).toMatch(/^step \d+$/);
    await page.locator(".strip button").last().click();
    await expect.poll(() => page.locator(".after img").getAttribute("src")).toBe(result);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a texture has no photo to be compared with, and the same page otherwise", async () => {
    const { status } = await pastiche(["texture", "painting.png", ...quick, "-o", "t.png", "--report", "t.html"], {
      cwd,
    });
    expect(status).toBe(0);
    const { page, complaints } = await open(browser, at("t.html"));
    expect(await page.locator("h1").textContent()).toBe("A texture after painting.png");
    expect(await page.locator(".compare input").count()).toBe(0);
    await page.locator(".strip button").first().click();
    await expect.poll(() => page.locator(".tag.right").textContent()).toMatch(/^step \d+$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([
    [360, "light"],
    [360, "dark"],
    [1600, "dark"],
  ] as const)("fits a window of %i pixels, %s", async (width, colorScheme) => {
    const { page } = await open(browser, at("r.html"), { width, colorScheme });
    const [wide, ground, ink] = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      return [document.documentElement.scrollWidth, backgroundColor, color] as const;
    });
    expect(wide).toBeLessThanOrEqual(width);
    expect(await findings(page)).toEqual([]);
    const light = (color: string) => Number(/\d+/.exec(color)![0]);
    expect(light(ground) > light(ink)).toBe(colorScheme === "light");
    await page.close();
  });
});

test("the page is one file, without an address in it", () => {
  const page = readFileSync(at(path ? "r.html" : "s.html"), "utf8");
  // The script names XML's namespaces; that it requests nothing is seen in the browser.
  const text = page.replace(/<script>.*?<\/script>/s, "");
  expect(text).not.toMatch(/https?:|\bsrc="(?!data:)|\bhref=/);
});
