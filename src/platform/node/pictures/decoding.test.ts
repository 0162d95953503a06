/** Large pictures are reduced by the decoder, and refused where reading them takes more memory than there may be. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { resize } from "../../../image/resize.ts";
import { decodedSize } from "./decoding.ts";
import { readPicture } from "./read.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pastiche-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A picture of smooth colours with some detail, a little over 16 megapixels unless another size is asked for. */
async function large(format: "jpeg" | "png", { width, height, depth = 8 } = { width: 4608, height: 3712, depth: 8 }) {
  const values = Uint8Array.from({ length: 3 * 36 * 29 }, (_, i) => 40 + ((i * 37) % 150));
  const picture = sharp(values, { raw: { width: 36, height: 29, channels: 3 } }).resize(width, height, { fit: "fill" });
  const deep = depth === 16 ? picture.toColourspace("rgb16") : picture;
  return format === "jpeg" ? deep.jpeg({ quality: 95 }).toBuffer() : deep.png({ compressionLevel: 1 }).toBuffer();
}

describe("the decoder", () => {
  test("reduces what is large and far larger than it is wanted, to at least twice that", () => {
    expect(decodedSize({ width: 8000, height: 6000 }, 512)).toEqual({ width: 1143, height: 857 });
    expect(decodedSize({ width: 6000, height: 8000 }, 128)).toEqual({ width: 194, height: 258 });
    expect(decodedSize({ width: 8000, height: 6000 }, 2000)).toEqual({ width: 4000, height: 3000 });
    expect(decodedSize({ width: 8000, height: 6000 }, 2001)).toBeUndefined();
    expect(decodedSize({ width: 8000, height: 6000 })).toBeUndefined();
    expect(decodedSize({ width: 4096, height: 4096 }, 128)).toBeUndefined();
  });

  test.each(["jpeg", "png"] as const)("gives of a large %s what the whole picture does, nearly", async (format) => {
    const bytes = await large(format);
    const reduced = await readPicture(bytes, { longSide: 300 });
    expect(reduced.size).toEqual({ width: 4608, height: 3712 });
    const whole = await readPicture(bytes, { longSide: 1153 });
    const expected = resize(whole.image, { width: 300, height: 242 });
    expect(reduced.image).toMatchObject({ width: 300, height: 242 });
    const apart = reduced.image.data.map((x, i) => Math.abs(x - expected.data[i]!));
    expect(apart.reduce((a, b) => Math.max(a, b))).toBeLessThan(4 / 255);
    expect(apart.reduce((sum, x) => sum + x, 0) / apart.length).toBeLessThan(1 / 255);
  });

  test("keeps 16 bits", async () => {
    const picture = await readPicture(await large("png", { width: 4608, height: 3712, depth: 16 }), { longSide: 300 });
    expect(picture.depth).toBe(16);
    const fine = picture.image.data.filter((x) => Math.abs(x * 255 - Math.round(x * 255)) > 0.1);
    expect(fine.length).toBeGreaterThan(0.5 * picture.image.data.length);
  });
});

describe("memory", () => {
  test("is not taken for what is not wanted: 24 megapixels in a process of their own", async () => {
    const path = join(folder, "large.jpg");
    await writeFile(path, await large("jpeg", { width: 6000, height: 4000, depth: 8 }));
    const taken = (longSide: number) => {
      const module = (name: string) =>
        JSON.stringify(new URL(`../../../../dist/platform/node/${name}.js`, import.meta.url).href);
      const script = `
        const { readPicture } = await import(${module("pictures/read")});
        const { peakSoFar } = await import(${module("memory")});
        await readPicture(${JSON.stringify(path)}, { longSide: ${longSide} });
        console.log(peakSoFar());`;
      const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
      expect(child.stderr).toBe("");
      return Number(child.stdout);
    };
    // Node and sharp alone are about 75 MB; the decoded picture is 72 MB.
    expect(taken(128)).toBeLessThan(115e6);
    expect(taken(2000)).toBeGreaterThan(140e6);
  });

  test("that it needs and may not have is an error, in plain words", async () => {
    const bytes = await large("png");
    const attempt = readPicture(bytes, { name: "large.png", memory: 9e7 });
    await expect(attempt).rejects.toMatchObject({ code: "resources" });
    await expect(attempt).rejects.toThrow(
      /^large\.png has 4608 x 3712 pixels; reading it needs about \d+ MB of memory/,
    );
    await expect(readPicture(bytes, { longSide: 100, memory: 2e9 })).resolves.toBeDefined();
  });
});
