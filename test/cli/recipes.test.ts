/** Recipes at the command line: listed, explained, selected, overridden, recorded in results. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import * as recipes from "../../src/recipes/index.ts";
import { folder, pastiche, png } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const pixels = async (name: string) => (await readPicture(at(name))).image;
const small = ["-s", "48", "-n", "4"];

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png());
  writeFileSync(at("painting.png"), await png(40, 50));
});

test("are listed, with a sentence each", async () => {
  const { stdout } = await pastiche(["recipes"], { cwd });
  const lines = stdout.toString().trim().split("\n");
  expect(lines.map((line) => line.split(" ")[0])).toEqual(Object.keys(recipes));
  for (const line of lines) expect(line).toMatch(/^\S+ +[A-Z].*\.$/);
  const json = JSON.parse((await pastiche(["recipes", "--json"], { cwd })).stdout.toString());
  expect(json).toContainEqual({ name: "gatys", summary: recipes.gatys.summary });
});

test("are explained, and in full they do the same as by name", async () => {
  const { stdout } = await pastiche(["recipes", "neural-style"], { cwd });
  const text = stdout.toString();
  expect(text).toContain(recipes["neural-style"].summary);
  expect(
    Math.max(
      ...text
        .split("\n")
        .filter((line) => !line.startsWith("  "))
        .map((line) => line.length),
    ),
  ).toBeLessThan(101);
  const words = /In full:\n {2}pastiche PHOTO PAINTING (.*)/.exec(text)![1]!.split(" ");
  expect(words.slice(-2)).toEqual(["--save-every", "100"]);
  const pictures = ["photo.png", "painting.png"];
  const kept = words
    .slice(0, -2)
    .filter((word, i, all) => !/^--(size|steps)$/.test(word) && !/^--(size|steps)$/.test(all[i - 1] ?? ""));
  expect((await pastiche([...pictures, ...kept, ...small, "-o", "full.png"], { cwd })).status).toBe(0);
  expect((await pastiche([...pictures, "--recipe", "neural-style", ...small, "-o", "short.png"], { cwd })).status).toBe(
    0,
  );
  expect(await pixels("full.png")).toEqual(await pixels("short.png"));
  const unknown = await pastiche(["recipes", "soup"], { cwd });
  expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining("one of balanced, eager,") });
});

test("a result records its recipe and what differs from it; replay keeps or changes it", async () => {
  const args = ["photo.png", "painting.png", "--recipe", "keras", ...small, "--seed", "4", "-o", "keras.png"];
  expect((await pastiche(args, { cwd })).status).toBe(0);
  const { stdout } = await pastiche(["show", "keras.png"], { cwd });
  expect(stdout.toString()).toBe(
    "pastiche photo.png painting.png --recipe keras --size 48 --model slim --steps 4 --seed 4\n",
  );
  expect((await pastiche(["replay", "keras.png"], { cwd })).status).toBe(0);
  expect(await pixels("keras-replay.png")).toEqual(await pixels("keras.png"));
  const other = ["replay", "keras.png", "--with", "recipe=gatys", "-o", "gatys.png"];
  expect((await pastiche(other, { cwd })).status).toBe(0);
  expect((await pastiche(["show", "gatys.png"], { cwd })).stdout.toString()).toContain(
    "--recipe gatys --size 48 --model slim --steps 4 --seed 4\n",
  );
});

test("snapshots are the recipe's, unless others are given or the output is no file", async () => {
  const args = ["photo.png", "painting.png", "--recipe", "eager", "-s", "16", "-n", "100"];
  expect((await pastiche([...args, "-o", "eager.png"], { cwd })).status).toBe(0);
  expect(existsSync(at("eager-0100.png"))).toBe(true);
  expect((await pastiche([...args, "--save-every", "0", "-o", "none.png"], { cwd })).status).toBe(0);
  expect(existsSync(at("none-0100.png"))).toBe(false);
  const piped = await pastiche([...args, "-o", "-"], { cwd });
  expect(piped.status).toBe(0);
  expect(piped.stdout.subarray(1, 4).toString()).toBe("PNG");
});
