/** The regions of a mask do not depend on the size of the result, and a mask without regions is refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { blank, type Image } from "../../src/image/image.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { folder, pastiche, png } from "./pastiche.ts";

const cwd = folder();
const few = ["-n", "1", "--first-steps", "1", "--min-size", "32", "--no-checkpoint", "-f", "-o", "out.png"];

/** Black, and white where `white` returns true. */
function mask(width: number, height: number, white: (x: number, y: number) => boolean): Image {
  const image = blank({ width, height });
  for (let i = 0; i < image.data.length; i++) {
    const at = i % (width * height);
    if (white(at % width, Math.floor(at / width))) image.data[i] = 1;
  }
  return image;
}

beforeAll(async () => {
  writeFileSync(join(cwd, "photo.png"), await png(600, 450));
  writeFileSync(join(cwd, "painting.png"), await png(64, 64));
  const masks = {
    dot: mask(600, 450, (x, y) => Math.abs(x - 300) < 6 && Math.abs(y - 200) < 6),
    lines: mask(2400, 1800, (x) => x % 100 < 4),
    black: mask(600, 450, () => false),
    tiny: mask(600, 450, (x, y) => x < 3 && y < 3),
  };
  for (const [name, image] of Object.entries(masks))
    writeFileSync(join(cwd, `${name}.png`), await encodePicture("png", { image }));
  const invisible = { image: mask(600, 450, () => true), alpha: new Float32Array(600 * 450).fill(0) };
  writeFileSync(join(cwd, "invisible.png"), await encodePicture("png", invisible));
});

test.each([
  ["dot.png", /Regions: #ffffff \(less than 1%\) like painting.png; #000000 \(100%\) stays as it is\./],
  ["lines.png", /Regions: #ffffff \(4%\) like painting.png; #000000 \(96%\) stays as it is\./],
])("%s has the same regions at every size", async (name, regions) => {
  for (const size of ["32", "64", "256"]) {
    const args = ["photo.png", "painting.png", "--mask", name, "-s", size, ...few];
    const { status, stderr } = await pastiche(args, { cwd });
    expect({ size, status, stderr }).toEqual({ size, status: 0, stderr: expect.stringMatching(regions) });
  }
});

test.each(["black.png", "tiny.png", "invisible.png"])("%s is refused", async (name) => {
  for (const masks of [
    ["--mask", name],
    ["--mask", "lines.png", "--style-mask", name],
  ]) {
    const { status, stderr } = await pastiche(["photo.png", "painting.png", ...masks, "-s", "64", ...few], { cwd });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("is black all over") });
  }
});
