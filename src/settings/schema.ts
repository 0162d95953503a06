/**
 * The settings of a job, each with its kind of value and a sentence. Flags, help texts, panels and checks are made from
 * this list. Defaults are in the recipes; a setting with a default here belongs to no recipe.
 */
import { colorMaps } from "../image/color.ts";
import * as colorModes from "../image/color-modes/index.ts";
import * as losses from "../losses/index.ts";
import { type FilterKind, normalizations, type Scale, scales } from "../losses/loss.ts";
import { poolings } from "../models/features.ts";
import * as models from "../models/index.ts";
import * as optimizers from "../optimizers/index.ts";
import { type GivenFor, parameter, type ValuesOf } from "../parameters/parameter.ts";
import { namesOf } from "../parameters/part.ts";
import { numberIn, numberOr, oneOf, only, onOrOff, several, type ValueKind } from "../parameters/value.ts";
import { layerWeights } from "./layers.ts";
import { resultSize } from "./size.ts";

type Losses = typeof losses;
/** The losses of a filtered image. Each has a strength and scales: the settings `NAME` and `NAMEScales`. */
export type FilterLoss = { [Name in keyof Losses]: Losses[Name] extends FilterKind ? Name : never }[keyof Losses];
type StyleLoss = { [Name in keyof Losses]: Losses[Name]["role"] extends "style" ? Name : never }[keyof Losses];

/** The names of the losses of a filtered image. */
export const filterLosses = namesOf(losses).filter((name): name is FilterLoss => "filter" in losses[name]);

const styleLosses = namesOf(losses).filter(
  (name): name is Exclude<StyleLoss, FilterLoss> => losses[name].role === "style" && !("filter" in losses[name]),
);

export const strength = numberIn({ min: 0, max: 1e12 });
const count = (max: number) => numberIn({ min: 1, max, whole: true });
const factors = several(numberIn({ min: 0.05, max: 10 }));
export const weightedLayers = layerWeights(strength);

export const scaleList = only(
  only(several(numberIn()), `scales out of ${scales.join(", ")}`, (all) =>
    all.every((scale) => (scales as readonly number[]).includes(scale)),
  ),
  "every scale once",
  (all) => new Set(all).size === all.length,
) as ValueKind<Scale[], number | readonly number[]>;

/** What the first level may start from, by name. The alternative is a picture. */
export const starts = ["content", "noise", "style", "gray"] as const;

