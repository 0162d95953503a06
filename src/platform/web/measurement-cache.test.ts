import { afterEach, expect, test, vi } from "vitest";
import { cachedMeasurement } from "./measurement-cache.ts";

afterEach(() => void vi.unstubAllGlobals());

/** A browser whose cache storage is `kept`; `undefined` for a page that may keep nothing. */
function browser(kept: Map<string, Response> | undefined, userAgent = "Browser 1"): void {
  vi.stubGlobal("navigator", { userAgent, hardwareConcurrency: 2 });
  const cache = {
    match: async (key: string) => kept?.get(key)?.clone(),
    put: async (key: string, answer: Response) => void kept?.set(key, answer),
  };
  vi.stubGlobal("caches", kept && { open: async () => cache });
}

test("measures once for each software and browser, whatever the answer", async () => {
  const kept = new Map<string, Response>();
  browser(kept);
  const measure = vi.fn(async () => measure.mock.calls.length > 1);
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(false);
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(false);
  expect(await cachedMeasurement("fast", "1.1", measure)).toBe(true);
  browser(kept, "Browser 2");
  expect(await cachedMeasurement("fast", "1.0", measure)).toBe(true);
  expect(measure).toHaveBeenCalledTimes(3);
});

test("an undefined answer counts as no and is not kept", async () => {
  browser(new Map());
  expect(await cachedMeasurement("fast", "1.0", async () => undefined)).toBe(false);
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
});

test("a page that may keep nothing measures every time", async () => {
  browser(undefined);
  expect(await cachedMeasurement("fast", "1.0", async () => true)).toBe(true);
  expect(await cachedMeasurement("fast", "1.0", async () => false)).toBe(false);
});
