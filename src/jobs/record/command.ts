/** A job as a command line that can be pasted into a shell. */
import { cleaned, jsonLine } from "../../errors.ts";
import { chosenSettings, givenSettings } from "../../settings/changes.ts";
import { allSettings, type SettingsInput } from "../../settings/settings.ts";
import { settingText, settingWord } from "../../settings/text.ts";
import type { ResultRecord } from "./record.ts";

/** `word`, quoted for a POSIX shell if needed; control characters are escaped, as in $'\\u001b'. */
export function quoted(word: string): string {
  if (cleaned(word) !== word) return `$'${jsonLine(word).slice(1, -1).replaceAll("'", "\\'")}'`;
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith("~") ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A path as an argument: one that begins with a dash is no flag. */
export function pathArgument(path: string): string {
  return path.startsWith("-") && path !== "-" ? `./${path}` : path;
}

/** A whole command line. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

/** Settings as names and texts, in order: `["style-scale", "0.5"]`. */
export function settingTexts(settings: SettingsInput): (readonly [word: string, text: string])[] {
  const values: Readonly<Record<string, unknown>> = settings;
  return [...allSettings.keys()].flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[settingWord(name), settingText(name, value)] as const];
  });
}

/** Settings as words of a command line. */
export function settingWords(settings: SettingsInput): string[] {
  return settingTexts(settings).flatMap(([word, text]) =>
    text === "true" ? [`--${word}`] : text === "false" ? [] : [`--${word}`, text],
  );
}

/** The part of a record that a command line is made from. */
export interface CommandSource extends Pick<ResultRecord, "settings" | "model"> {
  readonly content?: Named | undefined;
  readonly style: readonly Named[];
  readonly start?: Named | undefined;
  readonly mask?: Named | undefined;
  readonly styleMask?: readonly Named[] | undefined;
  /** The checkpoint of another job that it continued from. */
  readonly from?: Named | undefined;
}

interface Named {
  readonly name: string;
}

/** The words of the command that repeats a result; with `all`, including settings that equal the defaults. */
export function commandWords(made: CommandSource, all = false): string[] {
  const { from } = made;
  // Settings that are left out of a job with `--from` are the checkpoint's, not the recipe's.
  const settings = all || from ? madeSettings(made) : { ...chosenSettings(made.settings), ...foundSettings(made) };
  return [
    "pastiche",
    ...(made.content || from ? [] : ["texture"]),
    ...[...(made.content ? [made.content] : []), ...made.style].map(({ name }) => pathArgument(name)),
    ...(made.mask ? ["--mask", pathArgument(made.mask.name)] : []),
    ...(made.styleMask ?? []).flatMap(({ name }) => ["--style-mask", pathArgument(name)]),
    ...(from ? ["--from", pathArgument(from.name)] : []),
    ...settingWords({
      ...settings,
      ...(from && { init: undefined, initNoise: undefined, initFlat: undefined }),
    } as SettingsInput),
  ];
}

/** The settings of a result as they can be given again, with the network that was used and the file it started from. */
function madeSettings(made: CommandSource): SettingsInput {
  return { ...givenSettings(made.settings), ...foundSettings(made) };
}

function foundSettings({ model, start }: CommandSource): SettingsInput {
  return { model, ...(start && { init: startArgument(start.name) }) } as SettingsInput;
}

/** The name of a start's file so that it cannot be taken for a kind of start. */
function startArgument(name: string): string {
  return name === "-" || /[./\\]/.test(name) ? pathArgument(name) : `./${name}`;
}
