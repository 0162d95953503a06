/** `pastiche grid`: plans, stopped and continued grids, failures, and the page in a browser. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { folder, pastiche, png, quick as small } from "../cli/pastiche.ts";
import { findings } from "../web/axe.ts";
import { path, startBrowser } from "../web/browser.ts";
import { cut, drawnLines, open } from "./browser.ts";

const cwd = folder();
const at = (...names: string[]) => join(cwd, ...names);
writeFileSync(at("photo.png"), await png());
writeFileSync(at("painting.png"), await png(70, 70));
writeFileSync(at("<b>other.png"), await png(48, 48));
const steps = 6;
const quick = [...small, "--threads", "1"];

const grid = (args: string[]) => pastiche(["grid", ...args], { cwd });
const json = async (args: string[]) => JSON.parse((await grid([...args, "--json"])).stdout.toString());

describe("before the first run", () => {
  test("the plan has the number, sizes and order of the pictures; nothing is painted", async () => {
    const vary = ["--vary", "Alpha=0.1-0.3 (+0.1)", "--vary", "--style-loss=gram,moments"];
    const { status, stdout } = await grid(["photo.png", "painting.png", ...vary, ...quick, "--dry-run"]);
    expect(status).toBe(0);
    expect(stdout.toString().split("\n")).toEqual([
      "photo.png in the style of painting.png: 6 pictures (3 x 2) of 48x36, 36 steps in all, into photo-painting-grid",
      "  Alpha: 0.1, 0.2, 0.3",
      "  style-loss: gram, moments",
      "Order: style-loss, then Alpha; Alpha changes fastest.",
      "",
    ]);
    expect(existsSync(at("photo-painting-grid"))).toBe(false);
  });

  test("settings by flag, alias or name; rounded whole numbers; files of varied paintings", async () => {
    const vary = [
      "--vary",
      "CONTENT_WEIGHT=1",
      "--vary",
      "firstSteps=1-10 [3]",
      "--vary",
      "style=painting.png,<b>other.png",
    ];
    const plan = await json(["photo.png", ...vary, "-s", "48", "--dry-run"]);
    expect(plan.axes.map(({ setting, values }: { setting: string; values: string[] }) => [setting, values])).toEqual([
      ["alpha", ["1"]],
      ["firstSteps", ["1", "6", "10"]],
      ["style", ["painting.png", "<b>other.png"]],
    ]);
    expect(plan.cells).toHaveLength(6);
    expect(new Set(plan.cells.map(({ file }: { file: string }) => file)).size).toBe(6);
    for (const { file } of plan.cells) expect(file).toMatch(/^CONTENT_WEIGHT-1_firstSteps-\d+_style-[\w-]+\.png$/);
    expect(plan.cells[0].settings).toMatchObject({ alpha: 1, firstSteps: 1, size: 48 });
  });

  test("without --vary, the recipe's variants", async () => {
    const plan = await json(["photo.png", "painting.png", "--recipe", "tensorflow", "-s", "48", "--dry-run"]);
    expect(plan.axes.map(({ setting }: { setting: string }) => setting)).toEqual(["learningRate", "alpha", "beta"]);
    expect(plan.cells).toHaveLength(12);
    expect(plan.steps).toBe(12_000);
  });

  test.each([
    [["photo.png", "painting.png"], 2, "--vary: expected one to three settings"],
    [["photo.png", "painting.png", "--vary", "alpha"], 2, "expected NAME=VALUES"],
    [["photo.png", "painting.png", "--vary", "brush=1,2"], 2, "content, style, or a setting"],
    [["photo.png", "painting.png", "--vary", "alpha=1", "--vary", "content-weight=2"], 2, "every setting once"],
    [["photo.png", "painting.png", "--alpha", "1", "--vary", "alpha=1,2"], 2, "--alpha: expected to be left out"],
    [["photo.png", "painting.png", "--vary", "alpha=0.1,-3"], 2, "--vary alpha: expected at least 0"],
    [["photo.png", "painting.png", "--vary", "steps=1.5,2"], 2, "--vary steps: expected a whole number"],
    [
      ["photo.png", "painting.png", "--vary", "optimizer=adam,lbfgs", "--beta1", "0.8"],
      2,
      "With optimizer lbfgs: --beta1",
    ],
    [["photo.png", "painting.png", "--vary", "content-layers=conv4_2,conv9_9"], 2, "has no layer conv9_9"],
    [["photo.png", "painting.png", "--vary", "model=pocket,vgg19"], 4, "With model vgg19: no weights of vgg19"],
    [["photo.png", "painting.png", "--vary", "style=painting.png"], 2, "expected CONTENT beside what --vary names"],
    [["photo.png", "--vary", "alpha=1,2"], 2, "expected CONTENT and STYLE"],
    [["photo.png", "--vary", "style=painting.png,gone.png"], 3, "gone.png"],
    [["-", "painting.png", "--vary", "alpha=1"], 2, "give files"],
    [["photo.png", "painting.png", "--vary", "alpha=1", "-o", "-"], 2, "--output: expected a folder"],
    [["photo.png", "painting.png", "--vary", "alpha=1", "--style-mask", "photo.png"], 2, "needs a mask of the photo"],
    [["photo.png", "painting.png", "--vary", "alpha=1-100", "--vary", "beta=1-9"], 2, "at most 400 pictures"],
    [["photo.png", "painting.png", "--vary", "alpha=1", "-o", "photo.png"], 1, "a part of this path is a file"],
  ])("%j is refused", async (args, status, part) => {
    const ended = await grid(args);
    expect(ended).toMatchObject({ status, stderr: expect.stringContaining(part) });
    expect(ended.stderr.trim().split("\n").at(-1)).toMatch(/^pastiche: /);
    expect(existsSync(at("photo-painting-grid"))).toBe(false);
  });
});

describe("a grid that is stopped, continued and extended", () => {
  const args = ["photo.png", "painting.png", "--vary", "alpha=0.1,0.5", "--vary", "style-scale=0.5,1", ...quick];
  const all = [
    "alpha-0.1_style-scale-0.5",
    "alpha-0.1_style-scale-1",
    "alpha-0.5_style-scale-0.5",
    "alpha-0.5_style-scale-1",
  ];
  /** Without the files of a cell that was stopped after its first step. */
  const made = () =>
    readdirSync(at("g"))
      .filter((name) => !name.endsWith(".ckpt"))
      .sort();
  const files = (names: string[]) =>
    [...names.map((name) => `${name}.png`), "grid.json", "index.html", "sheet.png"].sort();

  test("Ctrl-C keeps finished cells; the same command continues and does not repeat them", async () => {
    const stopped = await pastiche(["grid", ...args, "-o", "g", "--progress", "json"], {
      cwd,
      watch: (stderr, kill) => void (stderr.includes('"cell":3') && kill("SIGINT")),
    });
    expect(stopped.status).toBe(130);
    // If the test's process is slow, the signal comes one cell late.
    const done = Number(/Stopped with (\d) of 4 pictures\. To go on: the same command\./.exec(stopped.stderr)![1]);
    expect(done).toBeGreaterThanOrEqual(2);
    expect(made()).toEqual(files(all.slice(0, done)));
    expect(readFileSync(at("g", "index.html"), "utf8")).toContain(`Stopped with ${4 - done} of 4 not run`);
    const before = statSync(at("g", `${all[0]}.png`)).mtimeMs;
    const { status, stderr, stdout } = await grid([...args, "-o", "g"]);
    expect(stderr).toContain(`${done} of them are there already and are kept.`);
    expect([status, stdout.toString()]).toEqual([0, `${join("g", "index.html")}\n`]);
    expect(made()).toEqual(files(all));
    expect(statSync(at("g", `${all[0]}.png`)).mtimeMs).toBe(before);
    const more = await json([...args.map((word) => word.replace("0.1,0.5", "0.1,0.5,0.9")), "-o", "g"]);
    expect(more.cells).toHaveLength(6);
    expect(statSync(at("g", `${all[0]}.png`)).mtimeMs).toBe(before);
    // The curves of finished cells are still known.
    expect(more.cells.every(({ loss }: { loss: number }) => loss > 0)).toBe(true);
  });

  test("stopped within a cell, it continues there, with the same pixels and the whole curve", async () => {
    const one = [
      "photo.png",
      "painting.png",
      "--vary",
      "seed=7",
      "-s",
      "48",
      "-n",
      "60",
      "--levels",
      "1",
      "--threads",
      "1",
    ];
    expect((await grid([...one, "-o", "straight"])).status).toBe(0);
    const stopped = await pastiche(["grid", ...one, "-o", "bent", "--progress", "json"], {
      cwd,
      watch: (stderr, kill) => void (stderr.includes('"step":20,') && kill("SIGINT")),
    });
    expect(stopped).toMatchObject({ status: 130, stderr: expect.stringContaining("Stopped with 0 of 1 pictures") });
    // On a slow machine there are two checkpoints already.
    const left = readdirSync(at("bent")).filter((name) => !name.endsWith("~"));
    expect(left.sort()).toEqual(["grid.json", "index.html", "seed-7.png.ckpt", "sheet.png"]);
    const { status, stderr } = await grid([...one, "-o", "bent"]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Going on with seed 7 after step \d\d\.$/m);
    expect(readdirSync(at("bent")).sort()).toEqual(["grid.json", "index.html", "seed-7.png", "sheet.png"]);
    expect(readFileSync(at("bent", "seed-7.png")).equals(readFileSync(at("straight", "seed-7.png")))).toBe(true);
    const [bent, straight] = ["bent", "straight"].map((name) =>
      JSON.parse(readFileSync(at(name, "grid.json"), "utf8")),
    );
    expect(bent.cells[0].outcome.curves).toEqual(straight.cells[0].outcome.curves);
  });

  test("two at once may not use one folder; after a kill the next can begin", async () => {
    const long = [...args.slice(0, 6), "-s", "48", "-n", "100000", "--levels", "1", "--threads", "1", "-o", "busy"];
    let second: Promise<{ status: number | null; stderr: string }> | undefined;
    const { status } = await pastiche(["grid", ...long, "--progress", "json"], {
      cwd,
      watch(stderr, kill) {
        if (second || !stderr.includes('"step":2,')) return;
        second = grid(long);
        void second.then(() => kill("SIGKILL"));
      },
    });
    expect(status).toBe(null);
    expect(await second).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("busy is being filled by another"),
    });
    const next = await grid([...args, "-o", "busy"]);
    expect(next.status).toBe(0);
    expect(readdirSync(at("busy")).sort()).toEqual(files(all));
  });

  test("a single picture records how it was made, and is replayed to the pixel", async () => {
    const file = join("g", `${all[2]}.png`);
    const shown = await pastiche(["show", file], { cwd });
    expect(shown.stdout.toString()).toContain("--alpha 0.5 --style-scale 0.5");
    expect(
      (
        await pastiche(["replay", file, "-o", "again.png", "--content", "photo.png", "--style", "painting.png"], {
          cwd,
        })
      ).status,
    ).toBe(0);
    const [once, again] = [await readPicture(at(file)), await readPicture(at("again.png"))];
    expect(again.image.data).toEqual(once.image.data);
  });

  test("a folder of another grid is not overwritten without -f", async () => {
    const refused = await grid([...args, "-o", "g", "--tv", "0.9"]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("exists and was made otherwise") });
    expect((await grid([...args, "-o", "g", "--tv", "0.9", "-f"])).status).toBe(0);
    mkdirSync(at("mine"));
    writeFileSync(at("mine", "index.html"), "somebody's");
    const page = await grid([...args, "-o", "mine"]);
    expect(page).toMatchObject({ status: 1, stderr: expect.stringContaining("index.html exists already") });
    expect(readFileSync(at("mine", "index.html"), "utf8")).toBe("somebody's");
  });
});

