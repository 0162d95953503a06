/** What one project has that another has not, as people read it: knobs by their names, other settings as in a terminal. */
import {
  givenSettings,
  parseSettings,
  type Settings,
  type SettingsInput,
  settingText,
  settingWord,
} from "pastiche/web";
import { amountOf, knobs } from "./knobs.ts";
import type { Project } from "./project.ts";

/** `Photo 0.65, Stroke size 1`; empty where there is no difference. */
export function contrast(one: Project, other: Project): string {
  const [mine, theirs] = [one, other].map(({ settings }) => parseSettings(settings)) as [Settings, Settings];
  const before = givenSettings(theirs) as Record<string, unknown>;
  const differing = Object.entries(givenSettings(mine)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  const texts = differing.map(([name, value]) => {
    const knob = knobs.find((one) => one.name === name);
    return knob
      ? `${knob.label} ${Number(amountOf(knob, mine).toPrecision(3))}`
      : `${settingWord(name as keyof SettingsInput)} ${settingText(name as keyof SettingsInput, value)}`;
  });
  if (one.mask !== other.mask) texts.push(one.mask ? "regions" : "no regions");
  return texts.join(", ");
}
