/** Settings: complete and valid, or one line that says what is wrong. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";
import { strengths, terms, withoutPhoto } from "../transfer/step/terms.ts";
import { changedSettings, changesFrom, chosenSettings, givenSettings } from "./changes.ts";
import { describeSettings } from "./describe.ts";
import { allSettings, parseSettings, type SettingsInput } from "./settings.ts";

/** The message of the error for settings of any type. */
function complaint(given: Record<string, unknown>, label?: (name: string) => string): string {
  try {
    parseSettings(given as SettingsInput, label);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "usage" });
    return (error as UserError).message;
  }
  throw new Error("no complaint");
}

test("nothing given is all defaults, and defaults exist once", () => {
  const settings = parseSettings();
  expect(settings).toMatchObject({ size: 512, optimizer: "adam", normalize: "balanced", pooling: "max" });
  expect(settings.parameters).toEqual({ learningRate: 0.02, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 });
  expect(parseSettings({ optimizer: "lbfgs" }).parameters).toEqual({ learningRate: 0.1, history: 10 });
  expect(parseSettings({ alpha: undefined as never })).toEqual(settings);
});

describe("quality", () => {
  const { balanced } = recipes as { balanced: Recipe };

  test.each(["draft", "fine"] as const)(
    "%s changes what the recipe says, and any of it may be given besides",
    (quality) => {
      const usual = parseSettings();
      expect(parseSettings({ quality })).toEqual({ ...usual, ...balanced.qualities![quality], quality });
      expect(parseSettings({ quality, steps: 7 }).steps).toBe(7);
      expect(chosenSettings(parseSettings({ quality, alpha: 0.7 }))).toEqual({ quality, alpha: 0.7 });
    },
  );

  test("a change of it brings its steps, and leaves what was chosen", () => {
    const fine = changedSettings(parseSettings({ alpha: 0.7 }), { quality: "fine" });
    expect(fine).toEqual(parseSettings({ alpha: 0.7, quality: "fine" }));
    expect(changedSettings(fine, { quality: "standard" })).toEqual(parseSettings({ alpha: 0.7 }));
  });

  test("a recipe of another program has one", () => {
    expect(parseSettings({ recipe: "gatys", quality: "standard" }).quality).toBe("standard");
    expect(complaint({ recipe: "gatys", quality: "fine" })).toBe(
      "quality: the recipe says itself how long it paints; leave it out, or set steps.",
    );
    expect(complaint({ quality: "best" })).toContain("quality: expected");
  });
});

test("every setting explains itself", () => {
  for (const { name, sentence } of describeSettings()) expect(sentence, name).toMatch(/^\S.{8,120}$/);
});

/** How a job is computed unless it is said: no recipe's business. */
const machine = { tile: "auto", precision: "auto" };
const quality = "standard";

describe.each(Object.entries<Recipe>(recipes))("recipe %s", (exported, { summary, about, settings, snapshots }) => {
  const recipe = exported as keyof typeof recipes;

  test("explains itself, in sentences", () => {
    expect(summary).toMatch(/^[A-Z].{20,118}\.$/);
    for (const paragraph of about) expect(paragraph).toMatch(/^[A-Z].*\.$/);
  });

  test("is a complete set of settings: what it says is what a job gets, with nothing added", () => {
    expect(parseSettings({ recipe })).toEqual({ ...settings, ...machine, recipe, quality });
    for (const step of snapshots?.at ?? [snapshots?.every ?? 1]) expect(step).toBeLessThanOrEqual(settings.steps);
  });

  test("is overridden setting by setting, and its complete settings can be given again", () => {
    const changed = parseSettings({ recipe, size: 96, seed: 3, learningRate: 0.03 });
    const { parameters } = settings;
    expect(changed).toEqual({
      ...settings,
      ...machine,
      recipe,
      quality,
      size: 96,
      seed: 3,
      parameters: { ...parameters, learningRate: 0.03 },
    });
    expect(parseSettings(givenSettings(changed))).toEqual(changed);
    const named = recipe === "balanced" ? {} : { recipe };
    expect(chosenSettings(changed)).toEqual({ ...named, size: 96, seed: 3, learningRate: 0.03 });
    const optimizer = settings.optimizer === "adam" ? "lbfgs" : "adam";
    const other = parseSettings({ recipe, optimizer });
    expect(other.parameters).toEqual(parseSettings({ optimizer: optimizer === "adam" ? "adam" : "lbfgs" }).parameters);
    expect(chosenSettings(other)).toEqual({ ...named, optimizer });
  });
});

