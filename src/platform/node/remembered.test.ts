import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { remembered } from "./remembered.ts";

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
  expect(await remembered("fast", "1.0", measure)).toBe(false);
  expect(await remembered("fast", "1.0", measure)).toBe(false);
  expect(await remembered("fast", "1.1", measure)).toBe(true);
  expect(await remembered("fast", "1.0", measure)).toBe(false);
  expect(measure).toHaveBeenCalledTimes(2);
  expect(Object.values(JSON.parse(readFileSync(file(), "utf8")))).toEqual([false, true]);
});

test("a failure to measure is thrown and not kept", async () => {
  await expect(remembered("fast", "1.0", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await remembered("fast", "1.0", async () => true)).toBe(true);
});

test("no answer is no, and is asked again", async () => {
  expect(await remembered("fast", "1.0", async () => undefined)).toBe(false);
  expect(await remembered("fast", "1.0", async () => true)).toBe(true);
});

test("an answer by hand goes before what was measured", async () => {
  expect(await remembered("fast", "1.0", async () => true)).toBe(true);
  writeFileSync(file(), '{ "fast": false }');
  expect(await remembered("fast", "1.0", async () => true)).toBe(false);
});

test.each(["", "[1, 2]", "null", '{ "fast": "yes" }', "\0\0"])(
  "a file that holds %j is measured over",
  async (text) => {
    await remembered("other", "1.0", async () => true);
    writeFileSync(file(), text);
    expect(await remembered("fast", "1.0", async () => true)).toBe(true);
    expect(await remembered("fast", "1.0", async () => false)).toBe(true);
  },
);

test("a cache that cannot be written is no error", async () => {
  writeFileSync(join(home, "cache"), "a file in its place");
  expect(await remembered("fast", "1.0", async () => true)).toBe(true);
  expect(await remembered("fast", "1.0", async () => false)).toBe(false);
});
