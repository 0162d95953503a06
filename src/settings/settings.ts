/**
 * Everything that can be set for one job, with its range and a sentence. Defaults are the recipe's; the parts' own
 * parameters are taken from the parts. It knows no flags and no files.
 */
import * as z from "zod";
import { invalid, UserError } from "../errors.ts";
import { colorMaps } from "../image/color.ts";
import type { Size } from "../image/image.ts";
import * as losses from "../losses/index.ts";
import { type FilterKind, normalizations, type Scale, scales } from "../losses/loss.ts";
import { spokenLayer } from "../models/backbone.ts";
import { poolings } from "../models/features.ts";
import * as models from "../models/index.ts";
import * as optimizers from "../optimizers/index.ts";
import { namesOf, parse } from "../parameters.ts";
import * as recipes from "../recipes/index.ts";
import type { Recipe } from "../recipes/recipe.ts";

const strength = () => z.number().min(0).max(1e12);
/** Layers with weights, under their spoken names from here on. */
const layers = () =>
  z
    .record(z.string(), strength())
    .refine(
      (all) => new Set(Object.keys(all).map(spokenLayer)).size === Object.keys(all).length,
      "every layer once (block4_conv2 and relu4_2 are conv4_2)",
    )
    .transform(spokenLayers);

/** Weights by the layers' spoken names. */
function spokenLayers(weights: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).map(([layer, weight]) => [spokenLayer(layer), weight]));
}

/** One number, or several: a list from here on. */
const numbers = (each: z.ZodNumber) =>
  z.union([each, z.array(each).min(1)], "a number or several").transform((x) => (typeof x === "number" ? [x] : x));

type Losses = typeof losses;
/** The losses that look at a filtered image: each has a strength and scales of its own. */
export type FilterLoss = { [Name in keyof Losses]: Losses[Name] extends FilterKind ? Name : never }[keyof Losses];
type StyleLoss = { [Name in keyof Losses]: Losses[Name]["role"] extends "style" ? Name : never }[keyof Losses];
const styleLosses = namesOf(losses).filter((name) => losses[name].role === "style" && !("filter" in losses[name])) as [
  Exclude<StyleLoss, FilterLoss>,
];

/** The names of the losses that look at a filtered image. */
export const filterLosses = namesOf(losses).filter((name): name is FilterLoss => "filter" in losses[name]);

/** The scales at which a filtered image is looked at: several, each once. */
const scaleList = () =>
  z
    .union([z.number(), z.array(z.number()).min(1)], "a number or several")
    .transform((x) => (typeof x === "number" ? [x] : x))
    .refine((all) => all.every((x) => (scales as readonly number[]).includes(x)), `scales out of ${scales.join(", ")}`)
    .refine((all) => new Set(all).size === all.length, "every scale once")
    .transform((all) => all as Scale[]);

const side = z.int().min(16).max(16_384);
const SIZES = "a whole number from 16 to 16384, content, or for a texture two as in 1024x512";

/** Width and height out of `1024x512`; undefined for anything else. */
export function sidesOf(size: unknown): Size | undefined {
  const [, width, height] = (typeof size === "string" && /^(\d{1,5})x(\d{1,5})$/.exec(size)) || [];
  const sides = { width: Number(width), height: Number(height) };
  return side.safeParse(sides.width).success && side.safeParse(sides.height).success ? sides : undefined;
}

/** What the first level may start from, by name; a picture is the other way. */
export const starts = ["content", "noise", "style", "gray"] as const;

