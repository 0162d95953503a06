/** Settings as flags: options made from the descriptions of the settings, and the values given for them. */
import { Option } from "commander";
import { invalid } from "../../errors.ts";
import { startFile } from "../../jobs/request.ts";
import type { Label } from "../../parameters/parameter.ts";
import type { Range, Shape } from "../../parameters/value.ts";
import { describeSettings, type SettingDescription } from "../../settings/describe.ts";
import type { SettingsInput } from "../../settings/settings.ts";
import { readSettings as readTexts, settingNamed, settingText, settingWord } from "../../settings/text.ts";

/** One-letter flags. */
const letters: Readonly<Record<string, string>> = { size: "-s", steps: "-n" };

const settings = describeSettings();

/** What a part of a job is called on the command line, for messages: `--style-scale`, `--max-pixels`, `-o`. */
export function flagOf(name: string): string {
  return known[name] ?? `--${settingWord(name)}`;
}

const known: Readonly<Record<string, string>> = { output: "-o", force: "-f" };

/** The options of all settings; aliases are understood but not listed. */
export function settingOptions(): Option[] {
  return settings.flatMap((setting) => {
    const { name, aliases, placeholder, shape } = setting;
    const value = shape.type === "switch" ? "" : ` <${placeholder}>`;
    const letter = letters[name] ? `${letters[name]}, ` : "";
    const plain = new Option(`${letter}${flagOf(name)}${value}`, helpOf(setting));
    return [plain, ...aliases.map((alias) => new Option(`--${alias}${value}`).hideHelp())];
  });
}

/** The sentence, the choices or the range, and the default of a setting. */
function helpOf({ name, sentence, shape, default: value, byOptimizer }: SettingDescription): string {
  const more = name === "init" ? ", or a picture" : "";
  const choices = shape.type === "choice" ? ` (${shape.choices.join(", ")}${more})` : "";
  const defaults = byOptimizer
    ? Object.entries(byOptimizer).map(([optimizer, one]) => `${optimizer} ${settingText(name, one)}`)
    : [settingText(name, value)];
  return `${sentence}${choices}${rangeText(rangeOf(shape))} [${defaults.join(", ")}]`;
}

function rangeOf(shape: Shape): Range {
  return "range" in shape ? shape.range : {};
}

/** ` (0 to 1)`. A limit that only excludes absurd numbers is left out. */
function rangeText({ min, max, above, below }: Range): string {
  const low = above === undefined ? min : `above ${above}`;
  const high = max ?? below;
  if (low === undefined || high === undefined || high >= 1e9) return "";
  return ` (${low} to ${max === undefined ? `below ${below}` : max})`;
}

/** Settings, and the file to start from where `init` names one. */
export interface GivenSettings {
  readonly settings: SettingsInput;
  readonly start: string | undefined;
}

/**
 * The settings among parsed options (by commander's attribute names), typed and checked. Two spellings of one setting are
 * a `usage` error.
 */
export function readSettings(options: object): GivenSettings {
  const values = options as Readonly<Record<string, unknown>>;
  const texts: Record<string, string | boolean> = {};
  for (const { name, word, aliases } of settings) {
    const given = [word, ...aliases].filter((one) => values[attributeOf(one)] !== undefined);
    const [first, second] = given;
    if (second !== undefined) throw invalid("usage", `--${first}`, "to be given once", `also as --${second}`);
    if (first !== undefined) texts[name] = values[attributeOf(first)] as string | boolean;
  }
  return readGiven(texts, flagOf);
}

function attributeOf(word: string): string {
  return new Option(`--${word}`).attributeName();
}

/** Settings out of `size=1024,alpha=0.1`: by their own names, or as their flags call them. */
export function readChanges(text: string): GivenSettings {
  const texts: Record<string, string> = {};
  const typed = new Map<string, string>();
  // Layers have commas of their own: a new setting begins where a name and an equals sign follow.
  for (const part of text.split(/,(?=[a-z][a-z0-9-]*=)/i)) {
    const [, name, value] = /^\s*([a-z][a-z0-9-]*)=(.*)$/is.exec(part) ?? [];
    if (name === undefined) throw invalid("usage", "--with", "NAME=VALUE,... as in size=1024,alpha=0.1", text);
    const setting = settingNamed(name);
    if (setting === undefined)
      throw invalid("usage", "--with", "the name of a setting, as in pastiche --help without the dashes", name);
    if (typed.has(setting)) throw invalid("usage", "--with", "every setting once", `${name} twice`);
    typed.set(setting, name);
    texts[setting] = value!;
  }
  return readGiven(texts, (setting) => `--with ${typed.get(setting)}`);
}

function readGiven(texts: Readonly<Record<string, string | boolean>>, label: Label): GivenSettings {
  const start = startFile(texts.init, label);
  const { init: _, ...others } = texts;
  return { settings: readTexts(start === undefined ? texts : others, label), start };
}

/** The names that a setting may have. */
export function choicesOf(setting: string): readonly string[] {
  const { shape } = settings.find(({ name }) => name === setting)!;
  return shape.type === "choice" ? shape.choices : [];
}