describe("a wrong value is one sentence: the setting, what was expected, what was given", () => {
  test.each<[string, unknown, string]>([
    ["size", 15, "expected at least 16, got 15"],
    [
      "size",
      512.5,
      "expected a whole number from 16 to 16384, content, or for a texture two as in 1024x512, got 512.5",
    ],
    [
      "size",
      "large",
      'expected a whole number from 16 to 16384, content, or for a texture two as in 1024x512, got "large"',
    ],
    [
      "size",
      "1024x8",
      'expected a whole number from 16 to 16384, content, or for a texture two as in 1024x512, got "1024x8"',
    ],
    ["model", "vgg99", 'expected one of auto, pocket, slim, vgg19, got "vgg99"'],
    ["alpha", -1, "expected at least 0, got -1"],
    ["beta", Number.NaN, "expected a number, got NaN"],
    ["tv", Number.POSITIVE_INFINITY, "expected a number, got Infinity"],
    ["beta", 1e13, "expected at most 1000000000000, got 10000000000000"],
    ["styleLayers", ["conv1_1"], "expected a record, got conv1_1"],
    ["styleScale", 0, "expected at least 0.05, got 0"],
    ["color", "blue", 'expected one of content, free, luminance, match, style, got "blue"'],
    ["styleLoss", "content", 'expected one of gram, moments, neighbors, got "content"'],
    ["styleLoss", "roughness", 'expected one of gram, moments, neighbors, got "roughness"'],
    ["laplacianScales", 3, "expected scales out of 1, 2, 4, 8, 16, got 3"],
    ["roughnessScales", [4, 4], "expected every scale once, got 4,4"],
    ["init", "random", 'expected one of content, noise, style, gray, got "random"'],
    ["optimizer", "sgd", 'expected one of adam, lbfgs, got "sgd"'],
    ["steps", 0, "expected at least 1, got 0"],
    ["steps", 3n, "expected a number, got 3"],
    ["levels", 33, "expected at most 32, got 33"],
    ["average", 1, "expected less than 1, got 1"],
    ["seed", -1, "expected at least 0, got -1"],
    ["seed", 2 ** 53, "expected at most 9007199254740991, got 9007199254740992"],
    ["learningRate", 0, "expected more than 0, got 0"],
    ["beta1", 1, "expected less than 1, got 1"],
    [
      "recipe",
      "constructor",
      'expected one of balanced, eager, gatys, keras, neighbors, neural-style, tensorflow, got "constructor"',
    ],
    ["colour", 1, "there is no such setting"],
    ["history", 5, "the optimiser adam has no such parameter"],
    ["constructor", 1, "there is no such setting"],
    ["tv", Object.create(null), "expected a number, got [object Object]"],
  ])("%s: %o", (name, value, message) => {
    expect(complaint({ [name]: value })).toBe(`${name}: ${message}.`);
  });

  test("several wrong values are told together, by the names that a caller's users know", () => {
    const flag = (name: string) => `--${name}`;
    expect(complaint({ steps: 0, tv: -1 }, flag)).toMatch(/^--tv: .*; --steps: .*\.$/);
    expect(complaint({ learningRate: -1 }, flag)).toMatch(/^--learningRate: /);
    expect(complaint({ styleLayers: { conv1_1: -2 } }, flag)).toBe(
      "--styleLayers conv1_1: expected at least 0, got -2.",
    );
    expect(complaint({ nonsense: 1 }, flag)).toBe("--nonsense: there is no such setting.");
  });

  test.each([null, 3, "text"])("settings that are %o instead of a record", (given) => {
    expect(() => parseSettings(given as never)).toThrow(/^settings: expected a record, got .*\.$/);
  });
});

test("neighbors are refused with tiles, and weights of paintings other than 0 or equal", () => {
  const styleLoss = "neighbors";
  expect(complaint({ styleLoss, tile: 64 })).toMatch(
    /^tile: with styleLoss neighbors a picture is worked on as a whole; /,
  );
  expect(complaint({ styleLoss, blend: [3, 1] })).toMatch(
    /^blend: with styleLoss neighbors the most similar place counts, /,
  );
  expect(parseSettings({ styleLoss, blend: [3, 0, 3] }).blend).toEqual([3, 0, 3]);
});

test("gradients are not normalised tile by tile", () => {
  expect(complaint({ normalizeGradients: true, tile: 64 })).toMatch(/^tile: a gradient is normalised as a whole; /);
});

describe("layers", () => {
  test("are known by Keras's and Torch's names too", () => {
    const named = parseSettings({
      contentLayers: { block4_conv2: 2 },
      styleLayers: { relu1_1: 3, block2_conv1: 1, conv3_1: 1 },
    });
    expect(named.contentLayers).toEqual({ conv4_2: 2 });
    expect(named.styleLayers).toEqual({ conv1_1: 3, conv2_1: 1, conv3_1: 1 });
  });

  test("are given once, whatever they are called", () => {
    expect(complaint({ styleLayers: { conv1_1: 1, block1_conv1: 2 } })).toMatch(
      /^styleLayers: expected every layer once/,
    );
  });
});

