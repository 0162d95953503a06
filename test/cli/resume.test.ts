/** A job that was stopped or killed, or whose disk failed, is resumed with the bytes of an uninterrupted one. */

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/transfer/checkpoint/checkpoint.ts";
import { type Ended, folder, halves, pastiche, png } from "./pastiche.ts";

const home = folder();
/** More moments and kinds of jobs in a long run. */
const deep = Number(process.env.PASTICHE_DEEP ?? 0);

const small = ["-s", "40", "-n", "12", "--first-steps", "12", "--min-size", "28", "--threads", "1"];
const often = ["--checkpoint-every", "0.001"];
const kinds = {
  adam: [...small, "--depth", "16"],
  // Of two paintings.
  lbfgs: [
    "second.png",
    "--blend",
    "3,1",
    ...small,
    "--optimizer",
    "lbfgs",
    "--history",
    "3",
    "--init",
    "noise",
    "--seed",
    "5",
  ],
};
const straight = new Map<string, Buffer>();
let cwd = home;
let number = 0;
const at = (name: string) => join(cwd, name);

beforeAll(async () => {
  fresh();
  for (const [kind, flags] of Object.entries(kinds)) {
    expect((await pastiche(["photo.png", "painting.png", ...flags, "-o", "out.png"], { cwd })).status).toBe(0);
    straight.set(kind, readFileSync(at("out.png")));
    rmSync(at("out.png"));
  }
});

/** A new folder with two pictures. */
function fresh(): void {
  cwd = join(home, String(number++));
  mkdirSync(cwd);
  writeFileSync(at("photo.png"), photo);
  writeFileSync(at("painting.png"), painting);
  writeFileSync(at("second.png"), second);
  writeFileSync(at("mask.png"), mask);
}
const [photo, painting, second] = [await png(61, 45), await png(70, 70), await png(50, 66)];
const mask = await encodePicture("png", { image: halves(61, 45) });
afterEach(() => fresh());

const faults = fileURLToPath(new URL("faults.mjs", import.meta.url));

/** Runs a job with a fault in its file operations; see faults.mjs. */
function faulty(kind: keyof typeof kinds, fault: string, more: string[] = []): Promise<Ended> {
  const args = ["photo.png", "painting.png", ...kinds[kind], ...often, "-o", "out.png", ...more];
  return pastiche(args, { cwd, env: { NODE_OPTIONS: `--import ${faults}`, FAULT: fault } });
}

/** Stopped by a signal while the fourth checkpoint is being written. */
const stopped = (kind: keyof typeof kinds, signal: "SIGINT" | "SIGKILL", more?: string[]) =>
  faulty(kind, `${signal}:20`, more);

const files = () => readdirSync(cwd).filter((name) => name !== ".cache");
const finished = ["mask.png", "out.png", "painting.png", "photo.png", "second.png"];

/** Resumes, or begins anew if there is no checkpoint yet; expects the bytes of the uninterrupted run and no other file. */
async function expectGoesOn(kind: keyof typeof kinds, args: string[] = ["resume", "out.png.ckpt"]): Promise<Ended> {
  const kept = existsSync(at("out.png.ckpt")) || existsSync(at("out.png.ckpt~"));
  const again = ["photo.png", "painting.png", ...kinds[kind], "-o", "out.png", "-f"];
  const ended = await pastiche(kept ? args : again, { cwd });
  expect(ended.stderr).not.toContain("pastiche:");
  expect(ended.status).toBe(0);
  expect(readFileSync(at("out.png")).equals(straight.get(kind)!)).toBe(true);
  expect(files()).toEqual(finished);
  return ended;
}

