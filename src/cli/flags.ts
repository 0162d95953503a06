/**
 * Settings as flags: names, shapes and help of the command line's options, made from the settings' own schemas, so that
 * a default, a range and a sentence exist once. It knows no formula and no default.
 */
import { Option } from "commander";
import * as z from "zod";
import { invalid } from "../errors.ts";
import * as optimizers from "../optimizers/index.ts";
import { givenSettings, parseSettings, settingSchemas } from "../settings/settings.ts";

/** How a setting is written on the command line. */
interface Spelling {
  readonly flags: string;
  /** Other names that are understood, as other programs call it. */
  readonly aliases?: readonly string[];
  readonly read?: (text: string, flag: string) => unknown;
}

const spellings: Readonly<Record<string, Spelling>> = {
  recipe: { flags: "--recipe <name>" },
  quality: { flags: "--quality <name>" },
  size: { flags: "-s, --size <pixels>", read: (text) => (text === "content" ? text : number(text)) },
  model: { flags: "--model <name>" },
  alpha: { flags: "--alpha <strength>", aliases: ["--content-weight"] },
  beta: { flags: "--beta <strength>", aliases: ["--style-weight"] },
  tv: { flags: "--tv <strength>", aliases: ["--tv-weight"] },
  laplacian: { flags: "--laplacian <strength>" },
  laplacianScales: { flags: "--laplacian-scales <pixels>", read: numbers },
  roughness: { flags: "--roughness <strength>" },
  roughnessScales: { flags: "--roughness-scales <pixels>", read: numbers },
  contentLayers: { flags: "--content-layers <layers>", read: layerWeights },
  styleLayers: { flags: "--style-layers <layers>", read: layerWeights },
  blend: { flags: "--blend <weights>", read: numbers },
  styleScale: { flags: "--style-scale <factors>", read: numbers },
  strokes: { flags: "--strokes <factors>", read: numbers },
  color: { flags: "--color <mode>" },
  colorMap: { flags: "--color-map <name>" },
  contentTarget: { flags: "--content-target <colors>" },
  styleLoss: { flags: "--style-loss <name>" },
  init: { flags: "--init <start>" },
  initNoise: { flags: "--init-noise <share>" },
  optimizer: { flags: "--optimizer <name>" },
  steps: { flags: "-n, --steps <count>" },
  firstSteps: { flags: "--first-steps <count>" },
  levels: { flags: "--levels <count>" },
  minSize: { flags: "--min-size <pixels>" },
  margin: { flags: "--margin <pixels>" },
  pooling: { flags: "--pooling <kind>" },
  gain: { flags: "--gain <factor>", read: (text) => (text === "own" ? text : number(text)) },
  normalize: { flags: "--normalize <kind>" },
  normalizeGradients: { flags: "--normalize-gradients", read: truth },
  average: { flags: "--average <decay>" },
  seed: { flags: "--seed <number>" },
  seamless: { flags: "--seamless", read: truth },
  learningRate: { flags: "--lr <rate>", aliases: ["--learning-rate"] },
};