/** The job's own settings; their defaults are the recipe's. */
const job = {
  recipe: z.enum(namesOf(recipes)).describe("the named set of settings that the others change"),
  quality: z
    .enum(["draft", "standard", "fine"])
    .default("standard")
    .describe("how long to paint: draft, for a first look; standard; fine, four times as long"),
  size: z
    .union([side, z.literal("content"), z.custom<`${number}x${number}`>((x) => sidesOf(x) !== undefined)], SIZES)
    .describe("long side of the result in pixels; `content` for the photo's own size; WIDTHxHEIGHT for a texture"),
  model: z.enum(["auto", ...namesOf(models)]).describe("the network that sees the pictures"),
  alpha: strength().describe("strength of the photo's content"),
  beta: strength().describe("strength of the painting's style"),
  tv: strength().describe("strength of the total variation term: smoothness"),
  laplacian: strength().describe("strength of the photo's edges: faces and outlines are held, whatever the colours"),
  laplacianScales: scaleList().describe("sides of the blocks of pixels that are averaged before edges are compared"),
  roughness: strength().describe(
    "strength of the painting's roughness: as much grit, in lightness and colour, as it has",
  ),
  roughnessScales: scaleList().describe("sides of the blocks of pixels whose differences are roughness"),
  contentLayers: layers().describe("layers for the content, with weights; none for a texture"),
  styleLayers: layers().describe("layers for the style, with weights"),
  styleLoss: z
    .enum(styleLosses)
    .describe(
      "what of the style is compared: gram, the paper's; moments, means and covariances; neighbors, every place (deep layers)",
    ),
  blend: numbers(strength())
    .refine((all) => all.some((weight) => weight > 0), "at least one above 0")
    .describe("how much each of several paintings counts, as in 3,1; one number for all"),
  styleScale: numbers(z.number().min(0.05).max(10)).describe(
    "size of the painting against the result: size of its strokes; several paintings may have one each",
  ),
  strokes: numbers(z.number().min(0.05).max(10)).describe(
    "sizes of strokes to take from every painting at once, as in 0.5,1,2: each times the style scale",
  ),
  color: z
    .enum(["style", "free", "match", "content", "luminance"])
    .describe(
      "the painting's (style), as they are (free), the photo's (match; to the end: content), only lightness painted (luminance)",
    ),
  colorMap: z
    .enum([...namesOf(colorMaps), "transport"])
    .describe("how colours are fitted: by a square root of their covariance, or by optimal transport (transport)"),
  contentTarget: z
    .enum(["mapped", "photo"])
    .describe("with color style, content is compared with the photo in the painting's colours (mapped), or in its own"),
  init: z.enum(starts).describe("what the first level starts from"),
  initNoise: z.number().min(0).max(1).describe("how much noise is mixed into the start: 1 is noise alone"),
  optimizer: z.enum(namesOf(optimizers)).describe("how the pixels are moved"),
  steps: z.int().min(1).max(1_000_000).describe("steps at every level"),
  firstSteps: z.int().min(1).max(1_000_000).describe("steps at the first of several levels"),
  levels: z.int().min(1).max(32).describe("at most so many sizes, each sqrt(2) as large as the one before"),
  minSize: z.int().min(16).max(16_384).describe("long side of the first level, at least"),
  margin: z.int().min(0).max(256).describe("pixels around the picture, at least, that are painted and cut off"),
  pooling: z.enum(namesOf(poolings)).describe("how the network halves its pictures"),
  gain: z
    .union([z.literal("own"), z.number().positive().max(1e6)], "own, or a number above 0 up to 1000000")
    .describe("how loud features are: own, or times as loud as VGG19's with its published weights (but for balanced)"),
  normalize: z
    .enum(normalizations)
    .describe(
      "how terms are scaled: balanced, the same for all; paper, to the letter; mean, as TensorFlow; elements, as neural-style",
    ),
  normalizeGradients: z
    .boolean()
    .describe("every layer's gradient is divided by its L1 norm: it pulls as hard as its strength says"),
  average: z.number().min(0).lt(1).describe("decay of the running average that is the result; 0 for none"),
  tile: z
    .union([z.int().min(64).max(8192), z.enum(["auto", "off"])], "a whole number from 64 to 8192, auto or off")
    .default("auto")
    .describe("exact tiles of so many pixels a side; `auto`: as the memory asks, `off`: never"),
  seamless: z.boolean().describe("a result that repeats without a seam; its sides become multiples of 16"),
  precision: z
    .enum(["auto", "fp32", "int8"])
    .default("auto")
    .describe("int8: most steps in eight bits, faster and a little noisy; auto: where the processor gains from that"),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe("for everything random"),
};

const jobSchema = z.strictObject(job);

