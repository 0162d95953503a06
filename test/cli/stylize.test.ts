/** The main command without errors. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Image } from "../../src/image/image.ts";
import { jobPictures } from "../../src/jobs/pictures.ts";
import { source } from "../../src/jobs/request.ts";
import { nodeFiles } from "../../src/platform/node/job-files.ts";
import { readPicture } from "../../src/platform/node/pictures/read.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { readPictureText } from "../../src/platform/pictures/text.ts";
import { parseSettings } from "../../src/settings/settings.ts";
import { levelsOf, prepare } from "../../src/transfer/pictures/prepare.ts";
import { manifestOf } from "../../src/weights/manifest.ts";
import { folder, pastiche, png, quick, scene } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);

beforeAll(async () => {
  writeFileSync(at("photo.png"), await png(61, 45));
  writeFileSync(at("painting.png"), await png(70, 70));
});

/** Lines of JSON. */
const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("results", () => {
  test("the picture has the given size, and its name alone is printed on standard output", async () => {
    const { status, stdout, stderr } = await pastiche(["photo.png", "painting.png", ...quick], { cwd });
    expect(stderr).toContain("Using slim");
    expect(status).toBe(0);
    expect(stdout.toString()).toBe("photo-painting.png\n");
    const { image, depth } = await readPicture(at("photo-painting.png"));
    expect([image.width, image.height, depth]).toEqual([48, 35, 8]);
  });

  test("the file contains settings, versions, digests and names without folders", async () => {
    const record = JSON.parse(readPictureText(readFileSync(at("photo-painting.png"))).pastiche!);
    expect(record).toMatchObject({
      version: "0.1.0",
      model: "slim",
      step: 6,
      content: { name: "photo.png" },
      settings: { size: 48, seed: 0, optimizer: "adam", parameters: { learningRate: 0.02 } },
    });
    expect(record.content.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.weights).toMatch(/^[0-9a-f]{64}$/);
  });

  test("the same command twice gives the same bytes; --no-metadata gives no metadata", async () => {
    const run = (name: string) =>
      pastiche(["photo.png", "painting.png", ...quick, "-o", name, "--no-metadata"], { cwd });
    await run("a.png");
    await run("b.png");
    const [a, b] = [readFileSync(at("a.png")), readFileSync(at("b.png"))];
    expect(a.equals(b)).toBe(true);
    expect(readPictureText(a)).toEqual({});
  });

  test("--json prints one object on standard output; -q prints nothing else", async () => {
    const { stdout, stderr } = await pastiche(["photo.png", "painting.png", ...quick, "-o", "j.jpg", "--json", "-q"], {
      cwd,
    });
    expect(JSON.parse(stdout.toString())).toMatchObject({
      output: "j.jpg",
      width: 48,
      height: 35,
      steps: 6,
      model: "slim",
    });
    expect(stderr).toBe("");
  });

  test("--progress json prints every event, one per line", async () => {
    const args = ["photo.png", "painting.png", ...quick, "-o", "p.png", "--progress", "json", "-q"];
    const { stderr } = await pastiche(args, { cwd });
    const types = lines(stderr).map(({ type }) => type);
    expect(types).toEqual(["start", "level", "step", "step", "step", "level", "step", "step", "step", "done"]);
  });

  test.each([
    ["a job", [...quick, "-o", "lines.png", "-v"], 0, { type: "note" }],
    ["a refusal", ["-s", "15"], 2, { type: "error", code: "usage" }],
    ["an unknown flag", ["--stepz", "3"], 2, { type: "error", code: "usage" }],
    ["a taken name", ["-o", "photo.png"], 1, { type: "error", code: "file" }],
  ])("--progress json: every line on standard error is JSON, of %s", async (_, flags, expected, line) => {
    const args = ["photo.png", "painting.png", ...flags, "--progress", "json"];
    const { status, stderr } = await pastiche(args, { cwd });
    expect(status).toBe(expected);
    expect(lines(stderr)).toContainEqual(expect.objectContaining(line));
  });

  test("pictures that are reduced while decoded give the same sizes and content as whole ones", async () => {
    writeFileSync(at("long.png"), await png(331, 97));
    writeFileSync(at("tall.png"), await png(83, 257));
    const sources = { content: source(at("long.png")), style: [source(at("tall.png"))] };
    const whole = [await readPicture(at("long.png")), await readPicture(at("tall.png"))] as const;
    const print = ({ width, height, data }: Image) => [width, height, createHash("sha256").update(data).digest("hex")];
    for (const size of [16, 47, 48, 95, 96, 97, 300, 331, 400]) {
      for (const styleScale of [0.33, 1, 1.7]) {
        const settings = parseSettings({ size, styleScale, color: "free", minSize: 16 });
        const read = (await jobPictures(sources, settings, nodeFiles, { label: String })).take();
        const [small, large] = [read, { content: whole[0].image, style: [whole[1].image] }].map(
          ({ content, style }) => {
            const pictures = { content: content!, style };
            return prepare(pictures, settings, levelsOf(pictures, settings));
          },
        );
        expect(small!.levels).toEqual(large!.levels);
        for (const level of small!.levels) {
          const [ours, theirs] = [small, large].map((job) => job!.at(level));
          expect(print(ours!.content)).toEqual(print(theirs!.content));
          if (level !== small!.levels.at(-1)) continue;
          expect(ours!.style.map(({ image }) => print(image))).toEqual(theirs!.style.map(({ image }) => print(image)));
        }
        expect(Math.max(read.content!.width, read.content!.height)).toBe(Math.min(size, 331));
      }
    }
  });

  test("pictures go through pipes", async () => {
    const input = await png(40, 30);
    const { status, stdout } = await pastiche(["-", "painting.png", ...quick], { cwd, input });
    expect(status).toBe(0);
    expect((await readPicture(stdout)).image).toMatchObject({ width: 48, height: 36 });
  });

  test("transparency is removed before and restored after; 16 bits are written", async () => {
    const image = scene(64, 64);
    const alpha = Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 64 < 32 ? 0 : 1));
    writeFileSync(at("cut.png"), await encodePicture("png", { image, alpha }));
    const { status } = await pastiche(
      ["cut.png", "painting.png", ...quick, "-s", "64", "--depth", "16", "-o", "cut-out.png"],
      { cwd },
    );
    expect(status).toBe(0);
    const result = await readPicture(at("cut-out.png"));
    expect(result.depth).toBe(16);
    expect(result.alpha).toEqual(alpha);
  });

  test("transparent parts of a painting have no effect", async () => {
    const image = scene(64, 64);
    const alpha = Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 64 < 48 ? 0 : 1));
    writeFileSync(at("sticker.png"), await encodePicture("png", { image, alpha }));
    // The same pixels, all opaque.
    const opaque = { image: (await readPicture(at("sticker.png"))).image };
    writeFileSync(at("filled.png"), await encodePicture("png", opaque));
    const results: Float32Array[] = [];
    for (const name of ["sticker", "filled"]) {
      const args = ["photo.png", `${name}.png`, ...quick, "-o", `after-${name}.png`];
      expect((await pastiche(args, { cwd })).status).toBe(0);
      results.push((await readPicture(at(`after-${name}.png`))).image.data);
    }
    expect(Math.max(...results[0]!.map((x, i) => Math.abs(x - results[1]![i]!)))).toBeGreaterThan(0.02);
  });

  test("snapshots are written beside the output", async () => {
    const args = ["photo.png", "painting.png", ...quick, "-o", "s.png", "--save-every", "4", "--save-at", "1,2"];
    expect((await pastiche(args, { cwd })).status).toBe(0);
    expect(["s-0001.png", "s-0002.png", "s-0003.png", "s-0004.png"].map((name) => existsSync(at(name)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test("snapshots replace no file without -f: known names are refused at once, others are skipped", async () => {
    for (const name of ["k-0002.png", "k-0004.png"]) writeFileSync(at(name), "mine");
    const args = ["photo.png", "painting.png", ...quick, "-o", "k.png"];
    const refused = await pastiche([...args, "--save-at", "1,2"], { cwd });
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("k-0002.png exists already") });
    expect(existsSync(at("k.png"))).toBe(false);
    const { status, stderr } = await pastiche([...args, "--save-every", "2"], { cwd });
    expect(status).toBe(0);
    expect(stderr.match(/^A snapshot could not be written, .*: k-0002\.png exists already/gm)).toHaveLength(1);
    expect(["k-0002.png", "k-0004.png"].map((name) => readFileSync(at(name), "utf8"))).toEqual(["mine", "mine"]);
    expect((await readPicture(at("k-0006.png"))).image.width).toBe(48);
    expect((await pastiche([...args, "--save-every", "2", "-f"], { cwd })).status).toBe(0);
    expect((await readPicture(at("k-0002.png"))).format).toBe("png");
  });

  test("a file that appears under the name while the job runs is kept: the result gets the next name", async () => {
    writeFileSync(at("late-2.png"), "mine too");
    const args = ["photo.png", "painting.png", ...quick, "-o", "late.png", "--progress", "json"];
    const watch = (stderr: string) => {
      if (stderr.includes('"start"') && !existsSync(at("late.png"))) writeFileSync(at("late.png"), "mine");
    };
    const { status, stdout, stderr } = await pastiche(args, { cwd, watch });
    expect(status).toBe(0);
    expect(stdout.toString()).toBe("late-3.png\n");
    expect(stderr).toContain("late.png has appeared meanwhile and was left alone; this is late-3.png");
    expect(["late.png", "late-2.png"].map((name) => readFileSync(at(name), "utf8"))).toEqual(["mine", "mine too"]);
    expect((await readPicture(at("late-3.png"))).image.width).toBe(48);
  });

  test.each([
    [
      "L-BFGS and the paper's formulas",
      ["--optimizer", "lbfgs", "--normalize", "paper", "--pooling", "average", "--history", "3"],
    ],
    ["a start from noise", ["--init", "noise", "--seed", "7"]],
    ["a start from a file", ["--init", "./painting.png"]],
    ["layers with weights", ["--style-layers", "conv1_1:2,conv3_1", "--content-layers", "conv3_2"]],
    ["familiar names of weights", ["--content-weight", "0.1", "--style-weight", "2", "--tv-weight", "0"]],
    ["means and covariances", ["--style-loss", "moments", "--color", "match"]],
    ["the photo's own size", ["--size", "content"]],
    ["strokes of half the size", ["--style-scale", "0.5", "--color", "free", "--average", "0"]],
  ])("%s", async (name, flags) => {
    const output = `${name.replace(/\W/g, "")}.png`;
    const { status, stderr } = await pastiche(["photo.png", "painting.png", ...quick, ...flags, "-o", output], { cwd });
    expect(stderr).not.toContain("pastiche:");
    expect(status).toBe(0);
    expect((await readPicture(at(output))).image.width).toBe(flags.includes("content") ? 61 : 48);
  });
});

describe("a damaged file of VGG19 in Keras's cache", () => {
  const args = ["photo.png", "painting.png", ...quick];
  beforeAll(() => {
    const [file] = manifestOf("vgg19")!.files.filter(({ program }) => program === "keras");
    mkdirSync(at("keras/models"), { recursive: true });
    writeFileSync(at(`keras/models/${file!.name}`), "");
    truncateSync(at(`keras/models/${file!.name}`), file!.bytes);
  });
  const env = { KERAS_HOME: at("keras") };

  test("gives one line, and slim is used", async () => {
    const { status, stderr } = await pastiche([...args, "-o", "k-auto.png"], { cwd, env });
    expect(stderr).toMatch(/^vgg19 is here but cannot be used: .* is not the published .*$/m);
    expect(status).toBe(0);
  });

  test("is an error with --model vgg19", async () => {
    const { status, stderr } = await pastiche([...args, "--model", "vgg19", "-o", "k-vgg.png"], { cwd, env });
    expect(stderr).toContain("is not the published");
    expect(status).toBe(4);
  });
});

describe("being stopped", () => {
  test("Ctrl-C saves the current picture and exits with 130", async () => {
    const args = [
      "photo.png",
      "painting.png",
      "-s",
      "48",
      "-n",
      "100000",
      "--levels",
      "1",
      "-o",
      "stopped.png",
      "--json",
      "--progress",
      "json",
    ];
    const watch = (stderr: string, kill: (signal: NodeJS.Signals) => void) => {
      if (stderr.includes('"step":5,') && !stderr.includes("Stopping")) kill("SIGINT");
    };
    const { status, stdout, stderr } = await pastiche(args, { cwd, watch });
    expect(status).toBe(130);
    expect(stderr).toContain("saved as stopped.png");
    expect(lines(stderr).map(({ type }) => type)).toContain("note");
    expect(JSON.parse(stdout.toString())).toMatchObject({ output: "stopped.png", width: 48, stopped: true });
    expect((await readPicture(at("stopped.png"))).image.width).toBe(48);
  });
});

describe("answers", () => {
  test("--version and --help", async () => {
    expect((await pastiche(["--version"], { cwd })).stdout.toString()).toBe("0.1.0\n");
    const { stdout, status } = await pastiche(["--help"], { cwd });
    expect(status).toBe(0);
    for (const word of ["--style-scale", "models", "info", "Examples:", "--alpha"])
      expect(stdout.toString()).toContain(word);
  });

  test("info names the runtimes and the cache", async () => {
    const { stdout } = await pastiche(["info", "--json"], { cwd });
    expect(JSON.parse(stdout.toString())).toMatchObject({
      pastiche: "0.1.0",
      runtimes: { cpu: "works" },
      cache: at(".cache"),
    });
  });
});
