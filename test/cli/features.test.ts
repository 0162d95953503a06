/** `pastiche features`: the sheet is written to the given file, and invalid arguments are refused before anything runs. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { folder, pastiche, png } from "./pastiche.ts";

const cwd = folder();
beforeAll(async () => writeFileSync(join(cwd, "photo.png"), await png(61, 45)));

const features = (...args: string[]) => pastiche(["features", "photo.png", "-s", "64", ...args], { cwd });

test("a sheet of the usual layers, its memory, and its name on standard output", async () => {
  const { status, stdout, stderr } = await features();
  expect(stderr).toMatch(/^64x47, about \d+ MB of memory\n$/);
  expect(status).toBe(0);
  expect(stdout.toString()).toBe("photo-features.png\n");
  const { image } = await readPicture(join(cwd, "photo-features.png"));
  expect(image.width).toBeGreaterThan(900);
  expect(image.height).toBeGreaterThan(2000);
});

test("one layer, few maps, through a pipe", async () => {
  const input = await png(61, 45);
  const args = ["features", "-", "--layer", "block4_conv2", "--maps", "4", "--show", "maps", "--map-size", "32"];
  const { status, stdout } = await pastiche(args, { cwd, input });
  expect(status).toBe(0);
  const { image } = await readPicture(stdout);
  expect(image).toMatchObject({ width: 8 + 4 * 40 });
});

test.each([
  [["--layer", "conv9_9"], /slim has no layer conv9_9\. Its layers: conv1_1/],
  [["--layer", "conv1_1,"], /slim has no layer \. Its layers: conv1_1/],
  [["--size", "8"], /--size: expected a whole number from 16 to 2048, got "8"/],
  [["--maps", "0"], /--maps: expected a whole number/],
  [["--runtime", "abacus"], /--runtime: expected one of auto/],
  [["--contrast", "much"], /Allowed choices are map, layer/],
  [["-o", "sheet.bmp"], /sheet\.bmp/],
])("%j is a usage error", async (args, message) => {
  const { status, stderr } = await features(...args, ...(args[0] === "-o" ? [] : ["-o", "never.png"]));
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
  expect(existsSync(join(cwd, "never.png"))).toBe(false);
});

test("an existing file is not replaced without -f", async () => {
  expect((await features("-o", "photo.png")).stderr).toMatch(/photo\.png exists already/);
});
