/** Plans of jobs: nothing is loaded, run or measured. */
import { expect, test } from "vitest";
import { pocket } from "../models/index.ts";
import { average } from "../optimizers/average.ts";
import { adam } from "../optimizers/index.ts";
import { parseSettings, type SettingsInput } from "../settings/settings.ts";
import { edgesOf } from "./pictures/edges.ts";
import { levelsOf } from "./pictures/prepare.ts";
import { type PlanInput, planJob } from "./plan.ts";
import { terms } from "./step/terms.ts";

const eightIfItFits: PlanInput["precision"] = async (_, fits) => (fits ? "int8" : "fp32");

function plan(given: SettingsInput, more: Partial<PlanInput> = {}) {
  const settings = parseSettings(given);
  return planJob({
    settings,
    work: {
      extractor: { backbone: pocket },
      terms: terms(settings),
      optimizer: average(adam.make(settings.parameters as never)),
    },
    levels: levelsOf({ content: { width: 3000, height: 2000 } }, settings),
    workSize: edgesOf(settings).workSize,
    limit: Infinity,
    precision: async () => "fp32",
    ...more,
  });
}

test("a job that fits has no tiles, and all steps are counted", async () => {
  const { settings, levels, steps, work, peak } = await plan({ size: 512, steps: 10, firstSteps: 20 });
  expect(settings.tile).toBe("off");
  expect(levels.at(-1)).toMatchObject({ width: 512, height: 341 });
  expect(steps).toBe(20 + 10 * (levels.length - 1));
  expect(work.map(({ tiles }) => tiles)).toEqual(levels.map(() => 1));
  expect(peak).toBeGreaterThan(2e8);
});

test("under a limit it has the largest tiles that fit, and its predicted peak is below the limit", async () => {
  const limit = 1e9;
  const free = await plan({ size: 3000 });
  const { settings, work, peak } = await plan({ size: 3000 }, { limit });
  expect(free.peak).toBeGreaterThan(limit);
  expect(peak).toBeLessThanOrEqual(limit);
  expect(work.at(-1)!.tiles).toBeGreaterThan(1);
  expect(work[0]!.tiles).toBe(1);
  const larger = await plan({ size: 3000, tile: Number(settings.tile) + 256 }, { limit });
  expect(larger.peak).toBeGreaterThan(limit);
});

test("little room is left where it takes most of the limit", async () => {
  const { peak, tight } = await plan({ size: 512 });
  expect(tight).toBe(false);
  expect((await plan({ size: 512 }, { limit: 1.1 * peak })).tight).toBe(true);
  expect((await plan({ size: 512 }, { limit: 2 * peak })).tight).toBe(false);
});

test("eight bits may have smaller tiles, or be left out, or be refused if they were requested", async () => {
  const limit = 1e9;
  const floats = await plan({ size: 3000 }, { limit });
  const eight = await plan({ size: 3000 }, { limit, precision: eightIfItFits });
  expect(eight.precision).toBe("int8");
  expect(Number(eight.settings.tile)).toBeLessThanOrEqual(Number(floats.settings.tile));
  expect(eight.peak).toBeLessThanOrEqual(limit);
  const tight = { limit: floats.peak / 3, precision: eightIfItFits };
  await expect(plan({ size: 3000 }, { limit: 1e8 })).rejects.toMatchObject({ code: "resources" });
  await expect(plan({ size: 3000, precision: "int8" }, tight)).rejects.toMatchObject({ code: "resources" });
});

test("tiles keep as many features as there is memory for, and need less work then", async () => {
  const given = { size: 2048, tile: 512 } as const;
  const none = await plan(given, { limit: 8e9 });
  expect(none.keep).toEqual({ fp32: Infinity, int8: Infinity });
  expect((await plan(given, { keeps: true })).keep).toEqual(none.keep);
  expect((await plan({ size: 512 }, { limit: 8e9, keeps: true })).keep).toEqual(none.keep);
  const works: number[] = [];
  for (const spare of [1e6, 4e8, 1.2e9, 5e9]) {
    const limit = none.peak + spare;
    const { keep, peak, work } = await plan(given, { limit, keeps: true });
    expect(peak).toBeLessThanOrEqual(Math.min(limit, 2 * none.peak));
    expect(keep.int8).toBe(Infinity);
    works.push(work.at(-1)!.pixels / none.work.at(-1)!.pixels);
  }
  expect(works[0]).toBe(1);
  expect(works).toEqual(works.toSorted((a, b) => b - a));
  expect(works.at(-1)).toBeLessThan(0.85);
  const { settings, peak, work } = await plan({ size: 2048 }, { limit: 1.6e9, keeps: true });
  const without = await plan({ size: 2048 }, { limit: 1.6e9 });
  expect(settings).toEqual(without.settings);
  expect(peak).toBeGreaterThan(without.peak);
  expect(peak).toBeLessThanOrEqual(1.6e9);
  expect(work.at(-1)!.pixels).toBeLessThan(without.work.at(-1)!.pixels);
  const eight = await plan(given, { limit: none.peak + 1.5e9, keeps: true, precision: eightIfItFits });
  expect(eight.keep.int8).toBeLessThan(eight.keep.fp32);
});

test("given tiles, and those of a resumed job, are kept", async () => {
  expect((await plan({ size: 1024, tile: 256 })).settings.tile).toBe(256);
  expect((await plan({ size: 1024 }, { resumed: 320, limit: 1 })).settings.tile).toBe(320);
});

test("the largest size fits, and the next does not", async () => {
  for (const limit of [6e8, 2e9]) {
    const begun = performance.now();
    const { largest } = await plan({ size: 512 }, { limit });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(largest).toBeGreaterThan(1024);
    const tileAt = async (size: number) => Number((await plan({ size }, { limit })).settings.tile);
    expect(await tileAt(largest!)).toBeGreaterThanOrEqual(256);
    expect(await tileAt(largest! + 64)).toBeLessThan(256);
  }
  expect((await plan({ size: 512 })).largest).toBeUndefined();
});
