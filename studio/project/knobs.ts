/** The knobs of the panel: what each is called, what its two ends look like, and how it is set. */
import { losses, parseSettings, type Settings, type SettingsInput } from "pastiche/web";
import type { Scale } from "./scale.ts";

export interface Knob {
  readonly name: keyof SettingsInput & string;
  readonly label: string;
  readonly low: string;
  readonly high: string;
  /** Its place among the pictures of two ends in `styles/knobs.webp`, which `scripts/knob-pictures.mjs` paints. */
  readonly pictured?: number;
  /** How it is turned, but for its middle, which is the default. */
  readonly scale?: Omit<Scale, "usual">;
  /** The settings that give it that value. */
  set(value: number): SettingsInput;
}

const strength = (name: keyof SettingsInput & string, label: string, low: string, high: string): Knob => ({
  ...{ name, label, low, high },
  set: (value) => ({ [name]: value }),
});

const described = [
  strength("alpha", "Photo", "free", "faithful"),
  strength("beta", "Painting", "a touch", "all of it"),
  strength("tv", "Smoothness", "crisp", "soft"),
  strength("roughness", "Roughness", "even", "gritty"),
  strength("laplacian", "Outlines", "dissolved", "held"),
];
const known: readonly Knob[] = described.map((knob, pictured) => ({ ...knob, pictured }));

/** A loss of an image that nobody has described here yet has a strength that is called as it is. */
const others = Object.keys(losses)
  .filter((name) => "filter" in losses[name as keyof typeof losses] && !known.some((knob) => knob.name === name))
  .map((name) => strength(name as keyof SettingsInput, name, "less", "more"));

const strokes: Knob = {
  ...{ name: "styleScale", label: "Stroke size", low: "fine", high: "broad", pictured: known.length },
  scale: { reach: 4, zero: false },
  set: (value) => ({ styleScale: [value] }),
};

export const knobs: readonly Knob[] = [...known, ...others, strokes];

/** What settings would be if only recipe, quality and optimiser were chosen. */
export function usualFor({ recipe, quality, optimizer }: SettingsInput): Settings {
  const chosen = Object.entries({ recipe, quality, optimizer }).filter(([, value]) => value !== undefined);
  return parseSettings(Object.fromEntries(chosen));
}

/** A knob's value as people read it: so many times as usual, `×1.5`; by itself where nothing is usual. */
export function amountText(value: number, usual: number): string {
  return usual > 0 ? `×${Number((value / usual).toPrecision(2))}` : String(Number(value.toPrecision(3)));
}

/** The value that a knob has; of several, the first. */
export function amountOf({ name }: Knob, settings: Settings): number {
  const value: unknown = settings[name as keyof Settings];
  return Number(Array.isArray(value) ? value[0] : value);
}
