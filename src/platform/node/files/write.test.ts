/** Files are written atomically, never replaced by accident, and leave no temporary files. */

import { execFileSync } from "node:child_process";
import promises, {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../../errors.ts";
import { checkWritable, clearTemporaries, type WriteOptions, writeAtomically, writeBeside } from "./write.ts";

const root = process.getuid?.() === 0;
const content = new TextEncoder().encode("new");
let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pastiche-file-"));
  await mkdir(at("folder"));
  await writeFile(at("old"), "old");
});
afterEach(async () => {
  await chmod(at("folder"), 0o755);
  await rm(folder, { recursive: true });
});

/** Both functions reject `path` with the same one-line message and leave nothing behind. */
async function refused(path: string, force: boolean, expected: RegExp): Promise<void> {
  const before = await readdir(folder);
  for (const attempt of [
    checkWritable,
    (name: string, options: WriteOptions) => writeAtomically(name, content, options),
  ]) {
    const error = await attempt(path, { force }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "file", message: expect.stringMatching(expected) });
    expect((error as UserError).message).toMatch(/^[^\n\0]{20,}\.$/);
  }
  expect(await readdir(folder)).toEqual(before);
}

describe("writing", () => {
  test("creates a new file and leaves no other", async () => {
    await checkWritable(at("new"));
    expect(await readdir(folder)).toEqual(["folder", "old"]);
    await writeAtomically(at("new"), content);
    expect(await readFile(at("new"), "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["folder", "new", "old"]);
    expect((await stat(at("new"))).nlink).toBe(1);
  });

  test("uses the default permissions", async () => {
    await writeAtomically(at("new"), content);
    await writeFile(at("plain"), "");
    expect((await stat(at("new"))).mode).toBe((await stat(at("plain"))).mode);
  });

  test("replaces a file only with force", async () => {
    await refused(at("old"), false, /exists already; give another name, or -f to replace it/);
    expect(await readFile(at("old"), "utf8")).toBe("old");
    await checkWritable(at("old"), { force: true });
    await writeAtomically(at("old"), content, { force: true });
    expect(await readFile(at("old"), "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["folder", "old"]);
  });

  test("does not affect other hard links of a replaced file", async () => {
    await link(at("old"), at("twin"));
    await writeAtomically(at("old"), content, { force: true });
    expect(await readFile(at("twin"), "utf8")).toBe("old");
  });

  test("with many writers, one wins", async () => {
    const attempts = Array.from({ length: 20 }, (_, i) =>
      writeAtomically(at("race"), new TextEncoder().encode(`${i}`)),
    );
    const results = await Promise.allSettled(attempts);
    const winners = results.flatMap(({ status }, i) => (status === "fulfilled" ? [`${i}`] : []));
    expect(winners).toHaveLength(1);
    expect(await readFile(at("race"), "utf8")).toBe(winners[0]);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason.message).toMatch(/exists already/);
    expect(await readdir(folder)).toEqual(["folder", "old", "race"]);
  });

  test("with many writers and force, one file is left intact", async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(50_000));
    await Promise.all(
      texts.map((text) => writeAtomically(at("race"), new TextEncoder().encode(text), { force: true })),
    );
    expect(texts).toContain(await readFile(at("race"), "utf8"));
    expect(await readdir(folder)).toEqual(["folder", "old", "race"]);
  });

  test("follows a symbolic link", async () => {
    await symlink("old", at("link"));
    await refused(at("link"), false, /exists already/);
    await writeAtomically(at("link"), content, { force: true });
    expect((await lstat(at("link"))).isSymbolicLink()).toBe(true);
    expect(await readFile(at("old"), "utf8")).toBe("new");
  });

  test.skipIf(process.platform === "win32")("writes into a device or a pipe without replacing it", async () => {
    for (const force of [false, true]) {
      await checkWritable("/dev/null", { force });
      await writeAtomically("/dev/null", content, { force });
    }
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
    execFileSync("mkfifo", [at("pipe")]);
    const [, read] = await Promise.all([writeAtomically(at("pipe"), content), readFile(at("pipe"), "utf8")]);
    expect(read).toBe("new");
    expect((await stat(at("pipe"))).isFIFO()).toBe(true);
  });
});

describe("temporary files of", () => {
  /** The name of a temporary file for `new`, written by that process. */
  const left = async (pid: number) => {
    let name = "";
    for (;;) {
      const write = writeAtomically(at("new"), new Uint8Array(4_000_000), { force: true });
      for (let i = 0; i < 50 && !name; i++) {
        name = (await readdir(folder)).find((one) => one.endsWith(".tmp")) ?? "";
      }
      await write;
      if (name) break;
    }
    return name.replace(`-${process.pid}-`, `-${pid}-`);
  };

  test("a dead process are removed, of a running one only when old", async () => {
    const [dead, running] = [await left(2 ** 30), await left(process.ppid)];
    await writeFile(at(dead), "half");
    await writeFile(at(running), "half");
    await clearTemporaries(at("new"));
    const now = await readdir(folder);
    expect(now).not.toContain(dead);
    expect(now).toContain(running);
    const before = Date.now() / 1000 - 100;
    await utimes(at(running), before, before);
    await clearTemporaries(at("new"));
    expect(await readdir(folder)).toEqual(["folder", "new", "old"]);
  });
});

describe("a disk without hard links", () => {
  const { link, rename } = promises;
  const failing = (code: string) => async () => {
    throw Object.assign(new Error(code), { code });
  };
  afterEach(() => {
    Object.assign(promises, { link, rename });
    syncBuiltinESMExports();
  });

  test.each(["EISDIR", "EINVAL", "ENOTSUP", "EPERM", "ENOSYS", "EMLINK", "UNKNOWN"])(
    "that reports %s: the name is reserved, and released on failure",
    async (code) => {
      Object.assign(promises, { link: failing(code) });
      syncBuiltinESMExports();
      await writeAtomically(at("new"), content);
      expect(await readFile(at("new"), "utf8")).toBe("new");
      await expect(writeAtomically(at("old"), content)).rejects.toThrow(/exists already/);
      Object.assign(promises, { rename: failing("EIO") });
      syncBuiltinESMExports();
      await expect(writeAtomically(at("newer"), content)).rejects.toMatchObject({ code: "file" });
      expect(await readdir(folder)).toEqual(["folder", "new", "old"]);
    },
  );

  test("a full disk is reported at once", async () => {
    Object.assign(promises, { link: failing("ENOSPC") });
    syncBuiltinESMExports();
    await expect(writeAtomically(at("new"), content)).rejects.toThrow(/the disk is full/);
    expect(await readdir(folder)).toEqual(["folder", "old"]);
  });
});

test("writeBeside uses the next free name", async () => {
  await writeFile(at("a.png"), "a");
  await writeFile(at("a-2.png"), "a-2");
  expect(await writeBeside(at("a.png"), content)).toBe(at("a-3.png"));
  expect(await writeBeside(at("b.png"), content)).toBe(at("b.png"));
  expect(await readFile(at("a.png"), "utf8")).toBe("a");
});

describe("refusing", () => {
  test.each([
    ["missing/new.png", /its folder does not exist/],
    ["old/new.png", /a part of this path is a file/],
    ["folder", /is a folder; give the name of a file in it, like .*folder.result\.png/],
    ["folder/", /names no file/],
    ["folder/..", /names no file/],
    ["folder/.", /names no file/],
    [`folder/${"n".repeat(256)}`, /longer than the file system allows/],
    ["a\0b", /a\?b: no file can have this name/],
  ])("%j, with force or without", async (name, expected) => {
    await refused(`${folder}/${name}`, false, expected);
    await refused(`${folder}/${name}`, true, expected);
  });

  test("an empty name", () => refused("", true, /^The result's name names no file/));

  test("dangling and circular links", async () => {
    await symlink("nothing", at("dangling"));
    await symlink("round", at("round"));
    await refused(at("dangling"), false, /dangling symbolic link/);
    await refused(at("round"), true, /dangling symbolic link/);
    await refused(at("round/x.png"), true, /go round in a circle/);
  });

  test.skipIf(root)("a folder without write permission", async () => {
    await chmod(at("folder"), 0o555);
    await refused(at("folder/new.png"), false, /not allowed to write there/);
  });

  test.skipIf(process.platform !== "linux")("a read-only disk, and a full one", async () => {
    await expect(writeAtomically("/proc/new.png", content)).rejects.toBeInstanceOf(UserError);
    await expect(writeAtomically("/dev/full", content)).rejects.toMatchObject({
      code: "file",
      message: "/dev/full: the disk is full; make room and try again.",
    });
  });
});
