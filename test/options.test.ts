/**
 * Random options, from a program or a command line, give a picture or one clear error. Valid ones are really run, on a
 * toy network, with a step or two.
 */
import { Command } from "commander";
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { flagOf, readSettings, settingOptions } from "../src/cli/options/settings.ts";
import { UserError } from "../src/errors.ts";
import type { Image } from "../src/image/image.ts";
import { noiseImage } from "../src/image/noise.ts";
import * as recipes from "../src/recipes/index.ts";
import { allSettings, parseSettings, type SettingsInput } from "../src/settings/settings.ts";
import { countingRuntime, toyStylizer } from "../src/transfer/fixtures.case.ts";

vi.setConfig({ testTimeout: 600_000 });

const content = noiseImage({ width: 24, height: 17 }, 1);
const style = noiseImage({ width: 19, height: 21 }, 2);

/** Ends of ranges, values just beyond, and values that are not numbers. */
const odd = fc.constantFrom<unknown>(
  Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-300, 5e-324, 1e-30, 0.5, 1, 16, 1e12, 1.0000001e12,
  1e308, -1e308, -1, 12n, null, undefined, "", "0", "-0", "1e400", "0x10", "\n", "\u0000", "💥", true, false, [], {}, [1], [[]],
  { conv1_1: 1 }, { block5_conv1: 1e12, conv2_1: 0 }, { relu4_2: 1e-30 }, { "": 1 }, { conv9_9: 1 }, { conv1_1: "1" },
  { conv1_1: Number.NaN }, { conv3_1: 1, block3_conv1: 1 }, JSON.parse('{"__proto__":1}'), Object.create(null), Symbol("s"),
); // biome-ignore format: a list of oddities reads best as it is

/** Values that make a run long are excluded or small. */
const bounded: Record<string, readonly unknown[]> = {
  size: [16, 24, "content", 15, 16385, -16, Number.NaN],
  steps: [1, 2, 0, 1e7],
  firstSteps: [1, 2, 0.5],
  history: [1, 3, 0, 101],
};
const sensible: Record<string, readonly unknown[]> = {
  recipe: Object.keys(recipes),
  optimizer: ["adam", "lbfgs"],
  styleLoss: ["gram", "moments", "neighbors"],
  laplacianScales: [1, [4, 16], 3],
  roughnessScales: [[1, 2], 16],
  normalize: ["balanced", "paper", "mean", "elements"],
  color: ["style", "free", "match", "content", "luminance"],
  colorMap: ["symmetric", "pca", "cholesky", "transport"],
  contentTarget: ["mapped", "photo"],
  init: ["content", "noise", "style", "gray"],
  pooling: ["max", "average"],
  learningRate: [1e-30, 0.02, 10],
};
const names = [...allSettings.keys(), "__proto__", "constructor", "toString", "", "unknown", "parameters"];

const values = new Map([
  ...Object.entries(bounded).map(([name, some]) => [name, fc.constantFrom(...some)] as const),
  ...Object.entries(sensible).map(([name, some]) => [name, fc.oneof(fc.constantFrom(...some), odd)] as const),
]);
const entry = fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant(name), values.get(name) ?? odd));
const entries = fc.array(entry, { maxLength: 5 });

/** As a program passes them. */
function record(given: readonly (readonly [string, unknown])[]): SettingsInput {
  const settings = {};
  for (const [key, value] of given)
    Object.defineProperty(settings, key, { value, enumerable: true, configurable: true, writable: true });
  return settings;
}

/** As they are typed: `--flag text`. */
function typed(given: readonly (readonly [string, unknown])[]): SettingsInput {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of settingOptions()) command.addOption(option);
  const words = given.flatMap(([name, value]) => {
    const layers = typeof value === "object" && value !== null ? Object.entries(value) : undefined;
    const text = layers ? layers.map(([layer, weight]) => `${layer}:${String(weight)}`).join(",") : String(value);
    return [allSettings.has(name) ? flagOf(name) : `--${name}`, text];
  });
  return readSettings(command.parse(words, { from: "user" }).opts()).settings;
}

test("a thousand random options: a picture or one clear error", async () => {
  const runtime = await countingRuntime();
  const { stylizer } = toyStylizer(runtime);
  let [pictures, errors] = [0, 0];
  await fc.assert(
    fc.asyncProperty(entries, fc.boolean(), async (given, asTyped) => {
      const live = runtime.live;
      try {
        const own = asTyped ? typed(given) : record(given);
        // Recipes take hundreds of steps: limit what was not given.
        const short = { size: 24, steps: 1, firstSteps: 1, model: "auto" } as const;
        const settings = own instanceof Object ? { ...short, ...own } : own;
        parseSettings(settings, flagOf);
        const run = stylizer.stylize({ content, style, settings });
        let next = await run.next();
        while (!next.done) next = await run.next();
        expectPicture(next.value.image);
        pictures++;
      } catch (error) {
        // Commander's own error about an unknown flag or a missing value.
        if ((error as { code?: string }).code?.startsWith("commander.")) return;
        if (!(error instanceof UserError)) throw error;
        expect(["usage", "diverged"]).toContain(error.code);
        expect(error.message).toMatch(/^[^\n]{10,600}\.$/);
        errors++;
      }
      expect(runtime.live).toBe(live);
    }),
    { numRuns: 1000 },
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  // Both outcomes are common.
  expect(Math.min(pictures, errors)).toBeGreaterThan(150);
});

function expectPicture({ width, height, data }: Image): void {
  expect(data.length).toBe(3 * width * height);
  // The sides of a seamless picture are the nearest multiples of 16.
  expect(Math.max(width, height)).toBeLessThanOrEqual(32);
  expect(data.every((x) => x >= 0 && x <= 1)).toBe(true);
}
