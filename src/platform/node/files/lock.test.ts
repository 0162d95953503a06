/** Locks are exclusive, and locks of dead processes do not last. */
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheFolder, foreignFolder } from "../cache-folder.ts";
import { takeLock, withLock } from "./lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pastiche-test-"));
  path = join(folder, "some.lock");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lock = (pid: number, host = hostname()) =>
  writeFileSync(path, JSON.stringify({ id: "x", pid, host, started: 0 }));

test("concurrent actions run one after the other", async () => {
  let inside = 0;
  let waits = 0;
  const one = async () => {
    expect(++inside).toBe(1);
    // The first keeps it until all others have met it.
    await expect.poll(() => waits).toBe(7);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, one, { onWait: () => waits++ })));
  expect(waits).toBe(7);
  expect(existsSync(path)).toBe(false);
});

test("takeLock succeeds only while nobody else holds the lock", async () => {
  const first = await takeLock(path);
  expect(await takeLock(path)).toBeUndefined();
  await first!.release();
  expect(existsSync(path)).toBe(false);
  lock(2 ** 22 + 1);
  const second = await takeLock(path);
  expect(second).toBeDefined();
  await second!.release();
});

test("the lock is released when the action fails", async () => {
  await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(path, async () => "yes")).toBe("yes");
});

test("a dead process's lock is broken at once, by one of many waiting", async () => {
  lock(2 ** 22 + 1);
  let inside = 0;
  const one = async () => {
    expect(++inside).toBe(1);
    await sleep(5);
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(path, one)));
});

test("a stale lock is broken; a fresh one of another machine is not", async () => {
  lock(1, "elsewhere");
  const stop = new AbortController();
  const waiting = withLock(path, async () => {}, {
    signal: stop.signal,
    onWait: () => stop.abort(new Error("enough")),
  });
  await expect(waiting).rejects.toThrow();
  const old = new Date(Date.now() - 60_000);
  utimesSync(path, old, old);
  expect(await withLock(path, async () => "mine")).toBe("mine");
});

test("folders follow the environment", () => {
  const at = (platform: string, env: Record<string, string> = {}) => ({ env, platform, home: "/home/ann" });
  expect(cacheFolder(at("linux"))).toBe("/home/ann/.cache/pastiche");
  expect(cacheFolder(at("linux", { XDG_CACHE_HOME: "/c" }))).toBe("/c/pastiche");
  expect(cacheFolder(at("linux", { XDG_CACHE_HOME: "/c", PASTICHE_HOME: "/p" }))).toBe("/p");
  expect(cacheFolder(at("darwin"))).toBe("/home/ann/Library/Caches/pastiche");
  expect(cacheFolder(at("win32", { LOCALAPPDATA: "/local" }))).toBe("/local/pastiche");
  expect(foreignFolder("keras", at("linux"))).toBe("/home/ann/.keras/models");
  expect(foreignFolder("torch", at("linux"))).toBe("/home/ann/.cache/torch/hub/checkpoints");
  expect(foreignFolder("torch", at("linux", { TORCH_HOME: "/t" }))).toBe("/t/hub/checkpoints");
});
