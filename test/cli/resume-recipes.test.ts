/** Jobs of other recipes, killed while a checkpoint is being written, are resumed with the same bytes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { folder, pastiche, png } from "./pastiche.ts";

const home = folder();
const faults = fileURLToPath(new URL("faults.mjs", import.meta.url));

test.each(["tensorflow", "neural-style", "neighbors"])("a job of the recipe %s", async (recipe) => {
  const flags = [
    "--recipe",
    recipe,
    "-s",
    "40",
    "-n",
    "12",
    "--first-steps",
    "12",
    "--threads",
    "1",
    "--save-every",
    "0",
  ];
  const cwd = join(home, recipe);
  mkdirSync(cwd);
  const at = (name: string) => join(cwd, name);
  writeFileSync(at("photo.png"), await png(61, 45));
  writeFileSync(at("painting.png"), await png(70, 70));
  const args = ["photo.png", "painting.png", ...flags];
  expect((await pastiche([...args, "-o", "straight.png"], { cwd })).status).toBe(0);
  const env = { NODE_OPTIONS: `--import ${faults}`, FAULT: "SIGKILL:20" };
  expect((await pastiche([...args, "--checkpoint-every", "0.001", "-o", "out.png"], { cwd, env })).status).toBe(null);
  const { stderr, status } = await pastiche(["resume", "out.png.ckpt"], { cwd });
  expect(stderr).toContain("Going on after step");
  expect(status).toBe(0);
  expect(readFileSync(at("out.png")).equals(readFileSync(at("straight.png")))).toBe(true);
});
