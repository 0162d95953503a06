import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cachedMeasurement } from "./measurement-cache.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pastiche-"));
  vi.stubEnv("PASTICHE_HOME", join(home, "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const file = () => join(home, "cache", "measured.json");

test("measures once for each software, whatever the answer", async () => {
  const measure = vi.fn(async () => measure.mock.calls.length > 1);
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(false);
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(false);
  expect(await cachedMeasurement("fast", "1.1", measure)).toBe(true);
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(false);
  expect(measure).toHaveBeenCalledTimes(2);
  expect(Object.values(JSON.parse(readFileSync(file(), "utf8")))).toEqual([false, true]);
});

test("a failed measurement is thrown and not cached", async () => {
  await expect(cachedMeasurement("fast", "1.0", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
});

test("an undefined answer counts as no and is not cached", async () => {
  expect(await cachedMeasurement("fast", "1.0", async () => undefined)).toBe(false);
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
});

test("a manual entry overrides the measurement", async () => {
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
  writeFileSync(file(), '{ "fast": false }');
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(false);
});

test.each(["", "[1, 2]", "null", '{ "fast": "yes" }', "\0\0"])("a cache file with %j is replaced", async (text) => {
  await cachedMeasurement("other", "1.0", async () => true);
  writeFileSync(file(), text);
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
  expect(await cachedMeasurement("fast", "1.0", async () => false)).toBe(true);
});

test("an unwritable cache is not an error", async () => {
  writeFileSync(join(home, "cache"), "a file in its place");
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
  expect(await cachedMeasurement("fast", "1.0", async () => false)).toBe(false);
});