describe("Ctrl-C", () => {
  test.each(["adam", "lbfgs"] as const)(
    "%s: saves picture and state, and tells the command that goes on",
    async (kind) => {
      const { status, stderr } = await stopped(kind, "SIGINT");
      expect(status).toBe(130);
      const [, command] = stderr.match(/^To go on: pastiche (.*)$/m)!;
      expect(command).toBe("resume out.png.ckpt");
      expect(files()).toContain("out.png");
      const { stderr: told, stdout } = await expectGoesOn(kind, command!.split(" "));
      expect(told).toMatch(/^Going on after step \d+ of \d+\.$/m);
      expect(stdout.toString()).toBe("out.png\n");
    },
  );

  test("repeatedly, by the picture's name", async () => {
    await stopped("adam", "SIGINT");
    for (let time = 0; time < 2; time++) {
      const env = { NODE_OPTIONS: `--import ${faults}`, FAULT: "SIGTERM:14" };
      const { status } = await pastiche(["resume", "out.png", ...often], { cwd, env });
      expect(status).toBe(143);
    }
    await expectGoesOn("adam", ["resume", "out.png"]);
  });

  test("resumed with --no-checkpoint, writes none and removes the old one", async () => {
    await stopped("adam", "SIGKILL");
    const env = { NODE_OPTIONS: `--import ${faults}`, FAULT: "EIO:0:3" };
    const args = ["resume", "out.png.ckpt", "--no-checkpoint", ...often];
    // The first file operation is the picture's.
    expect((await pastiche(args, { cwd, env })).stderr).toContain("pastiche: out.png: the disk reports an error");
    await expectGoesOn("adam", args);
  });

  test("with --no-checkpoint saves the picture only", async () => {
    const args = ["photo.png", "painting.png", ...small, "-n", "100000", "-o", "out.png", "--progress", "json"];
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes('"step":5,') && !stderr.includes("Stopping")) kill("SIGINT");
    };
    const { status, stderr } = await pastiche([...args, "--no-checkpoint"], { cwd, watch });
    expect(status).toBe(130);
    expect(stderr).not.toContain("To go on");
    expect(files()).toEqual(finished);
  });

  test("a picture without metadata is only replaced with -f", async () => {
    const { stderr } = await stopped("adam", "SIGINT", ["--no-metadata"]);
    expect(stderr).toContain("To go on: pastiche resume out.png.ckpt -f\n");
    const refused = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("out.png exists already") });
    expect((await pastiche(["resume", "out.png.ckpt", "-f"], { cwd })).status).toBe(0);
    expect(files()).toEqual(finished);
  });

  test("before the first step nothing is saved", async () => {
    const args = ["photo.png", "painting.png", ...kinds.adam, "-o", "out.png", "--progress", "json"];
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes('"start"') && !stderr.includes("Stopping")) kill("SIGINT");
    };
    const { status, stderr } = await pastiche(args, { cwd, watch });
    expect(status).toBe(130);
    // On a quick machine the signal comes a step late.
    const nothing = stderr.includes("Stopped before the first step; there is nothing to save.");
    expect(nothing).toBe(!stderr.includes("Stopped after step"));
    expect(files().includes("out.png")).toBe(!nothing);
    expect(stderr).not.toContain("after step 0");
  });

  test("at an early level, the message has the size of the saved picture", async () => {
    const args = ["photo.png", "painting.png", ...kinds.adam, "--first-steps", "100000", "-o", "out.png"];
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes('"step":5,')) kill("SIGINT");
    };
    const { stderr } = await pastiche([...args, "--progress", "json"], { cwd, watch });
    expect(stderr).toMatch(/saved as out\.png \(28x2\d, not yet 40x30\)/);
  });
});

describe("kill -9", () => {
  const moments = Array.from({ length: deep || 8 }, (_, i) => i);
  test.each(moments)("at random moment %i", async (moment) => {
    const kind = moment % 2 ? "lbfgs" : "adam";
    // Seeded, so that a failure can be repeated, as far as timing allows.
    const random = createHash("sha256").update(`moment ${moment}`).digest().readUInt32LE() / 2 ** 32;
    const args = ["photo.png", "painting.png", ...kinds[kind], ...often, "-o", "out.png", "--progress", "json"];
    const after = Math.floor(random * 26);
    await pastiche(args, {
      cwd,
      watch(stderr, kill) {
        // A moment within the step after this event.
        if ((stderr.match(/"step":/g) ?? []).length >= after) setTimeout(() => kill("SIGKILL"), (random * 997) % 9);
      },
    });
    await expectGoesOn(kind);
  });

  /** Every file operation of the second checkpoint, or of the first seven. */
  const operations = Array.from({ length: deep ? 42 : 6 }, (_, i) => (deep ? i : i + 6));
  test.each(operations)("before file operation %i", async (operation) => {
    const { status } = await faulty("adam", `SIGKILL:${operation}`);
    expect(status).toBe(null);
    await expectGoesOn("adam");
  });
});

describe("a disk that fails", () => {
  test.each(["ENOSPC", "EACCES", "EIO"])(
    "%s for the first checkpoints: one line, and the job goes on",
    async (code) => {
      const { status, stderr } = await faulty("adam", `${code}:0:15`);
      expect(stderr.match(/No checkpoint could be written, and the job goes on without: [^\n]+\.\n/g)).toHaveLength(1);
      expect(status).toBe(0);
      expect(readFileSync(at("out.png")).equals(straight.get("adam")!)).toBe(true);
      expect(files()).toEqual(finished);
    },
  );

  test.each([3, 8, 12])(
    "full from operation %i to the end: an error, and the last checkpoint can be resumed",
    async (from) => {
      const { status, stderr } = await faulty("adam", `ENOSPC:${from}:100000`);
      expect(status).toBe(1);
      expect(stderr).toContain("pastiche: out.png: the disk is full; make room and try again.");
      expect(existsSync(at("out.png"))).toBe(false);
      expect(stderr.includes("To go on: pastiche resume out.png.ckpt")).toBe(from > 5);
      await expectGoesOn("adam");
    },
  );
});