/** Every parameter of every optimiser, all optional: left out, it has the chosen optimiser's own default. */
type Intersection<Union> = (Union extends unknown ? (x: Union) => void : never) extends (x: infer All) => void
  ? All
  : never;
type OptimizerInput = Intersection<z.input<(typeof optimizers)[keyof typeof optimizers]["parameters"]>>;

/** The settings of a job as they are given: whatever is left out is the recipe's. */
export type SettingsInput = Partial<z.input<typeof jobSchema>> & OptimizerInput;

/** Settings of how a job is computed, not of what: they are no recipe's. */
export type MachineSetting = "tile" | "precision";

/** The settings of a job, complete. */
export type Settings = z.output<typeof jobSchema> & {
  /** The chosen optimiser's own: `learningRate` and so on. */
  readonly parameters: Readonly<Record<string, number>>;
};

/** The schema of every setting by name, the job's own first, then the optimisers': for flags, help and panels. */
export function settingSchemas(): Map<string, z.ZodType> {
  const all = new Map<string, z.ZodType>(Object.entries(job));
  for (const part of Object.values(optimizers)) {
    for (const [name, schema] of Object.entries(part.parameters.shape)) if (!all.has(name)) all.set(name, schema);
  }
  return all;
}

/**
 * The complete settings. What does not fit is a `usage` error that calls a setting what `label` calls it (its own name
 * by default).
 */
export function parseSettings(given: SettingsInput = {}, label: (name: string) => string = (name) => name): Settings {
  if (!isRecord(given)) throw invalid("usage", "settings", "a record", given);
  const own: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) (Object.hasOwn(job, name) || !isParameter(name) ? own : rest)[name] = value;
  }
  const { parameters: usual, ...base } = recipeSettings(recipeOf(own.recipe), own.quality, label);
  const settings = parse(jobSchema, { recipe: "balanced", ...base, ...own }, label);
  if (settings.seamless && typeof settings.tile === "number") {
    const why = "a picture that repeats without end is worked on as a whole";
    throw new UserError("usage", `${label("tile")}: ${why}; leave it out, or ${label("seamless")}.`);
  }
  if (settings.normalizeGradients && typeof settings.tile === "number") {
    const why = "a gradient is normalised as a whole";
    throw new UserError("usage", `${label("tile")}: ${why}; leave it out, or ${label("normalizeGradients")}.`);
  }
  checkNeighbors(settings, label);
  const optimizer = optimizers[settings.optimizer];
  for (const name of Object.keys(rest)) {
    if (name in optimizer.parameters.shape) continue;
    throw new UserError("usage", `${label(name)}: the optimiser ${settings.optimizer} has no such parameter.`);
  }
  // Another optimiser than the recipe's has other parameters: its own defaults.
  const parameters = settings.optimizer === base.optimizer ? { ...usual, ...rest } : rest;
  if (Object.keys({ ...settings.contentLayers, ...settings.styleLayers }).length === 0) {
    const lists = `${label("contentLayers")} and ${label("styleLayers")}`;
    throw new UserError("usage", `${lists}: expected at least one layer, got none.`);
  }
  return { ...settings, parameters: parse<z.ZodType<Record<string, number>>>(optimizer.parameters, parameters, label) };
}

/** An object with names, not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What settings meant before there was a choice. */
const before: SettingsInput = { contentTarget: "mapped", roughness: 0 };

/**
 * Settings as a checkpoint or a result remembers them, complete: what did not exist when they were written means what was
 * done then, whatever its default is now. Errors as of `parseSettings`.
 */
export function recordedSettings(recorded: Settings): Settings {
  return parseSettings({ ...before, ...givenSettings(recorded) });
}

/** What does not go with losses that remember places of a painting is a `usage` error. */
function checkNeighbors({ styleLoss, tile, blend }: z.output<typeof jobSchema>, label: (name: string) => string): void {
  if (styleLoss !== "neighbors") return;
  const refuse = (name: string, why: string) => {
    throw new UserError("usage", `${label(name)}: with ${label("styleLoss")} neighbors ${why}.`);
  };
  if (typeof tile === "number") refuse("tile", "a picture is worked on as a whole; leave it out, or choose gram");
  if (new Set(blend.filter((weight) => weight > 0)).size > 1)
    refuse(
      "blend",
      "the most similar place counts, of whichever painting; give one weight to all, or 0 to leave one out",
    );
}