/** The settings that a recipe has values for, and those of the machine. */
export const schema = {
  size: parameter(
    resultSize,
    "long side of the result in pixels; `content` for the photo's own size; WIDTHxHEIGHT for a texture",
    { placeholder: "pixels" },
  ),
  model: parameter(oneOf(["auto", ...namesOf(models)]), "the network", { placeholder: "name" }),
  alpha: parameter(strength, "strength of the photo's content", {
    placeholder: "strength",
    aliases: ["content-weight"],
  }),
  beta: parameter(strength, "strength of the painting's style", {
    placeholder: "strength",
    aliases: ["style-weight"],
  }),
  tv: parameter(strength, "strength of the total variation term: smoothness", {
    placeholder: "strength",
    aliases: ["tv-weight"],
  }),
  laplacian: parameter(
    strength,
    "strength of the photo's edges, which preserves faces and outlines whatever their colours",
    {
      placeholder: "strength",
    },
  ),
  laplacianScales: parameter(scaleList, "sides of the blocks of pixels that are averaged before edges are compared", {
    placeholder: "pixels",
  }),
  roughness: parameter(strength, "strength of the painting's noise and grain, in lightness and colour", {
    placeholder: "strength",
  }),
  roughnessScales: parameter(
    scaleList,
    "sides of the blocks of pixels whose differences are compared for the roughness",
    {
      placeholder: "pixels",
    },
  ),
  contentLayers: parameter(weightedLayers, "layers for the content, with weights; none for a texture", {
    placeholder: "layers",
  }),
  styleLayers: parameter(weightedLayers, "layers for the style, with weights", { placeholder: "layers" }),
  styleLoss: parameter(
    oneOf(styleLosses),
    "what of the style is compared: gram, the paper's; moments, means and covariances; neighbors, every place (deep layers)",
    { placeholder: "name" },
  ),
  blend: parameter(
    only(several(strength), "at least one above 0", (all) => all.some((weight) => weight > 0)),
    "how much each of several paintings counts, as in 3,1; one number for all",
    { placeholder: "weights" },
  ),
  styleScale: parameter(
    factors,
    "size of the painting against the result: size of its strokes; several paintings may have one each",
    { placeholder: "factors" },
  ),
  strokes: parameter(
    factors,
    "sizes of strokes to take from every painting at once, as in 0.5,1,2: each times the style scale",
    { placeholder: "factors" },
  ),
  color: parameter(
    oneOf(namesOf(colorModes)),
    "colours: the painting's (style), the photo's (content; roughly: match), unchanged (free); luminance: paint lightness only",
    { placeholder: "mode" },
  ),
  colorMap: parameter(
    oneOf([...namesOf(colorMaps), "transport"]),
    "how colours are fitted: by a square root of their covariance, or by optimal transport (transport)",
    { placeholder: "name" },
  ),
  contentTarget: parameter(
    oneOf(["mapped", "photo"]),
    "with color style, content is compared with the photo in the painting's colours (mapped), or in its own",
    { placeholder: "colors" },
  ),
  init: parameter(oneOf(starts), "what the first level starts from", { placeholder: "start" }),
  initNoise: parameter(numberIn({ min: 0, max: 1 }), "how much noise is mixed into the start: 1 is noise alone", {
    placeholder: "share",
  }),
  initFlat: parameter(
    numberIn({ min: 0, max: 1 }),
    "how much of the painting, blurred, is laid over flat parts of the start: skies take its colours, faces stay",
    { placeholder: "share" },
  ),
  optimizer: parameter(oneOf(namesOf(optimizers)), "the optimiser of the pixels", { placeholder: "name" }),
  steps: parameter(count(1_000_000), "steps at every level", { placeholder: "count" }),
  firstSteps: parameter(count(1_000_000), "steps at the first of several levels", { placeholder: "count" }),
  levels: parameter(count(32), "largest number of levels, each sqrt(2) times the size of the one before", {
    placeholder: "count",
  }),
  minSize: parameter(numberIn({ min: 16, max: 16_384, whole: true }), "smallest long side of the first level", {
    placeholder: "pixels",
  }),
  margin: parameter(
    numberIn({ min: 0, max: 256, whole: true }),
    "pixels around the picture, at least, that are painted and cut off",
    { placeholder: "pixels" },
  ),
  pooling: parameter(oneOf(namesOf(poolings)), "the pooling between the blocks of the network", {
    placeholder: "kind",
  }),
  gain: parameter(
    numberOr(
      numberIn({ above: 0, max: 1e6 }),
      ["own"],
      "own, or a number above 0 up to 1000000",
      (text) => text === "own",
    ),
    "scale of the features: own, or a multiple of the published VGG19's; without effect where normalize is balanced",
    { placeholder: "factor" },
  ),
  normalize: parameter(
    oneOf(normalizations),
    "how terms are scaled: balanced, the same for all; paper, to the letter; mean, as TensorFlow; elements, as neural-style",
    { placeholder: "kind" },
  ),
  normalizeGradients: parameter(
    onOrOff(),
    "divide the gradient of every layer by its L1 norm, so that only its strength counts",
  ),
  average: parameter(numberIn({ min: 0, below: 1 }), "decay of the running average that is the result; 0 for none", {
    placeholder: "decay",
  }),
  tile: parameter(
    numberOr(
      numberIn({ min: 64, max: 8192, whole: true }),
      ["auto", "off"],
      "a whole number from 64 to 8192, auto or off",
      (text): text is "auto" | "off" => text === "auto" || text === "off",
    ),
    "side of exact tiles in pixels; `auto`: as large as the memory allows, `off`: no tiles",
    { default: "auto", placeholder: "pixels" },
  ),
  seamless: parameter(onOrOff(), "a result that repeats without a seam; its sides become multiples of 16"),
  precision: parameter(
    oneOf(["auto", "fp32", "int8"]),
    "int8: most steps in eight bits, faster and a little noisy; auto: where the processor gains from that",
    { default: "auto", placeholder: "name" },
  ),
  seed: parameter(numberIn({ min: 0, max: Number.MAX_SAFE_INTEGER, whole: true }), "seed of everything random", {
    placeholder: "number",
  }),
};

/** Settings of how a job is computed, not of what: they belong to no recipe. */
export type MachineSetting = "tile" | "precision";

/** The values of an optimiser's own parameters: `learningRate` and so on. */
export type OptimizerValues = Readonly<Record<string, number>>;

/** Complete values for a recipe: everything that is computed, and the optimiser's parameters. */
export type RecipeSettings = Omit<ValuesOf<typeof schema>, MachineSetting> & { readonly parameters: OptimizerValues };

type Intersection<Union> = (Union extends unknown ? (x: Union) => void : never) extends (x: infer All) => void
  ? All
  : never;

/** Every parameter of every optimiser. Those of another optimiser than the chosen one are refused. */
export type OptimizerInput = Intersection<
  Partial<GivenFor<(typeof optimizers)[keyof typeof optimizers]["parameters"]>>
>;
