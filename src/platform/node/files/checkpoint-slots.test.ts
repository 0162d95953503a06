/** Checkpoints on disk survive a failure or a crash at every file operation. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseSettings } from "../../../settings/settings.ts";
import type { Checkpoint } from "../../../transfer/checkpoint/checkpoint.ts";
import { checkpointSlots, readCheckpoint } from "./checkpoint-slots.ts";
import { clearTemporaries } from "./write.ts";

/** Called before every file operation, which throws what it throws. */
const { faults } = vi.hoisted(() => ({ faults: { before: (_: string) => {} } }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = (await importOriginal()) as typeof import("node:fs/promises");
  const watched =
    <Args extends unknown[], Result>(name: string, operation: (...args: Args) => Promise<Result>) =>
    async (...args: Args) => {
      faults.before(name);
      return operation(...args);
    };
  const open = watched("open", async (...args: Parameters<typeof real.open>) => {
    const file = await real.open(...args);
    return {
      stat: () => file.stat(),
      read: file.read.bind(file),
      // Half of the data, the fault, then the rest: a write can stop anywhere.
      async writeFile(bytes: Uint8Array) {
        await file.write(bytes.subarray(0, bytes.length / 2));
        faults.before("writeFile");
        await file.writeFile(bytes.subarray(bytes.length / 2));
      },
      sync: watched("sync", () => file.sync()),
      // Closed in any case, as by a crash.
      close: () => file.close().then(() => faults.before("close")),
    };
  });
  const rename = watched("rename", real.rename);
  return { ...real, open, rename, link: watched("link", real.link), unlink: watched("unlink", real.unlink) };
});

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pastiche-slots-"));
  path = join(folder, "out.png.ckpt");
});
afterEach(async () => {
  faults.before = () => {};
  await rm(folder, { recursive: true });
});

const at = (step: number): Checkpoint => ({
  settings: parseSettings(),
  model: "toy",
  weights: "digest",
  runtime: "none",
  step,
  steps: 9,
  level: 0,
  size: { width: 4, height: 4 },
  tensors: new Map([["image", { shape: [1, 3, 4, 4], data: new Float32Array(48).fill(step) }]]),
});

/** The file operations of the third checkpoint. */
async function operations(): Promise<string[]> {
  const slots = checkpointSlots(path);
  for (const step of [1, 2]) await slots.write(at(step), null);
  const names: string[] = [];
  faults.before = (name) => void names.push(name);
  await slots.write(at(3), null);
  faults.before = () => {};
  await slots.remove();
  return names;
}

test("slots alternate, and the newest is found by either name or the picture's", async () => {
  const slots = checkpointSlots(path);
  expect(await slots.exists()).toBe(false);
  for (let step = 1; step <= 5; step++) {
    await slots.write(at(step), { step });
    expect(await readdir(folder)).toEqual(step === 1 ? ["out.png.ckpt"] : ["out.png.ckpt", "out.png.ckpt~"]);
    for (const name of [path, `${path}~`, join(folder, "out.png")]) {
      const found = await readCheckpoint(name);
      expect(found).toMatchObject({ checkpoint: { step }, notes: { step }, problem: undefined });
      expect(found.slots.path).toBe(path);
    }
  }
  expect(await slots.exists()).toBe(true);
  await slots.remove();
  expect(await readdir(folder)).toEqual([]);
});

test("settle leaves the last checkpoint under the main name; after a failure it is still found", async () => {
  for (const last of [1, 2, 3]) {
    const slots = checkpointSlots(path);
    for (let step = 1; step <= last; step++) await slots.write(at(step), { step });
    faults.before = (name) => {
      if (name === "rename") throw Object.assign(new Error("full"), { code: "ENOSPC" });
    };
    await slots.settle().catch(() => {});
    expect((await readCheckpoint(path)).checkpoint.step).toBe(last);
    faults.before = () => {};
    await slots.settle();
    expect(await readdir(folder)).toEqual(["out.png.ckpt"]);
    expect((await readCheckpoint(path)).checkpoint.step).toBe(last);
    await slots.write(at(9), null);
    expect((await readdir(folder)).sort()).toEqual(["out.png.ckpt", "out.png.ckpt~"]);
    await slots.remove();
  }
});

test("a resumed job does not overwrite the checkpoint it was read from", async () => {
  for (const last of [1, 2, 3]) {
    const slots = checkpointSlots(path);
    for (let step = 1; step <= last; step++) await slots.write(at(step), null);
    const resumed = (await readCheckpoint(path)).slots;
    faults.before = (name) => {
      if (name === "rename") throw Object.assign(new Error(), { code: "ENOSPC" });
    };
    await expect(resumed.write(at(9), null)).rejects.toMatchObject({ code: "file" });
    faults.before = () => {};
    expect((await readCheckpoint(path)).checkpoint.step).toBe(last);
    await resumed.write(at(9), null);
    await rm(await newest());
    if (last > 1) expect((await readCheckpoint(path)).checkpoint.step).toBe(last);
    await resumed.remove();
  }
});

