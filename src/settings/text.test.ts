/** Settings as text: typed and checked once, whatever people call them. */
import { describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { givenSettings } from "./changes.ts";
import { parseSettings } from "./settings.ts";
import { readSetting, readSettings, settingNamed, settingText, settingWord } from "./text.ts";

test("texts become typed values", () => {
  const texts = {
    alpha: " 0.3",
    size: "1024x512",
    steps: "1e2",
    gain: "own",
    tile: "128",
    color: "match",
    blend: "3,1",
    laplacianScales: "4",
    styleLayers: "conv1_1:3, block2_conv1",
    contentLayers: "none",
    seamless: true,
    normalizeGradients: "false",
    learningRate: "1e-2",
  };
  expect(readSettings(texts)).toEqual({
    alpha: 0.3,
    size: "1024x512",
    steps: 100,
    gain: "own",
    tile: 128,
    color: "match",
    blend: [3, 1],
    laplacianScales: [4],
    styleLayers: { conv1_1: 3, conv2_1: 1 },
    contentLayers: {},
    seamless: true,
    normalizeGradients: false,
    learningRate: 0.01,
  });
});

test("what does not fit is one usage error, with every problem, in the order of the settings", () => {
  const texts = { steps: "0", alpha: "much", styleLayers: "conv1_1:x", colour: "1", blend: "", size: "-3" };
  const read = () => readSettings(texts, (name) => `--${settingWord(name)}`);
  expect(read).toThrow(UserError);
  expect(read).toThrow(
    new UserError(
      "usage",
      [
        "--size: expected at least 16, got -3",
        '--alpha: expected a number, got "much"',
        '--style-layers conv1_1: expected a number, got "x"',
        '--blend: expected a number or several, got ""',
        "--steps: expected at least 1, got 0",
        "--colour: there is no such setting.",
      ].join("; "),
    ),
  );
});

test.each([
  ["styleLayers", "conv1_1:1:2", 'x: expected NAME[:WEIGHT],... as in conv1_1:3,conv2_1, got "conv1_1:1:2".'],
  ["styleLayers", "conv1_1,conv1_1", 'x: expected every layer once, got "conv1_1 twice".'],
  ["seamless", "yes", 'x: expected a boolean, got "yes".'],
  ["alpha", "0x10", 'x: expected a number, got "0x10".'],
  ["precision", "16", 'x: expected one of auto, fp32, int8, got "16".'],
])("%s: %s", (name, text, message) => {
  expect(() => readSetting(name, text, "x")).toThrow(message);
});

describe("names", () => {
  test.each([
    ["alpha", "alpha"],
    ["content-weight", "alpha"],
    ["style-scale", "styleScale"],
    ["StyleScale", "styleScale"],
    ["lr", "learningRate"],
    ["learning_rate", "learningRate"],
    ["nothing", undefined],
    ["constructor", undefined],
  ])("%s is %s", (word, name) => {
    expect(settingNamed(word)).toBe(name);
  });
});

test("every setting is read back from its text", () => {
  for (const [name, value] of Object.entries(givenSettings(parseSettings({ styleLayers: { conv1_1: 3 } })))) {
    expect(readSetting(name, settingText(name, value), name)).toEqual(value);
  }
});
