/** Malicious files: their text reaches no terminal unescaped, and the paths in them are neither written nor waited for. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/transfer/checkpoint/checkpoint.ts";
import { writeSafetensors } from "../../src/weights/safetensors.ts";
import { pngChunk } from "../pictures/bad.ts";
import { folder, pastiche, png, quick } from "./pastiche.ts";

const cwd = folder();
const at = (...names: string[]) => join(cwd, ...names);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Clears the screen, renames the window (C1), breaks the line, writes from right to left. */
const STEER = "\x1b[2J\x9d0;evil\x9c\r\n\x07\u202e\u2028evil";
const steers = (text: string) => /[^\P{Cc}\n]|[\p{Zl}\p{Bidi_Control}]/u.test(text);

let made: Buffer;
let checkpoint: Buffer;
beforeAll(async () => {
  writeFileSync(at("photo.png"), await png());
  writeFileSync(at("painting.png"), await png(40, 40));
  const args = ["photo.png", "painting.png", ...quick, "-o", "out.png", "--keep-checkpoint", "--report", "page.html"];
  expect((await pastiche(args, { cwd })).status).toBe(0);
  made = readFileSync(at("out.png"));
  checkpoint = readFileSync(at("out.png.ckpt"));
});

type Rec = Record<string, unknown>;

/** A result with other metadata. */
function resultSaying(change: (words: Rec) => unknown, more: Uint8Array[] = []): Buffer {
  const start = made.indexOf("iTXtpastiche\0") - 4;
  const end = start + 12 + made.readUInt32BE(start);
  const words = JSON.parse(made.subarray(start + 8 + 13, end - 4).toString()) as Rec;
  const text = Buffer.concat([Buffer.from("pastiche\0\0\0\0\0"), Buffer.from(JSON.stringify(change(words)))]);
  return Buffer.concat([made.subarray(0, start), pngChunk("iTXt", text), ...more, made.subarray(end)]);
}

/** A checkpoint with other notes, or other settings, in a folder of its own; signed, as anyone can. */
async function checkpointSaying(name: string, change: (notes: Rec) => Rec, settings?: unknown): Promise<string> {
  const decoded = await decodeCheckpoint(Buffer.from(checkpoint), sha256);
  const job = settings === undefined ? decoded.checkpoint : { ...decoded.checkpoint, settings: settings as never };
  mkdirSync(at(name));
  writeFileSync(at(name, "x.png.ckpt"), await encodeCheckpoint(job, sha256, change(decoded.notes as Rec)));
  return join(name, "x.png.ckpt");
}

describe("terminal control characters", () => {
  const named = { name: `a${STEER}.png`, sha256: "0".repeat(64) };

  test("in a result's metadata", async () => {
    const words = (all: Rec) => ({ ...all, version: STEER, runtime: STEER, weights: STEER, content: named });
    writeFileSync(at("evil.png"), resultSaying(words));
    const given = ["--content", "photo.png", "-o", "again.png", "-f"];
    for (const args of [
      ["show", "evil.png"],
      ["show", "--all", "evil.png"],
      ["show", "--json", "evil.png"],
      ["replay", "evil.png"],
      ["replay", "evil.png", ...given],
      ["replay", "evil.png", ...given, "--progress", "json"],
    ]) {
      const { stdout, stderr } = await pastiche(args, { cwd });
      expect(stdout.length + stderr.length, args.join(" ")).toBeGreaterThan(0);
      expect(steers(stdout.toString() + stderr), args.join(" ")).toBe(false);
    }
    // The shown command can still be pasted, and has the exact name.
    const { stdout } = await pastiche(["show", "evil.png"], { cwd });
    const word = execFileSync("bash", ["-c", `set -- ${stdout.toString().trim()}; printf %s "$2"`], {
      env: { LC_ALL: "C.UTF-8", PATH: process.env.PATH },
    });
    expect(word.toString()).toBe(named.name);
  });

  test("in a checkpoint and in weights", async () => {
    const path = await checkpointSaying("steering", (notes) => ({
      ...notes,
      version: STEER,
      pictures: { ...(notes.pictures as Rec), content: named },
    }));
    const other = await checkpointSaying("other", (notes) => notes, { [STEER]: 1 });
    const tensor = { shape: [1], data: Float32Array.of(1) };
    writeFileSync(at("evil.safetensors"), writeSafetensors(new Map([[STEER, tensor]])));
    writeFileSync(at(`named${STEER}.pth`), "no weights");
    for (const args of [
      ["resume", path],
      ["resume", path, "--content", "photo.png"],
      ["resume", other],
      ["--from", other, "-s", "96"],
      ["models", "import", "evil.safetensors"],
      ["models", "import", `named${STEER}.pth`],
    ]) {
      const { stderr } = await pastiche(args, { cwd });
      expect(stderr, args.join(" ")).not.toBe("");
      expect(steers(stderr), args.join(" ")).toBe(false);
    }
  });
});

describe("paths in a checkpoint", () => {
  test("a report is written beside the checkpoint, whatever its path says", async () => {
    const elsewhere = join(folder(), "page.html");
    const report = (notes: Rec) => ({ ...notes, rest: { ...(notes.rest as Rec), report: elsewhere } });
    const path = await checkpointSaying("reporting", report);
    const { status, stderr } = await pastiche(["resume", path], { cwd });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain("The report goes to reporting/page.html");
    expect(existsSync(elsewhere)).toBe(false);
    expect(readdirSync(at("reporting")).sort()).toEqual(["out.png", "page.html", "x.png.ckpt"]);
  });

  test("a report on the command line may be anywhere", async () => {
    const path = await checkpointSaying("asked", (notes) => notes);
    expect((await pastiche(["resume", path, "--report", "asked.html"], { cwd })).status).toBe(0);
    expect(existsSync(at("asked.html"))).toBe(true);
  });

  test("a pipe is not waited for: as a picture, the output, the report, a lock, the other checkpoint", async () => {
    const picture = (notes: Rec) => {
      const pictures = notes.pictures as Rec;
      return {
        ...notes,
        pictures: { ...pictures, content: { ...(pictures.content as Rec), name: "p", path: at("p") } },
      };
    };
    execFileSync("mkfifo", [at("p")]);
    const first = await checkpointSaying("pipe", picture);
    expect(await pastiche(["resume", first], { cwd })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("the photo of this job, is not there any more; give it with --content FILE"),
    });
    const others = { "x.png.ckpt~": 0, "x.png.ckpt.lock": 1, "out.png": 1, "page.html": 1 };
    for (const [i, [name, expected]] of Object.entries(others).entries()) {
      const path = await checkpointSaying(`pipe${i}`, (notes) => notes);
      execFileSync("mkfifo", [at(`pipe${i}`, name)]);
      const { status, stderr } = await pastiche(["resume", path], { cwd });
      expect({ name, status, stderr }).toEqual({ name, status: expected, stderr: expect.stringContaining(name) });
    }
  });
});

test.each([
  ["a list", []],
  ["a word", "balanced"],
  ["null", null],
])("settings that are %s are refused", async (name, settings) => {
  writeFileSync(
    at("list.png"),
    resultSaying((words) => ({ ...words, settings })),
  );
  for (const command of ["show", "replay"]) {
    const { status, stderr } = await pastiche([command, "list.png"], { cwd });
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining("does not say how it was made") });
  }
  const path = await checkpointSaying(name.replace(" ", "-"), (notes) => notes, settings);
  const { status, stderr } = await pastiche(["resume", path], { cwd });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("written by another pastiche") });
});