function spelling(setting: string): Spelling {
  return Object.hasOwn(spellings, setting) ? spellings[setting]! : { flags: `--${kebab(setting)} <number>` };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The long flag of a setting, for messages: `--style-scale`. */
export function flagOf(setting: string): string {
  const long = spelling(setting).flags.match(/--[a-z0-9-]+/);
  return long ? long[0] : setting;
}

/** The options of all settings; aliases are understood but not listed. */
export function settingOptions(): Option[] {
  return [...settingSchemas()].flatMap(([setting, schema]) => {
    const { flags, aliases = [] } = spelling(setting);
    const plain = new Option(flags, helpOf(setting, schema));
    const value = flags.replace(/^.* (?=<)/, "");
    return [plain, ...aliases.map((alias) => new Option(`${alias} ${value}`).hideHelp())];
  });
}

const defaults: Readonly<Record<string, unknown>> = givenSettings(parseSettings());

/** A sentence, the range and the default of a setting, from its schema and the default recipe. */
function helpOf(setting: string, schema: z.ZodType): string {
  const whole = factsOf(schema);
  // Of what may be a number or something else, the number has the range.
  const facts = { ...whole.anyOf?.[0], ...whole };
  const choices = facts.enum ? ` (${facts.enum.join(", ")}${setting === "init" ? ", or a picture" : ""})` : "";
  const low = facts.exclusiveMinimum !== undefined ? `above ${facts.exclusiveMinimum}` : facts.minimum;
  const high = facts.exclusiveMaximum ?? facts.maximum;
  // A limit that only keeps absurd numbers out is no help to anyone.
  const to = facts.exclusiveMaximum !== undefined ? `below ${high}` : high;
  const range = low !== undefined && Number(high) < 1e9 ? ` (${low} to ${to})` : "";
  return `${facts.description}${choices}${range} [${ownDefaults(setting) ?? valueText(defaults[setting])}]`;
}

/** The defaults of an optimiser's parameter, each with whose it is; undefined for a setting of the job. */
function ownDefaults(setting: string): string | undefined {
  const owners = Object.entries(optimizers).filter(([, { parameters }]) => setting in parameters.shape);
  if (owners.length === 0) return undefined;
  const defaults = owners.map(([name, { parameters }]) => {
    const shape: Readonly<Record<string, z.ZodType>> = parameters.shape;
    return `${name} ${valueText(factsOf(shape[setting]!).default)}`;
  });
  return defaults.join(", ");
}

function factsOf(schema: z.ZodType): Facts {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Facts;
}

interface Facts {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly anyOf?: readonly Facts[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** A value as it is typed; layers with weights as `conv1_1:3,conv2_1:2`, several numbers as `3,1`. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  const layers = Object.entries(value).map(([layer, weight]) => (weight === 1 ? layer : `${layer}:${weight}`));
  return layers.join(",") || "none";
}

/**
 * The settings among parsed options (by commander's attribute names). Two spellings of one setting are a `usage` error.
 */
export function readSettings(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const setting of settingSchemas().keys()) {
    const { flags, aliases = [], read = number } = spelling(setting);
    const given = [flags, ...aliases].flatMap((name) => {
      const option = new Option(name);
      const value = options[option.attributeName()];
      return value === undefined || (option.negate && value === true) ? [] : [{ flag: option.long!, value }];
    });
    const [first, second] = given;
    if (first && second) throw invalid("usage", first.flag, "to be given once", `also as ${second.flag}`);
    if (first) settings[setting] = typeof first.value === "string" ? read(first.value, first.flag) : first.value;
  }
  return settings;
}

/** Settings as words of a command line: `readSettings` backwards. */
export function settingWords(settings: Readonly<Record<string, unknown>>): string[] {
  return [...settingSchemas().keys()].flatMap((setting) => {
    const value = settings[setting];
    const flag = flagOf(setting);
    if (typeof value === "boolean") return value === flag.startsWith("--no-") ? [] : [flag];
    return value === undefined ? [] : [flag, valueText(value)];
  });
}

/** Settings by the names of their flags, as people read them: `["style-scale", "0.5"]`. */
export function settingTexts(settings: Readonly<Record<string, unknown>>): (readonly [name: string, text: string])[] {
  return [...settingSchemas().keys()].flatMap((setting) => {
    const value = settings[setting];
    return value === undefined ? [] : [[flagOf(setting).replace(/^--(no-)?/, ""), valueText(value)] as const];
  });
}

/** The setting that people call so: by its own name, or as one of its flags says it; in any case, dashes or not. */
export function settingNamed(name: string): string | undefined {
  const bare = (text: string) => text.replace(/[-_]/g, "").toLowerCase();
  return [...settingSchemas().keys()].find((setting) => {
    const { flags, aliases = [] } = spelling(setting);
    const names = [setting, ...[flags, ...aliases].map((flag) => new Option(flag).long!)];
    return names.some((one) => bare(one) === bare(name));
  });
}

/** The value that `text` is for a setting; `flag` stands in messages. Whether it fits, the setting's schema says. */
export function readValue(setting: string, text: string, flag: string): unknown {
  return (spelling(setting).read ?? number)(text.trim(), flag);
}

/** Is a setting one of whole numbers? */
export function isWhole(setting: string): boolean {
  const { type, anyOf = [] } = factsOf(settingSchemas().get(setting)!);
  return [type, ...anyOf.map((one) => one.type)].includes("integer");
}

/** Settings out of `size=1024,alpha=0.1`: by their own names, or as their flags call them. */
export function readChanges(text: string): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  // Layers have commas of their own: a new setting begins where a name and an equals sign follow.
  for (const part of text.split(/,(?=[a-z][a-z0-9-]*=)/i)) {
    const [, name, value] = /^\s*([a-z][a-z0-9-]*)=(.*)$/is.exec(part) ?? [];
    if (name === undefined) throw invalid("usage", "--with", "NAME=VALUE,... as in size=1024,alpha=0.1", text);
    const setting = settingNamed(name);
    if (setting === undefined)
      throw invalid("usage", "--with", "the name of a setting, as in pastiche --help without the dashes", name);
    if (Object.hasOwn(changes, setting)) throw invalid("usage", "--with", "every setting once", `${name} twice`);
    changes[setting] = readValue(setting, value!, `--with ${name}`);
  }
  return changes;
}

/** `true` or `false` if the text is one; anything else is left to the schema. */
function truth(text: string): boolean | string {
  return text === "true" || (text === "false" ? false : text);
}

/** A number if the text is one; anything else is left to the schema, which names it in its complaint. */
export function number(text: string): number | string {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

/** `3,1` as a list. */
function numbers(text: string): unknown[] {
  return text.split(",").map(number);
}

/** `conv1_1:3,conv2_1` as weights by layer; a layer without weight has 1; `none` is no layer. */
function layerWeights(text: string, flag: string): Record<string, unknown> {
  if (text === "none") return {};
  const entries = text.split(",").map((part) => {
    const [layer = "", weight, ...rest] = part.trim().split(":");
    if (layer === "" || rest.length > 0)
      throw invalid("usage", flag, "NAME[:WEIGHT],... as in conv1_1:3,conv2_1", text);
    return [layer, weight === undefined ? 1 : number(weight)] as const;
  });
  const twice = entries.find(([layer], i) => entries.findIndex(([other]) => other === layer) !== i);
  if (twice) throw invalid("usage", flag, "every layer once", `${twice[0]} twice`);
  return Object.fromEntries(entries);
}
