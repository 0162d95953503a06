/** Every recipe runs on the bundled network, small and with few steps. */
import { afterAll, expect, test } from "vitest";
import { createStylizer } from "../src/node.ts";
import * as recipes from "../src/recipes/index.ts";
import type { Recipe } from "../src/recipes/recipe.ts";
import { scene } from "./cli/pastiche.ts";

const stylizer = await createStylizer({ runtime: "cpu", threads: 1 });
afterAll(() => stylizer.dispose());

test.each(Object.entries<Recipe>(recipes))("%s", async (name, { settings }) => {
  const few = { model: "pocket", size: 64, minSize: 32, steps: 12, firstSteps: 12 } as const;
  const job = {
    content: scene(64, 48),
    style: scene(48, 48),
    settings: { ...few, recipe: name as keyof typeof recipes },
  };
  const losses: number[] = [];
  const levels: number[] = [];
  const run = stylizer.stylize(job);
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      expect(value.image.data.every((x) => x >= 0 && x <= 1)).toBe(true);
      expect(new Set(value.image.data).size).toBeGreaterThan(100);
      break;
    }
    if (value.type === "start") levels.push(...value.levels.map(({ width }) => width));
    if (value.type === "step") losses.push(value.loss);
  }
  expect(levels).toEqual(settings.levels === 1 ? [64] : [32, 45, 64]);
  expect(losses.every(Number.isFinite)).toBe(true);
  // Within the first level, where the loss is one function; L-BFGS rejects steps that do not help.
  expect(Math.min(...losses.slice(1, 12))).toBeLessThan(losses[0]!);
});