/** The recipe of that name; the default where there is none. */
function recipeOf(name: unknown): Recipe {
  return typeof name === "string" && Object.hasOwn(recipes, name)
    ? recipes[name as keyof typeof recipes]
    : recipes.balanced;
}

/** The settings of a recipe in a quality. */
function recipeSettings(recipe: Recipe, quality: unknown, label: (name: string) => string): Recipe["settings"] {
  if (quality !== "draft" && quality !== "fine") return recipe.settings;
  if (recipe.qualities) return { ...recipe.settings, ...recipe.qualities[quality] };
  const why = "the recipe says itself how long it paints";
  throw new UserError("usage", `${label("quality")}: ${why}; leave it out, or set ${label("steps")}.`);
}

/** What of complete settings is not as their recipe has it, as it can be given again. */
export function chosenSettings(settings: Settings): SettingsInput {
  const { recipe, quality, optimizer } = settings;
  const usual = new Map(Object.entries(givenSettings(parseSettings({ recipe, quality, optimizer }))));
  const { recipe: first, quality: second } = parseSettings();
  usual.set("recipe", first).set("quality", second).set("optimizer", parseSettings({ recipe, quality }).optimizer);
  const chosen = Object.entries(givenSettings(settings));
  return Object.fromEntries(
    chosen.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual.get(name))),
  );
}

/**
 * Complete settings, some of them changed. Another recipe or quality brings all that was not chosen against the last; another recipe or
 * optimiser has other parameters: only its own defaults fit. Errors as of `parseSettings`.
 */
export function changedSettings(
  settings: Settings,
  changes: SettingsInput,
  label?: (name: string) => string,
): Settings {
  const { recipe, quality, optimizer = settings.optimizer } = changes;
  const another = recipe !== undefined || quality !== undefined;
  const own = another ? chosenSettings(settings) : givenSettings(settings);
  const others = recipe !== undefined || optimizer !== settings.optimizer;
  const kept = Object.entries(own).filter(([name]) => !(others && name in settings.parameters));
  return parseSettings({ ...Object.fromEntries(kept), ...changes }, label);
}

function isParameter(name: string): boolean {
  return Object.values(optimizers).some((part) => Object.hasOwn(part.parameters.shape, name));
}

/** Complete settings as they can be given again: to change some, or to write them down. */
export function givenSettings({ parameters, ...own }: Settings): SettingsInput {
  return { ...own, ...parameters };
}

/**
 * Settings that may change while a job runs; a change acts on the next step. The strength of a filtered image's loss acts
 * where the job began with one above 0.
 */
export type Adjustments = Partial<
  Pick<Settings, "alpha" | "beta" | "tv" | "contentLayers" | "styleLayers" | "average" | "parameters" | FilterLoss>
>;

const adjustable = jobSchema
  .pick({ alpha: true, beta: true, tv: true, contentLayers: true, styleLayers: true, average: true })
  .extend(Object.fromEntries(filterLosses.map((name) => [name, job[name]])))
  .partial();

/** What is wrong with changes, as of settings: a `usage` error of one sentence. */
function checkAdjustments({ optimizer }: Settings, changes: Adjustments): void {
  if (!isRecord(changes) || changes instanceof Promise)
    throw invalid("usage", "adjust", "changes of settings as a record, or nothing", changes);
  const { parameters, ...own } = changes;
  const label = (name: string) => `adjust: ${name}`;
  parse(adjustable, own, label);
  if (parameters !== undefined) parse(optimizers[optimizer].parameters.partial(), parameters, label);
}

/** `settings` with what has changed. Errors as of `parseSettings`. */
export function adjustedSettings(settings: Settings, changes: Adjustments = {}): Settings {
  checkAdjustments(settings, changes);
  const { contentLayers, styleLayers } = { ...settings, ...changes };
  return {
    ...settings,
    ...changes,
    contentLayers: spokenLayers(contentLayers),
    styleLayers: spokenLayers(styleLayers),
    parameters: { ...settings.parameters, ...changes.parameters },
  };
}
