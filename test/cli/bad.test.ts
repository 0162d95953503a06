/** Bad input at the command line: the exact exit status, one helpful line, nothing left behind. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { blank } from "../../src/image/image.ts";
import { encodePicture } from "../../src/platform/node/pictures/write.ts";
import { folder, halves, pastiche, png, quick } from "./pastiche.ts";

const cwd = folder();
const at = (name: string) => join(cwd, name);

let given: string[] = [];
beforeAll(async () => {
  const good = await png();
  writeFileSync(at("photo.png"), good);
  writeFileSync(at("taken.png"), good);
  writeFileSync(at("empty.png"), "");
  writeFileSync(at("cut.png"), good.subarray(0, good.length - 40));
  writeFileSync(at("drawing.svg"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
  writeFileSync(at("drawing.png"), "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
  writeFileSync(at("paper.jpg"), "%PDF-1.7\n");
  writeFileSync(at("page.png"), "<!doctype html><title>no</title>");
  writeFileSync(at("notes.txt"), "not a picture");
  writeFileSync(at("bomb.png"), bomb(good));
  writeFileSync(at("bad.safetensors"), Buffer.from("ffffffffffffff7f7b7d", "hex"));
  writeFileSync(at("bad.pth"), Buffer.from("80027d71002e", "hex"));
  writeFileSync(at("bad.h5"), Buffer.concat([Buffer.from("894844460d0a1a0a", "hex"), Buffer.alloc(64)]));
  for (const [name, image] of [
    ["mask.png", halves(60, 45)],
    ["tall.png", halves(45, 60)],
    ["red.png", blank({ width: 60, height: 45 }, [1, 0, 0])],
  ] as const)
    writeFileSync(at(name), await encodePicture("png", { image }));
  mkdirSync(at("folder"));
  given = readdirSync(cwd);
});

/** The picture with a header that claims 65535 x 65535 pixels. */
function bomb(good: Uint8Array): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeUInt32BE(65_535, 16);
  bytes.writeUInt32BE(65_535, 20);
  return bytes;
}

const run = ["photo.png", "photo.png", ...quick, "-o", "out.png"];
const swap = (from: string, to: string) => run.map((arg, i) => (i < 2 && arg === from ? to : arg));
const USAGE = 2;
const PICTURE = 3;
const MODEL = 4;
const RESOURCES = 5;
const FILE = 1;

