/** `pastiche texture`: a job without a photo can be shown, stopped, resumed and replayed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { readPictureText } from "../../src/platform/pictures/text.ts";
import { folder, pastiche, png } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const few = ["-n", "3", "--first-steps", "3", "--min-size", "32", "--threads", "1"];
const texture = (...args: string[]) => pastiche(["texture", "painting.png", ...args], { cwd });

beforeAll(async () => writeFileSync(at("painting.png"), await png(70, 60)));

test("has the given sides, is named after the painting, and records how it was made", async () => {
  const { status, stdout } = await texture("-s", "64x48", "--tile", ...few);
  expect(status).toBe(0);
  expect(stdout.toString()).toBe("painting-texture.png\n");
  const { image } = await readPicture(at("painting-texture.png"));
  expect(image).toMatchObject({ width: 64, height: 48 });
  const made = JSON.parse(readPictureText(readFileSync(at("painting-texture.png"))).pastiche!);
  expect(made).not.toHaveProperty("content");
  expect(made.settings).toMatchObject({ size: "64x48", seamless: true });
  const shown = await pastiche(["show", "painting-texture.png"], { cwd });
  expect(shown.stdout.toString()).toBe(
    "pastiche texture painting.png --size 64x48 --model slim --steps 3 --first-steps 3 --min-size 32 --seamless\n",
  );
});

test("is replayed from its record, to the pixel", async () => {
  const { status } = await pastiche(["replay", "painting-texture.png", "--threads", "1"], { cwd });
  expect(status).toBe(0);
  const pixels = async (name: string) => (await readPicture(at(name))).image.data;
  expect(await pixels("painting-texture-replay.png")).toEqual(await pixels("painting-texture.png"));
});

test("is resumed after Ctrl-C, with the same bytes", async () => {
  // The choice of auto may differ from run to run.
  const args = ["-s", "64", "-n", "40", "--levels", "1", "--threads", "1", "--precision", "fp32"];
  expect((await texture(...args, "-o", "whole.png")).status).toBe(0);
  const stopped = await pastiche(["texture", "painting.png", ...args, "-o", "cut.png", "--progress", "json"], {
    cwd,
    watch: (stderr, kill) => {
      if (stderr.includes('"step":5,')) kill("SIGINT");
    },
  });
  expect(stopped.status).toBe(130);
  const resumed = await pastiche(["resume", "cut.png.ckpt"], { cwd });
  expect(resumed.status).toBe(0);
  expect(readFileSync(at("cut.png")).equals(readFileSync(at("whole.png")))).toBe(true);
});

test("--tile with a number means tiles, as everywhere", async () => {
  await texture("-s", "64x48", "--tile", "64", "-o", "tiles.png", ...few);
  const made = JSON.parse(readPictureText(readFileSync(at("tiles.png"))).pastiche!);
  expect(made.settings).toMatchObject({ tile: 64, seamless: false });
});

test.each([
  [["-s", "100x64", "--tile"], /the nearest to 100x64 is 96x64/],
  [["-s", "content"], /a texture has no photo/],
  [["--color", "content"], /color: content needs a photo/],
  [["-s", "1024x"], /--size: expected a whole number/],
  [["--alpha", "1"], /unknown option '--alpha'/],
])("%j is a usage error", async (args, message) => {
  const { status, stderr } = await texture(...args, "-o", "never.png");
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

test("a photo with two sides is a usage error too", async () => {
  const { status, stderr } = await pastiche(["painting.png", "painting.png", "-s", "64x64", "-o", "never.png"], {
    cwd,
  });
  expect(stderr).toMatch(/WIDTHxHEIGHT is for textures/);
  expect(status).toBe(2);
});
