/** Settings as the part of an address after `#`, and back: a link makes the same picture of the same pictures. */
import { parseSettings, type SettingsInput } from "pastiche/web";

/** `#size=768&alpha=0.3`; empty where nothing was set. */
export function linkOf(settings: SettingsInput): string {
  const pairs = Object.entries(settings).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return "";
  const words = pairs.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  return `#${new URLSearchParams(words).toString()}`;
}

/** The settings of such a link. A `UserError` says what does not fit: links are typed and shortened by hand. */
export function settingsOf(link: string): SettingsInput {
  const pairs = [...new URLSearchParams(link.replace(/^#/, ""))];
  const settings = Object.fromEntries(pairs.map(([name, text]) => [name, parsed(text)])) as SettingsInput;
  parseSettings(settings);
  return settings;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
