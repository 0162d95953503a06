/** Settings as text, read and written: flags, `NAME=VALUE` lists, tables. */
import { gather, type Label } from "../parameters/parameter.ts";
import { allSettings, type SettingsInput } from "./settings.ts";

/**
 * Settings out of texts by name: `{ alpha: "0.3", styleLayers: "conv1_1:3", seamless: true }`. Values are typed and
 * checked; those that do not fit, and names that are none, are one `usage` error.
 */
export function readSettings(texts: Readonly<Record<string, string | boolean>>, label: Label = String): SettingsInput {
  const names = [...allSettings.keys()].filter((name) => Object.hasOwn(texts, name));
  const unknown = Object.keys(texts).filter((name) => !allSettings.has(name));
  return gather(names, (name) => valueFrom(name, texts[name]!), label, unknown);
}

/** The value that a text is for a setting. Errors as of `readSettings`; `label` stands for the name in them. */
export function readSetting(name: string, text: string, label: string): unknown {
  return gather(
    [name],
    () => valueFrom(name, text),
    () => label,
  )[name];
}

function valueFrom(name: string, text: string | boolean): unknown {
  const { kind } = allSettings.get(name)!;
  return kind.check(typeof text === "string" ? kind.read(text) : text);
}

/** A setting's value as text, as `readSettings` takes it: `conv1_1:3,conv2_1`, `3,1`, `none` for no layers. */
export function settingText(name: string, value: unknown): string {
  const setting = allSettings.get(name);
  // A record may have settings of parts that are not here.
  if (!setting) return typeof value === "object" ? JSON.stringify(value) : String(value);
  return setting.kind.text(value);
}

/** How flags and tables spell a setting: `style-scale`; `lr` for `learningRate`. */
export function settingWord(name: string): string {
  return allSettings.get(name)?.word ?? dashed(name);
}

/** The setting that a word means: its name or one of its spellings, in any case, with dashes or without. */
export function settingNamed(word: string): string | undefined {
  const bare = (text: string) => text.replace(/[-_]/g, "").toLowerCase();
  for (const [name, { aliases = [] }] of allSettings) {
    if ([name, settingWord(name), ...aliases].some((one) => bare(one) === bare(word))) return name;
  }
  return undefined;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