test("anything at all is either settings or a usage error of one line", () => {
  const odd = fc.constantFrom<unknown>(
    Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e308, -1e308, 5e-324, 12n, null, undefined,
    "", "512", "content", "\n", "\u0000", "💥".repeat(200), true, false, [], {}, { conv1_1: 1 }, { "": 1 }, { conv1_1: "1" },
    Object.create(null), Symbol("s"), () => 1, new Date(Number.NaN), Number.MAX_SAFE_INTEGER + 2, JSON.parse('{"__proto__":1}'),
  ); // biome-ignore format: a list of oddities reads best as it is
  const names = fc.constantFrom(
    ...allSettings.keys(),
    "__proto__",
    "constructor",
    "toString",
    "",
    "unknown",
    "parameters",
  );
  const value = fc.oneof(odd, fc.anything(), fc.double(), fc.integer());
  const given = fc.array(fc.tuple(names, value), { maxLength: 6 }).map((entries) => {
    const record: Record<string, unknown> = {};
    for (const [name, x] of entries)
      Object.defineProperty(record, name, { value: x, enumerable: true, configurable: true, writable: true });
    return record;
  });
  void fc.assert(
    fc.property(given, (record) => {
      try {
        const settings = parseSettings(record as SettingsInput);
        expect(Object.values(settings.parameters).every(Number.isFinite)).toBe(true);
        expect(Object.values(strengths(terms(settings), settings)).every((x) => x >= 0)).toBe(true);
        expect(Number.isInteger(settings.steps) && settings.steps >= 1).toBe(true);
        expect(terms(settings).features.length).toBeGreaterThan(0);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.code).toBe("usage");
        expect(error.message).toMatch(/^[^\n]+\.$/);
      }
    }),
    { numRuns: 1000 },
  );
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe("terms", () => {
  test("are one for each layer, and smoothness", () => {
    const settings = parseSettings({
      contentLayers: { conv4_2: 1, conv3_1: 2 },
      styleLayers: { conv1_1: 3 },
      roughness: 0,
    });
    const { features, image } = terms(settings);
    expect([...features, ...image].map(({ name }) => name)).toEqual([
      "content conv4_2",
      "content conv3_1",
      "style conv1_1",
      "variation",
    ]);
    expect(features.map(({ picture, layer }) => `${picture} ${layer}`)).toEqual(features.map(({ name }) => name));
  });

  test("a filtered image has terms of its own where its strength is above 0, one for each scale", () => {
    const settings = parseSettings({
      alpha: 0.1,
      tv: 0.5,
      styleLayers: {},
      laplacian: 2,
      roughness: 3,
      roughnessScales: [1, 8],
    });
    const regions = [
      { name: "#ffffff", share: 0.25 },
      { name: "#000000", share: 0.75 },
    ];
    const all = terms(settings, regions);
    const expected = {
      "content conv4_2": 0.1,
      "content laplacian4": 2,
      "content laplacian16": 2,
      "style roughness1 #ffffff": 0.75,
      "style roughness1 #000000": 2.25,
      "style roughness8 #ffffff": 0.75,
      "style roughness8 #000000": 2.25,
      variation: 0.5,
    };
    expect(strengths(all, settings)).toEqual(expected);
    expect(strengths(all, { ...settings, laplacian: 0.5 })).toMatchObject({ "content laplacian4": 0.5 });
    expect(withoutPhoto(all).features.map(({ picture }) => picture)).toEqual(["style", "style", "style", "style"]);
  });

  test("strengths are alpha, beta and tv times the layers' own weights", () => {
    const contentLayers = { conv4_2: 1, conv3_1: 2 };
    const own = { alpha: 0.5, beta: 10, tv: 0.25, roughness: 0 };
    const settings = parseSettings({ ...own, contentLayers, styleLayers: { conv1_1: 3 } });
    expect(strengths(terms(settings), settings)).toEqual({
      "content conv4_2": 0.5,
      "content conv3_1": 1,
      "style conv1_1": 30,
      variation: 0.25,
    });
  });
});

test("what differs from other settings is given again to the same settings", () => {
  const base = parseSettings({ recipe: "gatys", size: 96 });
  const settings = parseSettings({
    recipe: "gatys",
    size: 96,
    optimizer: "adam",
    styleLayers: { conv1_1: 2 },
    beta1: 0.5,
  });
  const changes = changesFrom(base, settings);
  expect(changes).toEqual({
    optimizer: "adam",
    styleLayers: { conv1_1: 2 },
    learningRate: 0.02,
    beta1: 0.5,
    beta2: 0.99,
    epsilon: 1e-8,
  });
  expect(changedSettings(base, changes)).toEqual(settings);
  expect(changesFrom(settings, settings)).toEqual({});
});