/** The error, the arguments, the exit status, and an expected part of the line. */
const cases: [string, string[], number, string][] = [
  ["nothing at all", [], USAGE, "<content> <style...>\nTry `pastiche --help`"],
  ["no picture at all", ["stylize"], USAGE, "missing required argument 'content'"],
  ["only one picture", ["photo.png"], USAGE, "missing required argument 'style'"],
  ["too many weights", [...run, "--blend", "1,2"], USAGE, "--blend: expected one number for the one painting, got 2"],
  [
    "too few style scales",
    [...run.slice(0, 2), "photo.png", ...run.slice(1), "--style-scale", "1,2"],
    USAGE,
    "--style-scale: expected one number, or one for each of 3 paintings, got 2",
  ],
  ["weights of nothing", [...run, "--blend", "0,0"], USAGE, "--blend: expected at least one above 0"],
  ["a weight that is a word", [...run, "--blend", "1,x"], USAGE, "--blend: expected a number or several"],
  ["a mask that does not exist", [...run, "--mask", "nope.png"], PICTURE, "nope.png: there is no such file"],
  ["a mask without flat colours", [...run, "--mask", "photo.png"], USAGE, "The mask: expected 1 to 32 flat colours"],
  ["a mask of other proportions", [...run, "--mask", "tall.png"], USAGE, "a mask must have the proportions"],
  ["a painting's mask alone", [...run, "--style-mask", "mask.png"], USAGE, "--style-mask needs a mask of the photo"],
  [
    "too many masks",
    [...run, "--mask", "mask.png", "--style-mask", "mask.png", "--style-mask", "mask.png"],
    USAGE,
    "--style-mask: expected one, as there is one painting, got 2",
  ],
  [
    "masks with no colour in common",
    [...run, "--mask", "mask.png", "--style-mask", "red.png"],
    USAGE,
    "no colour in common: the photo's has #ffffff, #000000, the paintings' #ff0000",
  ],
  [
    "more paintings than colours",
    ["photo.png", "photo.png", ...run.slice(1), "--mask", "red.png"],
    USAGE,
    "fewer flat colours (#ff0000) than there are paintings (2)",
  ],
  ["strokes of no size", [...run, "--strokes", "1,0"], USAGE, "--strokes"],
  ["an unknown flag", [...run, "--stepz", "3"], USAGE, "Did you mean --steps?"],
  ["a flag without its value", [...run, "--alpha"], USAGE, "argument missing"],
  ["a strength that is a word", [...run, "--alpha", "much"], USAGE, '--alpha: expected a number, got "much"'],
  ["a negative strength", [...run, "--beta", "-1"], USAGE, "--beta: expected at least 0, got -1"],
  ["a strength of NaN", [...run, "--tv", "NaN"], USAGE, '--tv: expected a number, got "NaN"'],
  ["an infinite strength", [...run, "--tv", "Infinity"], USAGE, "--tv: expected a number"],
  ["a strength beyond reason", [...run, "--alpha", "1e308"], USAGE, "--alpha: expected at most"],
  [
    "one strength under two names",
    [...run, "--alpha", "1", "--content-weight", "2"],
    USAGE,
    "also as --content-weight",
  ],
  ["a size of zero", [...run, "-s", "0"], USAGE, "--size"],
  ["a size of 15", [...run, "-s", "15"], USAGE, "--size: expected at least 16, got 15"],
  ["a size of half a pixel", [...run, "-s", "99.5"], USAGE, "--size"],
  ["a size that is too large", [...run, "-s", "20000"], USAGE, "--size"],
  ["a size in words", [...run, "-s", "big"], USAGE, "--size"],
  ["no steps", [...run, "-n", "0"], USAGE, "--steps: expected at least 1, got 0"],
  ["half a step", [...run, "-n", "1.5"], USAGE, "--steps: expected a whole number"],
  ["too many levels", [...run, "--levels", "33"], USAGE, "--levels: expected at most 32"],
  ["a first level below the grain", [...run, "--min-size", "8"], USAGE, "--min-size: expected at least 16"],
  ["an unknown network", [...run, "--model", "resnet"], USAGE, "--model: expected one of auto, pocket, slim, vgg19"],
  ["an unknown optimiser", [...run, "--optimizer", "sgd"], USAGE, "--optimizer: expected one of adam, lbfgs"],
  ["an unknown pooling", [...run, "--pooling", "min"], USAGE, "--pooling: expected one of max, average"],
  ["an unknown normalisation", [...run, "--normalize", "l2"], USAGE, "--normalize: expected one of balanced, paper"],
  ["an unknown start", [...run, "--init", "photo"], USAGE, "--init: expected one of content, noise, style, gray"],
  ["an unknown layer", [...run, "--style-layers", "conv9_1"], USAGE, "slim has no layer conv9_1"],
  ["a layer of another network", [...run, "--content-layers", "conv5_4"], USAGE, "vgg19 has it."],
  ["no layers", [...run, "--style-layers", ""], USAGE, "--style-layers: expected NAME[:WEIGHT]"],
  ["a layer twice", [...run, "--style-layers", "conv1_1,conv1_1:2"], USAGE, "conv1_1 twice"],
  [
    "a layer weight that is a word",
    [...run, "--style-layers", "conv1_1:x"],
    USAGE,
    "--style-layers conv1_1: expected a number",
  ],
  [
    "a layer with two weights",
    [...run, "--style-layers", "conv1_1:1:2"],
    USAGE,
    "--style-layers: expected NAME[:WEIGHT]",
  ],
  ["a learning rate of zero", [...run, "--lr", "0"], USAGE, "--lr: expected more than 0"],
  ["a beta of one", [...run, "--beta1", "1"], USAGE, "--beta1: expected less than 1"],
  [
    "a parameter of the other optimiser",
    [...run, "--optimizer", "lbfgs", "--beta1", ".5"],
    USAGE,
    "has no such parameter",
  ],
  [
    "a history that is too long",
    [...run, "--optimizer", "lbfgs", "--history", "101"],
    USAGE,
    "--history: expected at most 100",
  ],
  ["an average of one", [...run, "--average", "1"], USAGE, "--average: expected less than 1"],
  ["a negative seed", [...run, "--seed", "-1"], USAGE, "--seed: expected at least 0"],
  ["a seed beyond whole numbers", [...run, "--seed", "1e300"], USAGE, "--seed"],
  ["a style scale of zero", [...run, "--style-scale", "0"], USAGE, "--style-scale: expected at least 0.05"],
  ["snapshots every half step", [...run, "--save-every", ".5"], USAGE, "--save-every: expected a whole number"],
  ["snapshots at nothing", [...run, "--save-at", "1,,2"], USAGE, "--save-at: expected a whole number"],
  ["snapshots of a pipe", ["photo.png", "photo.png", "-o", "-", "--save-every", "2"], USAGE, "give -o FILE"],
  ["no threads", [...run, "--threads", "0"], USAGE, "--threads: expected a whole number from 1 to 256"],
  ["an unknown runtime", [...run, "--runtime", "tpu"], USAGE, "--runtime: expected one of auto, cuda, webgpu, cpu"],
  ["a runtime that is not here", [...run, "--runtime", "cuda"], RESOURCES, "The cuda runtime does not work here"],
  ["an unknown progress style", [...run, "--progress", "dots"], USAGE, "Allowed choices are auto, bar, json, none"],
  ["a depth of 12", [...run, "--depth", "12"], USAGE, "--depth: expected 8 or 16"],
  ["a depth that is a word", [...run, "--depth", "abc"], USAGE, '--depth: expected 8 or 16, got "abc"'],
  [
    "threads in words, before pictures are read",
    [...swap("photo.png", "cut.png"), "--threads", "x"],
    USAGE,
    "--threads",
  ],
  [
    "an unknown runtime, before pictures are read",
    [...swap("photo.png", "cut.png"), "--runtime", "x"],
    USAGE,
    "--runtime",
  ],
  ["16 bits in a JPEG", [...run.slice(0, -1), "out.jpg", "--depth", "16"], USAGE, "16"],
  [
    "a quality of zero",
    [...run.slice(0, -1), "out.jpg", "--jpeg-quality", "0"],
    USAGE,
    "--jpeg-quality: expected a whole number from 1 to 100",
  ],
  ["an output of unknown format", [...run.slice(0, -1), "out.bmp"], USAGE, ".png"],
  ["an output without ending", [...run.slice(0, -1), "out"], USAGE, ".png"],
  ["JSON and picture on one stream", ["photo.png", "photo.png", "-o", "-", "--json"], USAGE, "give -o FILE"],
  ["two pictures from one pipe", ["-", "-", "-o", "out.png"], USAGE, "Only one picture can come from standard input"],
  ["an output that exists", [...run.slice(0, -1), "taken.png"], FILE, "taken.png"],
  ["an output in no folder", [...run.slice(0, -1), "nowhere/out.png"], FILE, "nowhere"],
  ["an output that is a folder", [...run.slice(0, -1), "folder"], USAGE, "folder"],
  ["a photo that does not exist", swap("photo.png", "nope.png"), PICTURE, "nope.png: there is no such file"],
  ["a photo that is a folder", swap("photo.png", "folder"), PICTURE, "folder"],
  ["an empty photo", swap("photo.png", "empty.png"), PICTURE, "empty"],
  ["a photo that is cut off", swap("photo.png", "cut.png"), PICTURE, "cut.png"],
  ["an SVG", swap("photo.png", "drawing.svg"), PICTURE, "SVG"],
  ["an SVG that calls itself PNG", swap("photo.png", "drawing.png"), PICTURE, "SVG"],
  ["a PDF that calls itself JPEG", swap("photo.png", "paper.jpg"), PICTURE, "PDF"],
  ["a page that calls itself PNG", swap("photo.png", "page.png"), PICTURE, "page.png is a web page"],
  ["a text", swap("photo.png", "notes.txt"), PICTURE, "notes.txt"],
  ["a picture of four gigapixels", swap("photo.png", "bomb.png"), PICTURE, "65535"],
  ["a painting that does not exist", ["photo.png", "nope.png", "-o", "out.png"], PICTURE, "nope.png"],
  ["a start that does not exist", [...run, "--init", "./nope.png"], PICTURE, "nope.png"],
  ["nothing on the pipe", ["-", "photo.png", "-o", "out.png"], PICTURE, "standard input"],
  ["a network that is not on the machine", [...run, "--model", "vgg19"], MODEL, "pastiche models pull vgg19"],
  ["weights with a lying header", ["models", "import", "bad.safetensors"], MODEL, "bad.safetensors"],
  ["weights that are an empty pickle", ["models", "import", "bad.pth"], MODEL, "bad.pth"],
  ["weights that are a broken HDF5", ["models", "import", "bad.h5"], MODEL, "bad.h5"],
  ["weights that do not exist", ["models", "import", "nope.h5"], MODEL, "nope.h5"],
  ["weights that are a picture", ["models", "import", "photo.png"], MODEL, "photo.png"],
  ["a pull without a net", ["models", "pull", "vgg19"], MODEL, "pastiche models import"],
  ["a pull of an unknown network", ["models", "pull", "resnet"], USAGE, "resnet"],
  ["an unknown command of models", ["models", "fetch"], USAGE, "too many arguments"],
];

describe("bad input is refused with its exit status and a helpful line", () => {
  test(`there are ${cases.length} kinds`, () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  test.concurrent.each(cases)("%s", async (name, args, status, part) => {
    // Each has its own output: two concurrent jobs may not share one.
    const own = `${name.replace(/\W/g, "-")}.png`;
    const ended = await pastiche(
      args.map((arg) => (arg === "out.png" ? own : arg)),
      { cwd },
    );
    expect(ended.stderr).toContain(part);
    expect(ended.status).toBe(status);
    // One line, or commander's line with its suggestion; never a stack.
    expect(ended.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
    expect(ended.stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
    expect(ended.stdout.toString()).toBe("");
  });

  test("none of them leaves a file", () => {
    expect(readdirSync(cwd).filter((name) => name !== ".cache")).toEqual(given);
  });
});
