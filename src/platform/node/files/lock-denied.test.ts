/** An abandoned lock that may not be removed is an error, not an endless attempt. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { takeLock } from "./lock.ts";

vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  rename: async () => {
    throw Object.assign(new Error("denied"), { code: "EPERM", syscall: "rename" });
  },
}));

test("another user's abandoned lock in a shared folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pastiche-test-"));
  try {
    const path = join(folder, "some.lock");
    writeFileSync(path, "{}");
    const old = new Date(Date.now() - 60_000);
    utimesSync(path, old, old);
    await expect(takeLock(path)).rejects.toMatchObject({ code: "EPERM" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