describe("finding the pictures", () => {
  test("in a folder that was moved", async () => {
    await stopped("adam", "SIGKILL");
    const before = cwd;
    fresh();
    rmSync(cwd, { recursive: true });
    renameSync(before, cwd);
    const { status, stdout } = await pastiche(["resume", join(cwd, "out.png.ckpt")], { cwd: home });
    expect(status).toBe(0);
    expect(stdout.toString()).toBe(`${join(cwd, "out.png")}\n`);
    expect(readFileSync(at("out.png")).equals(straight.get("adam")!)).toBe(true);
    expect(files()).toEqual(finished);
  });

  test("pictures elsewhere are given as options, and must be the same", async () => {
    await stopped("adam", "SIGKILL");
    renameSync(at("photo.png"), at("moved.png"));
    const gone = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(gone.status).toBe(3);
    expect(gone.stderr).toMatch(
      /photo\.png, the photo of this job, is not there any more; give it with --content FILE\./,
    );
    const other = await pastiche(["resume", "out.png.ckpt", "--content", "painting.png"], { cwd });
    expect(other).toMatchObject({ status: 3, stderr: expect.stringContaining("painting.png is not the picture") });
    writeFileSync(at("photo.png"), await png(30, 30));
    const changed = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(changed).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("is not the photo of this job any more"),
    });
    rmSync(at("photo.png"));
    const { status } = await pastiche(["resume", "out.png.ckpt", "--content", "moved.png", "-o", "other.png"], { cwd });
    expect(status).toBe(0);
    expect(readFileSync(at("other.png")).equals(straight.get("adam")!)).toBe(true);
    expect(files()).toEqual(["mask.png", "moved.png", "other.png", "painting.png", "second.png"]);
  });

  test("several paintings are given in their order; a mask is refused if the job has none", async () => {
    await stopped("lbfgs", "SIGKILL");
    renameSync(at("second.png"), at("a.png"));
    renameSync(at("mask.png"), at("b.png"));
    const lost = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(lost).toMatchObject({ status: 3, stderr: expect.stringContaining("give it with --style FILE") });
    const few = await pastiche(["resume", "out.png.ckpt", "--style", "a.png"], { cwd });
    expect(few).toMatchObject({ status: 2, stderr: expect.stringContaining("--style: expected 2, as many as") });
    const given = ["--style", "painting.png", "--style", "a.png"];
    const none = await pastiche(["resume", "out.png.ckpt", ...given, "--mask", "b.png"], { cwd });
    expect(none).toMatchObject({ status: 2, stderr: expect.stringContaining("--mask: the job has no mask") });
    expect((await pastiche(["resume", "out.png.ckpt", ...given], { cwd })).status).toBe(0);
    expect(readFileSync(at("out.png")).equals(straight.get("lbfgs")!)).toBe(true);
  });

  test("a picture from standard input has to be given", async () => {
    const env = { NODE_OPTIONS: `--import ${faults}`, FAULT: "SIGINT:20" };
    const args = ["-", "painting.png", ...kinds.adam, ...often, "-o", "out.png"];
    const { status } = await pastiche(args, { cwd, env, input: photo });
    expect(status).toBe(130);
    const { stderr } = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(stderr).toContain("The photo of this job came from standard input; give it with --content FILE.");
    expect((await pastiche(["resume", "out.png.ckpt", "--content", "photo.png"], { cwd })).status).toBe(0);
  });

  test("a job with a file to start from", async () => {
    cpSync(at("painting.png"), at("start.png"));
    const more = ["--init", "./start.png"];
    await pastiche(["photo.png", "painting.png", ...kinds.adam, ...more, "-o", "straight.png"], { cwd });
    await stopped("adam", "SIGKILL", more);
    expect((await pastiche(["resume", "out.png.ckpt"], { cwd })).status).toBe(0);
    expect(readFileSync(at("out.png")).equals(readFileSync(at("straight.png")))).toBe(true);
  });
});