/** The slot with the newest checkpoint. */
async function newest(): Promise<string> {
  const { checkpoint } = await readCheckpoint(path);
  const { decodeCheckpoint } = await import("../../../transfer/checkpoint/checkpoint.ts");
  const first = await readFile(path).then(
    (bytes) => decodeCheckpoint(bytes, sha256),
    () => undefined,
  );
  return first?.checkpoint.step === checkpoint.step ? path : `${path}~`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("a fault at every operation of a write", () => {
  test("there are as many operations as expected", async () => {
    const names = await operations();
    // Header and tensor are written separately.
    const writing = ["open", "writeFile", "writeFile", "sync", "close", "rename"];
    expect(names).toEqual([...writing, "unlink", "open", "sync", "close"]);
  });

  const codes = ["ENOSPC", "EACCES", "EIO", "EROFS", "EMFILE"];
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "operation %i: the last good checkpoint stays, and a retry works",
    async (fault) => {
      for (const code of codes) {
        const slots = checkpointSlots(path);
        for (const step of [1, 2]) await slots.write(at(step), null);
        let count = 0;
        faults.before = () => {
          if (count++ === fault) throw Object.assign(new Error(code), { code });
        };
        const error = await slots.write(at(3), null).then(
          () => undefined,
          (reason) => reason,
        );
        faults.before = () => {};
        // After the rename no failure matters.
        if (fault < 6)
          expect(error).toMatchObject({ name: "UserError", code: "file", message: expect.stringMatching(/\.$/) });
        expect((await readCheckpoint(path)).checkpoint.step).toBe(error ? 2 : 3);
        await slots.write(at(4), null);
        expect(await readCheckpoint(path)).toMatchObject({ checkpoint: { step: 4 }, problem: undefined });
        await slots.remove();
        expect(await readdir(folder)).toEqual([]);
      }
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    "a crash at operation %i: the last or the new checkpoint is found intact",
    async (fault) => {
      for (const written of [0, 1, 2, 3]) {
        const slots = checkpointSlots(path);
        for (let step = 1; step <= written; step++) await slots.write(at(step), null);
        let count = 0;
        // After a crash nothing runs any more, not even cleanup.
        faults.before = () => {
          if (count++ >= fault) throw new Error("crash");
        };
        await slots.write(at(written + 1), null).catch(() => {});
        faults.before = () => {};
        const found = await readCheckpoint(path).catch((error) => error);
        const renamed = fault > 5;
        if (!renamed && written === 0) expect(found).toMatchObject({ code: "file" });
        else {
          expect(found).toMatchObject({ checkpoint: { step: renamed ? written + 1 : written }, problem: undefined });
          expect(found.checkpoint).toEqual(at(found.checkpoint.step));
        }
        await checkpointSlots(path).remove();
        expect(await readdir(folder)).toEqual([]);
      }
    },
  );
});

test("temporary files of a killed process are removed, those of other files are not", async () => {
  const crash = async (name: string) => {
    faults.before = (operation) => {
      if (operation === "sync" || operation === "unlink") throw new Error("crash");
    };
    await checkpointSlots(join(folder, name))
      .write(at(1), null)
      .catch(() => {});
    faults.before = () => {};
  };
  await crash("a.ckpt");
  await crash("b.ckpt");
  await writeFile(join(folder, ".pastiche-mine.tmp"), "");
  expect(await readdir(folder)).toHaveLength(3);
  await clearTemporaries(join(folder, "a.ckpt"));
  expect(await readdir(folder)).toHaveLength(2);
  await clearTemporaries(join(folder, "b.ckpt"));
  expect(await readdir(folder)).toEqual([".pastiche-mine.tmp"]);
  await clearTemporaries(join(folder, "no", "such", "folder"));
});

describe("torn and damaged files", () => {
  test("at 64 positions: the other slot is used with a note; without one it is an error", async () => {
    const slots = checkpointSlots(path);
    for (const step of [1, 2, 3]) await slots.write(at(step), null);
    const whole = await readFile(path);
    const other = await readFile(`${path}~`);
    for (let i = 0; i < 64; i++) {
      const place = Math.floor((i * whole.length) / 64);
      const flipped = Buffer.from(whole);
      flipped[place]! ^= 1 << (i % 8);
      const zeroed = Buffer.from(whole).fill(0, place, Math.min(place + 64, whole.length));
      for (const torn of [whole.subarray(0, place), flipped, zeroed].filter((bytes) => !bytes.equals(whole))) {
        await writeFile(path, torn);
        await writeFile(`${path}~`, other);
        const { checkpoint, problem } = await readCheckpoint(path);
        expect(checkpoint).toEqual(at(2));
        expect(problem).toMatch(/out\.png\.ckpt is .*; resuming from .*out\.png\.ckpt~, step 2 of 9\.$/);
        for (const rest of [torn, undefined]) {
          if (rest) await writeFile(`${path}~`, rest);
          else await rm(`${path}~`);
          const error = await readCheckpoint(path).catch((reason) => reason);
          expect(error).toMatchObject({ name: "UserError", code: "file" });
          expect(error.message).toMatch(/^[^\n]+\.$/);
        }
      }
    }
  });

  test("a job resumed from the good slot overwrites the damaged one", async () => {
    const slots = checkpointSlots(path);
    for (const step of [1, 2, 3]) await slots.write(at(step), null);
    await writeFile(path, "torn");
    const found = await readCheckpoint(path);
    await found.slots.write(at(7), null);
    await rm(`${path}~`);
    expect((await readCheckpoint(path)).checkpoint.step).toBe(7);
  });

  test("no file, a folder, a file of another kind", async () => {
    const refused = (name: string) => expect(readCheckpoint(join(folder, name))).rejects;
    await refused("none.ckpt").toMatchObject({ code: "file", message: expect.stringMatching(/no such checkpoint/) });
    await refused("").toMatchObject({
      code: "file",
      message: expect.stringMatching(/cannot be read \(no ordinary file\)/),
    });
    await writeFile(path, "{}");
    await refused("out.png.ckpt").toMatchObject({ message: expect.stringMatching(/is damaged or no checkpoint/) });
  });
});
