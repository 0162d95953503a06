/** Old versions of Node, low limits and missing permissions give one line about what is missing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { folder, pastiche, png, quick } from "./pastiche.ts";

const bin = fileURLToPath(new URL("../../bin/pastiche.cjs", import.meta.url));
const cwd = folder();
beforeAll(async () => writeFileSync(join(cwd, "photo.png"), await png()));
const job = ["photo.png", "photo.png", ...quick, "-f", "-o", "out.png"];

describe("Node", () => {
  /** The command under a Node that reports another version. */
  function under(version: string) {
    const pretender = join(mkdtempSync(join(tmpdir(), "pastiche-")), "node.cjs");
    writeFileSync(pretender, `Object.defineProperty(process, "versions", { value: { node: "${version}" } });`);
    return spawnSync(process.execPath, ["-r", pretender, bin, "--version"], { encoding: "utf8" });
  }

  test.each(["12.9.1", "14.21.3", "18.19.0", "20.18.3"])("%s gets the version that is needed", (version) => {
    const message = `pastiche: needs Node 20.19 or later, this is ${version}.\n`;
    expect(under(version)).toMatchObject({ status: 2, stdout: "", stderr: message });
  });

  test.each(["20.19.0", "22.0.0", "24.1.0"])("%s works", (version) => {
    expect(under(version)).toMatchObject({ status: 0, stderr: "" });
  });

  test("the code that old versions run has no newer syntax", () => {
    expect(readFileSync(bin, "utf8")).not.toMatch(/=>|`|\bconst\b|\blet\b|\?\?|\?\.|\bimport\b\s*\(?["{]/);
  });
});

describe("limits", () => {
  test.each([20, 22, 24])("%i open files", (limit) => {
    const words = ["-c", `ulimit -n ${limit}; "$@"`, "bash", process.execPath, bin, ...job];
    const { status, stderr } = spawnSync("bash", words, { cwd, encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: 5,
      stderr: expect.stringMatching(/^pastiche: .*ulimit -n 1024\)\.\n$/),
    });
  });

  test("an address space that is too small for the libraries", () => {
    // Where the codec is refused and where ONNX Runtime is differs between machines: none of it may be called a defect.
    for (const limit of [800_000, 1_000_000, 1_100_000, 1_250_000]) {
      const words = ["-c", `ulimit -v ${limit}; "$@"`, "bash", process.execPath, bin, ...job, "--model", "pocket"];
      const { status, stderr } = spawnSync("bash", words, { cwd, encoding: "utf8" });
      // V8's own needs are unknown.
      if (status === null || /Fatal|GCs|fatal/.test(stderr)) continue;
      expect({ limit, status, stderr }).toEqual({
        limit,
        status: 5,
        stderr: expect.stringMatching(/memory|ulimit -v/),
      });
      expect(stderr).not.toMatch(/not installed|a defect|undefined/);
    }
  });
});

test("without a cache folder the job runs, with a note", async () => {
  for (const home of ["/proc/1", join(cwd, "photo.png")]) {
    const env = { HOME: home, XDG_CACHE_HOME: "", PASTICHE_HOME: "" };
    const { status, stderr } = await pastiche(job, { cwd, env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining("cannot be cached in") });
  }
});
