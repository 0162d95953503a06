/** `pastiche plan`: the forecast of a job; a memory limit is kept or refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { folder, pastiche, scene } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const files = ["photo.png", "painting.png", "--model", "pocket", "--threads", "1"];
const short = ["-s", "640", "--levels", "1", "-n", "2", "--precision", "fp32"];

beforeAll(async () => {
  writeFileSync(at("photo.png"), await encodePicture("png", { image: scene(300, 200) }));
  writeFileSync(at("painting.png"), await encodePicture("png", { image: scene(200, 220) }));
});

interface Plan {
  readonly tile: number | "off";
  readonly peak: number;
  readonly seconds: number;
  readonly levels: readonly { readonly width: number }[];
}

async function plan(...more: string[]): Promise<Plan> {
  const { status, stdout, stderr } = await pastiche(["plan", ...files, ...short, ...more, "--json"], { cwd });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return JSON.parse(stdout.toString());
}

test("a plan has sizes, steps, tiles, memory and time in one line, and paints nothing", async () => {
  const { status, stdout } = await pastiche(["plan", ...files, ...short], { cwd });
  expect(status).toBe(0);
  expect(stdout.toString()).toMatch(/^640x427 in one level, 2 steps, whole, about \d+ MB of memory, about \d+ s\n$/);
});

test("a limit below what the whole picture needs is kept in tiles, and the picture is the same", async () => {
  const whole = await plan();
  expect(whole).toMatchObject({ tile: "off", levels: [{ width: 640 }] });
  expect(whole.seconds).toBeGreaterThan(0);
  const limit = Math.floor(whole.peak * 0.9);
  const tiled = await plan("--memory", `${limit}`);
  expect(tiled.tile).toEqual(expect.any(Number));
  expect(tiled.peak).toBeLessThanOrEqual(limit);

  const rate = ["--lr", "0.002"];
  const straight = await pastiche([...files, ...short, ...rate, "-o", "whole.png"], { cwd });
  expect(straight.stderr).toContain("whole");
  const small = await pastiche([...files, ...short, ...rate, "--memory", `${limit}`, "-o", "tiled.png"], { cwd });
  expect(small.stderr).toContain(`tiles of ${tiled.tile}`);
  expect([straight.status, small.status]).toEqual([0, 0]);
  const [a, b] = [(await readPicture(at("whole.png"))).image.data, (await readPicture(at("tiled.png"))).image.data];
  expect(b).toHaveLength(a.length);
  expect(a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)).toBeLessThan(1.5 / 255);
});

test.each([
  [["--memory", "20MB"], 5, /needs about \d+ MB of memory, and it may take 20 MB\. Use a smaller size/],
  [["--memory", "much"], 2, /--memory: expected an amount as in 2GB or 800MB, got "much"/],
  [["--tile", "5"], 2, /--tile: expected at least 64, got 5/],
])("%j is refused before any work", async (more, code, words) => {
  for (const command of [["plan"], []]) {
    const { status, stderr } = await pastiche([...command, ...files, ...short, ...more], { cwd });
    expect(stderr).toMatch(words);
    expect(status).toBe(code);
  }
});
