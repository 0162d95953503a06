/** The public API, listed: changing it means changing this file. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as core from "../src/index.ts";
import * as node from "../src/node.ts";
import * as parts from "../src/parts.ts";
import * as web from "../src/web.ts";

const own = (entry: object, base: object = {}) => Object.keys(entry).filter((name) => !(name in base));

test("what `pastiche` exports", () => {
  expect(own(core)).toMatchInlineSnapshot(`
    [
      "UserError",
      "graph",
      "grids",
      "clampImage",
      "withLongSide",
      "noiseImage",
      "matchColors",
      "resize",
      "jobs",
      "losses",
      "convolutions",
      "spokenLayer",
      "features",
      "models",
      "encode",
      "average",
      "optimizers",
      "recipes",
      "pyramid",
      "changedSettings",
      "changesFrom",
      "chosenSettings",
      "givenSettings",
      "recordedSettings",
      "describeSettings",
      "parseSettings",
      "readSettings",
      "settingNamed",
      "settingText",
      "settingWord",
      "decodeCheckpoint",
      "encodeCheckpoint",
      "checkpointHistories",
      "checkpointHistory",
      "createStylizer",
      "stylize",
      "extractFeatures",
      "figureLayers",
      "reconstruction",
      "featureSheet",
      "describeGraph",
      "stepGraph",
      "version",
      "manifestOf",
      "readWeights",
      "weightTensors",
    ]
  `);
});

test("the additional exports of `pastiche/node`", () => {
  expect(own(node, core)).toMatchInlineSnapshot(`
    [
      "cacheFolder",
      "nodeFiles",
      "memoryToTake",
      "readPicture",
      "encodePicture",
      "writePicture",
      "checkRuntimeName",
      "openRuntime",
      "processors",
      "runtimes",
      "loadNetwork",
      "pullWeights",
      "findWeights",
      "importWeights",
      "loadWeights",
      "removeWeights",
      "verifyWeights",
      "readPictureText",
    ]
  `);
});

test("the additional exports of `pastiche/web`", () => {
  expect(own(web, core)).toMatchInlineSnapshot(`
    [
      "withDensity",
      "readPictureText",
      "requestPersistence",
      "cachedWeights",
      "importWeights",
      "isCached",
      "loadNetwork",
      "networksFrom",
      "removeWeights",
      "encodePicture",
      "fromBitmap",
      "fromImageData",
      "inspectPicture",
      "readPicture",
      "toImageData",
      "openRuntime",
      "runtimes",
      "createWorkerStylizer",
    ]
  `);
});

test("the parts that can be selected by name", () => {
  expect({
    losses: own(core.losses),
    models: own(core.models),
    optimizers: own(core.optimizers),
    graph: own(core.graph),
  }).toMatchInlineSnapshot(`
    {
      "graph": [
        "check",
        "cut",
        "eightBit",
        "grad",
        "mixChannels",
        "conv",
        "paddings",
        "crop",
        "differences",
        "argMax",
        "columnsAt",
        "subsample",
        "isSymmetric",
        "matmul",
        "selfProduct",
        "concat",
        "padCircular",
        "padZeros",
        "reshape",
        "reshapeLike",
        "roll",
        "slice",
        "transpose",
        "averagePool",
        "maxPool",
        "upsample",
        "max",
        "sum",
        "count",
        "mean",
        "meanSquare",
        "sumSquare",
        "together",
        "weightedSum",
        "unitGradient",
        "ordered",
        "print",
        "dimText",
        "divideDim",
        "elements",
        "evaluateDim",
        "multiplyDims",
        "sameShape",
        "shapeText",
        "symbol",
        "symbolsOf",
        "emptyAfter",
        "spared",
        "constant",
        "expectShape",
        "input",
        "roleOf",
        "scalar",
        "add",
        "sub",
        "mul",
        "div",
        "pow",
        "neg",
        "sqrt",
        "abs",
        "relu",
        "clip",
        "minimum",
        "maximum",
        "greater",
        "greaterOrEqual",
        "equal",
        "and",
        "or",
        "not",
        "float",
        "where",
      ],
      "losses": [
        "content",
        "gram",
        "laplacian",
        "moments",
        "neighbors",
        "roughness",
        "variation",
      ],
      "models": [
        "pocket",
        "slim",
        "vgg19",
      ],
      "optimizers": [
        "adam",
        "lbfgs",
      ],
    }
  `);
});

test("what `pastiche/parts` exports besides operators", () => {
  expect(own(parts, core.graph)).toMatchInlineSnapshot(`
    [
      "channelProducts",
      "channelSums",
      "places",
      "squares",
      "convolutions",
      "likeImage",
      "number",
      "parameter",
      "numberIn",
    ]
  `);
});

test("the version is that of the package", () => {
  expect(core.version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});
