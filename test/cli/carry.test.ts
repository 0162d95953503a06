/** `--from`: a finished job is continued from its checkpoint, at a larger size or with other settings. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readResultRecord } from "../../src/jobs/record/record.ts";
import { nodeFiles } from "../../src/platform/node/job-files.ts";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { folder, halves, pastiche, png } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);
const small = ["-s", "48", "-n", "3", "--first-steps", "3", "--min-size", "32", "--threads", "1", "--alpha", "0.3"];
const larger = ["--from", "small.png.ckpt", "-s", "96", "--threads", "1"];

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png(121, 90));
  writeFileSync(at("painting.png"), await png(140, 140));
  writeFileSync(at("other.png"), await png(50, 50));
  writeFileSync(at("mask.png"), await encodePicture("png", { image: halves(121, 90) }));
  const ended = await pastiche(["photo.png", "painting.png", ...small, "-o", "small.png", "--keep-checkpoint"], {
    cwd,
  });
  expect(ended.status).toBe(0);
  expect((await pastiche([...larger, "-o", "large.png"], { cwd })).stderr).toContain(
    "Carrying on from step 6 of 6 at 48x36; the next level is 68x50.",
  );
});

const kept = () => readdirSync(cwd).filter((name) => /ckpt/.test(name));

test("the checkpoint of a finished job is one file, and remains when it was continued", () => {
  expect(kept()).toEqual(["small.png.ckpt"]);
});

test("the result has the new size and settings, and records its origin", async () => {
  expect((await readPicture(at("large.png"))).size).toEqual({ width: 96, height: 71 });
  const { settings, from, step } = await readResultRecord(at("large.png"), nodeFiles);
  expect(settings).toMatchObject({ size: 96, alpha: 0.3, steps: 3, firstSteps: 3, minSize: 67, tile: "auto" });
  expect(step).toBe(6);
  expect(from).toEqual({
    name: "small.png.ckpt",
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    step: 6,
    steps: 6,
    optimizer: "reset",
  });
});

test("show prints the command that makes it again; replay is refused with that advice", async () => {
  const { stdout } = await pastiche(["show", "large.png"], { cwd });
  const words = stdout.toString().trim().split(" ");
  expect(words.slice(0, 5)).toEqual(["pastiche", "photo.png", "painting.png", "--from", "small.png.ckpt"]);
  const again = await pastiche([...words.slice(1), "--threads", "1", "-o", "again.png"], { cwd });
  expect(again.status).toBe(0);
  expect((await readPicture(at("again.png"))).image).toEqual((await readPicture(at("large.png"))).image);
  const replayed = await pastiche(["replay", "large.png"], { cwd });
  expect(replayed).toMatchObject({ status: 2, stderr: expect.stringContaining("`pastiche show` prints the command") });
});

test("stopped and resumed, it has the same bytes, and can keep its own checkpoint", async () => {
  const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
    if (stderr.includes('"step":2,')) kill("SIGINT");
  };
  const more = ["-n", "12", "--keep-checkpoint"];
  await pastiche([...larger, ...more, "-o", "whole.png"], { cwd });
  expect(kept()).toEqual(["small.png.ckpt", "whole.png.ckpt"]);
  const cut = await pastiche([...larger, ...more, "-o", "cut.png", "--progress", "json"], { cwd, watch });
  expect(cut.status).toBe(130);
  expect((await pastiche(["resume", "cut.png"], { cwd })).status).toBe(0);
  expect(readFileSync(at("cut.png")).equals(readFileSync(at("whole.png")))).toBe(true);
  expect(kept()).toEqual(["cut.png.ckpt", "small.png.ckpt", "whole.png.ckpt"]);
  // And on from there; the picture's name stands for the checkpoint, too.
  const { status } = await pastiche(["--from", "cut.png", "-s", "128", "-n", "1", "-o", "larger.png"], { cwd });
  expect(status).toBe(0);
  expect((await readPicture(at("larger.png"))).size).toEqual({ width: 128, height: 95 });
});

test("resuming a finished checkpoint writes the same picture again, and the checkpoint remains", async () => {
  const before = readFileSync(at("small.png"));
  rmSync(at("small.png"));
  const { stderr, status } = await pastiche(["resume", "small.png.ckpt"], { cwd });
  expect(stderr).toContain("Going on after step 6 of 6.");
  expect(status).toBe(0);
  expect(readFileSync(at("small.png")).equals(before)).toBe(true);
  expect(kept()).toContain("small.png.ckpt");
});

test("moved pictures are given as options, and must be the same", async () => {
  const moved = join(cwd, "moved");
  mkdirSync(moved);
  renameSync(at("photo.png"), join(moved, "a.png"));
  try {
    const gone = await pastiche([...larger, "-o", "found.png"], { cwd });
    expect(gone).toMatchObject({ status: 3, stderr: expect.stringContaining("the photo of this job, is not there") });
    const other = await pastiche(["other.png", "painting.png", ...larger, "-o", "found.png"], { cwd });
    expect(other).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("not the picture that the job began with"),
    });
    expect((await pastiche(["moved/a.png", "painting.png", ...larger, "-o", "found.png"], { cwd })).status).toBe(0);
    expect((await readPicture(at("found.png"))).image).toEqual((await readPicture(at("large.png"))).image);
  } finally {
    renameSync(join(moved, "a.png"), at("photo.png"));
  }
});

test("textures and regions can be continued", async () => {
  const quick = ["-n", "2", "--first-steps", "2", "--min-size", "32", "--keep-checkpoint"];
  await pastiche(["texture", "painting.png", "-s", "64x32", "--tile", ...quick, "-o", "texture.png"], { cwd });
  const texture = await pastiche(["--from", "texture.png", "-s", "128x64", "-o", "wide.png"], { cwd });
  expect(texture.status).toBe(0);
  expect((await readPicture(at("wide.png"))).size).toEqual({ width: 128, height: 64 });
  const square = await pastiche(["--from", "texture.png", "-s", "128", "-o", "square.png"], { cwd });
  expect(square).toMatchObject({ status: 2, stderr: expect.stringContaining("proportions") });
  const parts = ["photo.png", "painting.png", "--mask", "mask.png", "-s", "48", ...quick, "-o", "parts.png"];
  expect((await pastiche(parts, { cwd })).status).toBe(0);
  const regions = await pastiche(["--from", "parts.png", "-s", "96", "-o", "parts-large.png"], { cwd });
  expect(regions.status).toBe(0);
  expect((await readResultRecord(at("parts-large.png"), nodeFiles)).mask?.name).toBe("mask.png");
});

describe("at the same size", () => {
  const from = ["--from", "small.png.ckpt", "--threads", "1"];

  test("other settings continue from the checkpoint, and show prints the command that makes it again", async () => {
    const ended = await pastiche([...from, "--alpha", "2", "-o", "branch.png"], { cwd });
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("Going on from step 6 of 6 at 48x36.");
    const made = await readResultRecord(at("branch.png"), nodeFiles);
    expect(made).toMatchObject({ settings: { size: 48, alpha: 2, minSize: 32 }, from: { optimizer: "carried" } });
    const { stdout } = await pastiche(["show", "branch.png"], { cwd });
    const words = stdout.toString().trim().split(" ");
    const again = await pastiche([...words.slice(1), "--threads", "1", "-o", "branch-again.png"], { cwd });
    expect(again.status).toBe(0);
    expect((await readPicture(at("branch-again.png"))).image).toEqual((await readPicture(at("branch.png"))).image);
  });

  test("another painting gives a note; another optimiser begins anew", async () => {
    const other = await pastiche(["photo.png", "other.png", ...from, "-n", "2", "-o", "other-branch.png"], { cwd });
    expect(other.status).toBe(0);
    expect(other.stderr).toContain("Note: other.png is not the picture that it was made of until then.");
    expect((await readResultRecord(at("other-branch.png"), nodeFiles)).style.map(({ name }) => name)).toEqual([
      "other.png",
    ]);
    const lbfgs = await pastiche([...from, "--optimizer", "lbfgs", "-n", "2", "-o", "lbfgs.png"], { cwd });
    expect(lbfgs.stderr).toContain("Going on from step 6 of 6 at 48x36; the optimiser begins anew.");
  });
});

describe("refusals", () => {
  const out = ["-o", "refused.png"];
  test.each<[string[], number, string]>([
    [["--from", "nope.ckpt", "-s", "96"], 1, "there is no such checkpoint"],
    [["--from", "photo.png", "-s", "96"], 1, "photo.png is damaged or no checkpoint"],
    [["--from", "small.png.ckpt", "-s", "32"], 2, "--size: the checkpoint is 48x36 already"],
    [[...larger, "--model", "vgg19"], 2, "--model: a job cannot be carried on like that"],
    [[...larger, "--init", "noise"], 2, "--init: a job cannot be carried on like that"],
    [[...larger, "--init", "./other.png"], 2, "--init"],
    [["photo.png", ...larger], 2, "photo.png: the checkpoint knows photo and paintings; give all of them, or none."],
    [["photo.png", "painting.png", "--keep-checkpoint", "--no-checkpoint"], 2, "--keep-checkpoint keeps a checkpoint"],
  ])("%j", async (args, status, part) => {
    const ended = await pastiche([...args, ...out], { cwd });
    expect(ended.stderr).toContain(part);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.status).toBe(status);
    expect(readdirSync(cwd).filter((name) => name.startsWith("refused"))).toEqual([]);
  });

  test("a checkpoint cannot be kept beside standard output", async () => {
    const ended = await pastiche(["photo.png", "painting.png", "-o", "-", "--keep-checkpoint"], { cwd });
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining("give -o FILE") });
  });
});