describe.skipIf(!path)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    // A damaged network: its cells fail when they run.
    mkdirSync(at(".cache", "models"), { recursive: true });
    writeFileSync(at(".cache", "models", "vgg19.safetensors"), "nonsense");
    const vary = [
      "--vary",
      "model=pocket,vgg19",
      "--vary",
      "style=painting.png,<b>other.png",
      "--vary",
      "alpha=0.1,0.3",
    ];
    const { status, stderr } = await grid(["photo.png", ...vary, ...quick, "-o", "page"]);
    rmSync(at(".cache", "models"), { recursive: true });
    expect(stderr).toMatch(/^The first took \d+:\d\d: about \d+:\d\d for the other 7\.$/m);
    expect(stderr).toContain("4 of 8 failed");
    expect(status).toBe(1);
    browser = await startBrowser();
  }, 180_000);
  afterAll(() => browser?.close());

  test("three settings: a table for each value of the first; failures are marked", async () => {
    const { page, complaints } = await open(browser, at("page", "index.html"));
    expect(await page.locator("table").count()).toBe(2);
    expect(await page.locator("caption").allTextContents()).toEqual(["model pocket", "model vgg19"]);
    expect(await page.locator("table").first().locator("td img").count()).toBe(4);
    expect(await page.locator("table").last().locator(".none.bad").count()).toBe(4);
    expect(await page.locator("tbody th").first().textContent()).toBe("stylepainting.png");
    expect(await page.locator("tbody th").nth(1).textContent()).toBe("style<b>other.png");
    expect(await page.locator("header .bad").textContent()).toContain("4 of 8 failed");
    await page.locator("table").last().locator("td label").first().click();
    await expect.poll(() => page.locator("article:visible").count()).toBe(1);
    await expect.poll(() => page.locator("article:visible p.bad").textContent()).toContain("vgg19");
    await expect.poll(() => page.evaluate(() => [...document.images].every((one) => one.naturalWidth > 0))).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("arrow keys select a cell; its divider and its curves work", async () => {
    const { page, complaints } = await open(browser, at("page", "index.html"));
    await page.locator("td input").first().focus();
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => page.locator("article:visible h2").textContent())
      .toBe("model pocket, style painting.png, alpha 0.3");
    await expect.poll(() => new URL(page.url()).hash).toBe("#cell-2");
    await expect.poll(() => drawnLines(page, "#cell-2")).toEqual(expect.arrayContaining(["style conv1_1", "total"]));
    await expect.poll(() => page.locator("#cell-2 .where").textContent()).toBe(`after step ${steps}`);
    await page.locator("#cell-2 .compare input").focus();
    await page.keyboard.press("End");
    await expect.poll(() => cut(page, "#cell-2")).toBeCloseTo(100, 0);
    await page.keyboard.press("Home");
    await expect.poll(() => cut(page, "#cell-2")).toBeCloseTo(0, 0);
    await page.locator("#cell-2 select").selectOption({ label: "model pocket, style painting.png, alpha 0.1" });
    await expect
      .poll(() => page.locator("#cell-2 .tag.left").textContent())
      .toBe("model pocket, style painting.png, alpha 0.1");
    const other = await page.locator("#cell-1 .after img").getAttribute("src");
    await expect.poll(() => page.locator("#cell-2 .before img").getAttribute("src")).toBe(other);
    await page.locator("#cell-2 select").selectOption("");
    await expect.poll(() => page.locator("#cell-2 .tag.left").textContent()).toBe("photo");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([360, 1600])("fits a window of %i pixels", async (width) => {
    const { page } = await open(browser, at("page", "index.html"), { width, colorScheme: "dark" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await findings(page)).toEqual([]);
    await page.close();
  });

  test("the sheet has a place for every picture", async () => {
    const { image } = await readPicture(at("page", "sheet.png"));
    expect(image.width).toBeGreaterThan(2 * 48);
    expect(image.height).toBeGreaterThan(4 * 36);
  });
});
