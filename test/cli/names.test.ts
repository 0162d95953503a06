/** Names: as long as file systems take them, and what people type who come from other programs. */
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
  test("the default name is shortened, the same each time, with room for what stands beside it", async () => {
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

  test.each([240, 245, 246, 250, 255])("of %i bytes: nothing is complained of, and it is resumed", async (length) => {
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
