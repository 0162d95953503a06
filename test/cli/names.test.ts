/** File names at the length limit, and words that users of other programs type. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, pastiche, png, quick } from "./pastiche.ts";

const cwd = folder();
const photo = `${"Foto von der See \u{1f30a} ".repeat(9).trim()}.png`;
const painting = `${"ä".repeat(100)}.png`;
beforeAll(async () => {
  for (const name of [photo, painting, "photo.png", "painting.png"]) writeFileSync(join(cwd, name), await png());
});
const files = () => readdirSync(cwd).filter((name) => name !== ".cache");

describe("long names", () => {
  test("the default name is shortened deterministically, with room for the names of files beside it", async () => {
    const before = files();
    const args = [photo, painting, ...quick, "--save-at", "2", "--keep-checkpoint", "--quiet"];
    expect(await pastiche(args, { cwd })).toMatchObject({ status: 0, stderr: "" });
    const made = files().filter((name) => !before.includes(name));
    expect(made).toHaveLength(3);
    for (const name of made) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name.startsWith("Foto von der See \u{1f30a} Foto")).toBe(true);
    }
    expect(await pastiche(args, { cwd })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("exists already"),
    });
    for (const command of ["reconstruct", "features"])
      expect(
        await pastiche(
          [command, painting, "-s", "32", ...(command === "features" ? [] : ["-n", "1", "--layer", "conv1_1"])],
          { cwd },
        ),
      ).toMatchObject({ status: 0 });
  });

  test.each([240, 245, 246, 250, 255])("of %i bytes work and can be resumed", async (length) => {
    const output = `${"x".repeat(length - 4)}.png`;
    const env = { NODE_OPTIONS: `--import ${join(import.meta.dirname, "faults.mjs")}`, FAULT: "SIGKILL:8" };
    const stop = ["photo.png", "painting.png", ...quick, "-o", output, "--checkpoint-every", "0.001"];
    expect((await pastiche(stop, { cwd, env })).status).toBe(null);
    const kept = files().find((name) => /\.ckpt~?$/.test(name) && name.startsWith("xxx"))!;
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(255);
    // By the checkpoint's name, or the picture's.
    const resumed = await pastiche(["resume", length === 246 ? output : kept], { cwd });
    expect({ status: resumed.status, stderr: resumed.stderr }).toEqual({
      status: 0,
      stderr: expect.not.stringMatching(/could not|pastiche:/),
    });
    expect(files()).toContain(output);
    expect(files().filter((name) => name.startsWith("xxx") && !name.endsWith(".png"))).toEqual([]);
  });
});

describe("words of other programs", () => {
  test.each([
    [["-style_weight", "5"], "-style_weight: here it is --beta or --style-weight, on another scale"],
    [["-num_iterations=500"], "-num_iterations=500: here it is -n (steps at every level)."],
    [["-output_image", "out.png"], "-output_image: here it is -o FILE."],
    [["-seed", "3"], "-seed: here it is --seed."],
    [["-content_image", "photo.png"], "-content_image: the photo comes first, without a flag"],
    [["--content", "photo.png"], "error: unknown option '--content': the photo comes first, without a flag"],
    [["--iterations", "500"], "error: unknown option '--iterations': here it is -n (steps at every level)"],
    [["--preserve_colors"], "error: unknown option '--preserve_colors': here it is --color content"],
  ])("%s", async (words, hint) => {
    const plain = await pastiche(["photo.png", "painting.png", ...words], { cwd });
    expect(plain).toMatchObject({ status: 2, stderr: expect.stringContaining(hint) });
    const json = await pastiche(["photo.png", "painting.png", ...words, "--progress", "json"], { cwd });
    expect(JSON.parse(json.stderr)).toMatchObject({ type: "error", code: "usage" });
  });

  test("short flags may be combined", async () => {
    expect(await pastiche(["photo.png", "painting.png", ...quick, "-fqo", "together.png"], { cwd })).toMatchObject({
      status: 0,
    });
  });

  test("a result's name given without -o", async () => {
    const there = await pastiche(["photo.png", "painting.png", "photo.png", ...quick, "-f"], { cwd });
    const note =
      "Painting like painting.png and photo.png together, to photo-painting-photo.png (-o gives another name).";
    expect(there).toMatchObject({ status: 0, stderr: expect.stringContaining(note) });
    expect(await pastiche(["photo.png", "painting.png", "new.png", ...quick], { cwd })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("If the result is to be called so: -o new.png."),
    });
  });
});

test("a name that is not UTF-8 gives an error about that", async () => {
  const shell = "$'caf\\xe9.png' painting.png";
  expect(await pastiche([], { cwd, shell })).toMatchObject({
    status: 3,
    stderr: expect.stringContaining("is not UTF-8"),
  });
});

test("the limits of a picture can be raised", async () => {
  writeFileSync(join(cwd, "wide.png"), await png(20_000, 40));
  const args = [
    "wide.png",
    "painting.png",
    "-s",
    "800",
    "-n",
    "1",
    "--first-steps",
    "1",
    "--levels",
    "1",
    "-f",
    "-o",
    "w.png",
  ];
  const refused = await pastiche(args, { cwd });
  expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining("a side may have at most 16384") });
  expect(refused.stderr).toContain("--max-pixels");
  expect(await pastiche([...args, "--max-pixels", "100"], { cwd })).toMatchObject({ status: 0 });
  expect(await pastiche([...args, "--max-pixels", "300"], { cwd })).toMatchObject({ status: 2 });
});
