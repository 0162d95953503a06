/** What one picture was made with that another was not, as people read it: knobs by their names, other settings as in a terminal. */
import {
  givenSettings,
  parseSettings,
  type Settings,
  type SettingsInput,
  settingText,
  settingWord,
} from "pastiche/web";
import { changed } from "./continuation.ts";
import { amountOf, amountText, knobs, usualFor } from "./knobs.ts";

interface Named {
  readonly name: string;
  readonly digest: string;
}

/** What a picture is made with: a project, or what is kept of one. */
export interface MadeWith {
  readonly photo: Named | undefined;
  readonly paintings: readonly Named[];
  readonly mask?: { readonly digest: string } | undefined;
  readonly settings: SettingsInput;
}

/** `waves, Photo ×1.5, Stroke size ×2`; empty where there is no difference. */
export function contrast(one: MadeWith, other: MadeWith): string {
  const [mine, theirs] = [one, other].map(({ settings }) => parseSettings(settings)) as [Settings, Settings];
  const usual = usualFor(one.settings);
  const values = givenSettings(mine) as Record<string, unknown>;
  const texts = changed(theirs, mine).flatMap((name) => {
    // A setting that only the other has.
    if (values[name] === undefined) return [];
    const knob = knobs.find((one) => one.name === name);
    return knob
      ? `${knob.label} ${amountText(amountOf(knob, mine), amountOf(knob, usual))}`
      : `${settingWord(name as keyof SettingsInput)} ${settingText(name as keyof SettingsInput, values[name])}`;
  });
  const pictures = [one.photo?.digest !== other.photo?.digest && one.photo ? [one.photo] : []].flat();
  if (digests(one) !== digests(other)) pictures.push(...one.paintings);
  if (one.mask?.digest !== other.mask?.digest) texts.push(one.mask ? "regions" : "no regions");
  return [...(pictures.length > 0 ? [pictures.map(bareName).join(" + ")] : []), ...texts].join(", ");
}

function digests({ paintings }: MadeWith): string {
  return paintings.map(({ digest }) => digest).join();
}

/** A file's name without its ending. */
export function bareName({ name }: { readonly name: string }): string {
  return name.replace(/\.\w+$/, "");
}