describe("refusals", () => {
  test("a new job replaces the checkpoint of an unfinished one only with -f", async () => {
    await stopped("adam", "SIGKILL");
    const args = ["photo.png", "painting.png", ...kinds.adam, "-o", "out.png"];
    const { status, stderr } = await pastiche(args, { cwd });
    expect(status).toBe(1);
    expect(stderr).toContain("`pastiche resume out.png.ckpt` goes on with it, and -f begins anew");
    const { stderr: second } = await stopped("lbfgs", "SIGINT", ["-f"]);
    expect(second).toContain("To go on");
    await expectGoesOn("lbfgs");
  });

  test("a second job with the same output while the first runs is refused, new or resumed", async () => {
    const args = ["photo.png", "painting.png", ...small, "-n", "100000", ...often, "-o", "out.png"];
    const others: Promise<Ended>[] = [];
    const ended = await pastiche([...args, "--progress", "json"], {
      cwd,
      watch(stderr, kill) {
        if (!stderr.includes('"step":5,') || others.length > 0) return;
        for (const other of [
          [...args, "-f"],
          ["resume", "out.png"],
        ])
          others.push(pastiche(other, { cwd }));
        void Promise.all(others).then(() => kill("SIGINT"));
      },
    });
    for (const { status, stderr } of await Promise.all(others)) {
      expect(stderr).toBe(
        "pastiche: out.png is being made by another pastiche (out.png.ckpt.lock): wait for it, or give another name.\n",
      );
      expect(status).toBe(1);
    }
    expect(ended.status).toBe(130);
    expect(files()).toEqual(expect.not.arrayContaining(["out.png.ckpt.lock"]));
    expect((await pastiche(["show", "out.png"], { cwd })).stdout.toString()).toContain("--steps 100000");
  });

  test("damaged: the other slot is used; both damaged, or none: status 1", async () => {
    await stopped("adam", "SIGKILL");
    const whole = readFileSync(at("out.png.ckpt"));
    writeFileSync(at("out.png.ckpt"), whole.subarray(0, whole.length / 3));
    const kept = readFileSync(at("out.png.ckpt~"));
    writeFileSync(at("out.png.ckpt~"), kept.subarray(9));
    const both = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(both.status).toBe(1);
    expect(both.stderr).toMatch(/^pastiche: out\.png\.ckpt is damaged.*; out\.png\.ckpt~ is damaged.*\n$/);
    writeFileSync(at("out.png.ckpt~"), kept);
    const { stderr } = await expectGoesOn("adam");
    expect(stderr).toMatch(/^out\.png\.ckpt is damaged.*; resuming from out\.png\.ckpt~, step \d+ of \d+\.$/m);
    const none = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(none).toMatchObject({ status: 1, stderr: expect.stringContaining("no such checkpoint") });
  });

  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  test("other weights, another pastiche, another program, nonsense", async () => {
    await stopped("adam", "SIGINT");
    const { checkpoint, notes } = await decodeCheckpoint(new Uint8Array(readFileSync(at("out.png.ckpt"))), sha256);
    rmSync(at("out.png.ckpt~"), { force: true });
    const resumed = async (change: object, otherNotes: unknown = notes) => {
      writeFileSync(at("out.png.ckpt"), await encodeCheckpoint({ ...checkpoint, ...change }, sha256, otherNotes));
      return pastiche(["resume", "out.png.ckpt"], { cwd });
    };
    const weights = await resumed({ weights: "0".repeat(64) });
    expect(weights).toMatchObject({ status: 4, stderr: expect.stringContaining("made with other network weights") });
    const network = await resumed({ model: "vgg16" });
    expect(network).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('expected pocket, slim or vgg19, got "vgg16"'),
    });
    expect(network.stderr).not.toContain("To go on");
    const program = await resumed({}, null);
    expect(program).toMatchObject({ status: 1, stderr: expect.stringContaining("was written by another program") });
    const settings = await resumed({ settings: { ...checkpoint.settings, brush: 1 } });
    expect(settings).toMatchObject({ status: 1, stderr: expect.stringContaining("written by another pastiche") });
    const bytes = await encodeCheckpoint(checkpoint, sha256, notes);
    bytes[Buffer.from(bytes).indexOf('"version":"1"') + 11] = 0x37;
    writeFileSync(at("out.png.ckpt"), bytes);
    const version = await pastiche(["resume", "out.png.ckpt"], { cwd });
    expect(version).toMatchObject({ status: 1, stderr: expect.stringContaining("is a checkpoint of version 7") });
    const older = await resumed({ runtime: "cpu, 77 threads" }, { ...(notes as object), version: "0.0.1" });
    expect(older.status).toBe(0);
    expect(older.stderr).toContain("it began on cpu, 77 threads and goes on on cpu, 1 thread");
    expect(older.stderr).toContain("it began with pastiche 0.0.1, this is");
  });

  test.each([
    [["resume"], 2, "missing required argument"],
    [["resume", "photo.png"], 1, "photo.png is damaged or no checkpoint"],
    [["resume", "a.ckpt", "--checkpoint-every"], 2, "argument missing"],
    [["photo.png", "painting.png", "--checkpoint-every", "soon"], 2, "--checkpoint-every: expected seconds"],
    [["photo.png", "painting.png", "--checkpoint-every", "-1"], 2, "--checkpoint-every: expected seconds"],
  ])("%j", async (args, status, part) => {
    expect(await pastiche(args, { cwd })).toMatchObject({ status, stderr: expect.stringContaining(part) });
    expect(files()).toEqual(["mask.png", "painting.png", "photo.png", "second.png"]);
  });
});
