/** `pastiche reconstruct`: one layer gives a picture, all layers give a sheet. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { readPictureText } from "../../src/platform/pictures/text.ts";
import { folder, pastiche, png, scene } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const reconstruct = (...args: string[]) => pastiche(["reconstruct", "photo.png", "--threads", "1", ...args], { cwd });

beforeAll(async () => writeFileSync(at("photo.png"), await png(48, 32)));

test("an early layer preserves the picture; the settings are in the file, with only its own term", async () => {
  const { status, stdout } = await reconstruct("--layer", "block1_conv1", "-s", "48", "-n", "200");
  expect(status).toBe(0);
  expect(stdout.toString()).toBe("photo-conv1_1.png\n");
  const { image } = await readPicture(at("photo-conv1_1.png"));
  const whole = scene(48, 32).data;
  const error = Math.sqrt(image.data.reduce((sum, x, i) => sum + (x - whole[i]!) ** 2, 0) / whole.length);
  // Noise of deviation .2 around grey is about .35 away.
  expect(error).toBeLessThan(0.15);
  const { settings } = JSON.parse(readPictureText(readFileSync(at("photo-conv1_1.png"))).pastiche!);
  expect(settings).toMatchObject({ contentLayers: { conv1_1: 1 }, styleLayers: {}, tv: 0, init: "noise", levels: 1 });
});

test("can be shown and made again", async () => {
  const shown = await pastiche(["show", "photo-conv1_1.png"], { cwd });
  expect(shown.stdout.toString()).toContain("--content-layers conv1_1 --style-layers none");
  expect((await pastiche(["replay", "photo-conv1_1.png", "--threads", "1"], { cwd })).status).toBe(0);
  const pixels = async (name: string) => (await readPicture(at(name))).image.data;
  expect(await pixels("photo-conv1_1-replay.png")).toEqual(await pixels("photo-conv1_1.png"));
});

test("all layers on one sheet, of one kind or both", async () => {
  const { status, stdout } = await reconstruct("-s", "32", "-n", "2");
  expect(status).toBe(0);
  expect(stdout.toString()).toBe("photo-layers.png\n");
  const both = (await readPicture(at("photo-layers.png"))).image;
  await reconstruct("-s", "32", "-n", "2", "--kind", "style", "-o", "style.png");
  const one = (await readPicture(at("style.png"))).image;
  expect(one.width).toBe(both.width);
  // The picture and five places, each 32 wide with a gap of 8.
  expect(one.width).toBe(8 + 6 * 40);
  expect(both.height).toBeGreaterThan(one.height + 30);
});

test.each([
  [["--layer", "conv9_1"], /slim has no layer conv9_1/],
  [["--kind", "colour"], /Allowed choices are content, style/],
  [["--alpha", "1"], /unknown option '--alpha'/],
  [["-n", "0"], /--steps: expected at least 1/],
  [["--save-every", "10"], /has no snapshots and no report/],
])("%j is a usage error", async (args, message) => {
  const { status, stderr } = await reconstruct(...args, "-o", "never.png");
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});
