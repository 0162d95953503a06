/** The largest possible size on the selected engine, told before anything is painted. */
import { computed, effect, signal } from "@preact/signals";
import { chosenSettings, type SettingsInput } from "pastiche/web";
import type { Largest } from "../engine/engine.ts";
import { bytesText } from "../page/words.ts";
import { live } from "../project/live.ts";
import { project, settings } from "../project/project.ts";
import { painter } from "./run.ts";
import { engine, isRunning } from "./state.ts";

const largest = signal<Largest | undefined>(undefined);

/** Pixels of the long side; undefined where they are not known. */
export const largestSide = computed(() => largest.value?.side);

/** As a sentence; undefined where it is not known. */
export function largestText(): string | undefined {
  const known = largest.value;
  if (!known) return undefined;
  const { side, by } = known;
  if (by !== "memory")
    return `Up to about ${side} pixels: one buffer of this graphics card has at most ${bytesText(by.buffer)}`;
  const where = engine.value === "computer" ? "with the memory that this computer has free" : "in a browser's 4 GB";
  return `Up to ${side} pixels ${where}`;
}

/** Settings come to rest for so long, in milliseconds, before the engine is asked. */
const REST = 600;

/** From now on asks the engine wherever other things are set, between jobs. */
export function watchLargest(): void {
  let asked = "";
  effect(() => {
    const { photo } = project.value;
    const [name, deciding] = [engine.value, decidingOf(chosenSettings(settings.value))];
    const question = JSON.stringify([name, deciding, photo && (photo.width / photo.height).toFixed(2)]);
    if (!photo || isRunning.value || question === asked) return;
    const timer = setTimeout(async () => {
      asked = question;
      // What fails here fails again where it is needed, and is said there.
      const found = await painter()
        .largest(deciding, photo)
        .catch(() => undefined);
      if (question === asked) largest.value = found;
    }, REST);
    return () => clearTimeout(timer);
  });
}

/** Settings that decide on the memory. */
export function decidingOf(all: SettingsInput): SettingsInput {
  const others = Object.entries(all).filter(([name]) => !live.has(name) && name !== "size" && name !== "seed");
  return Object.fromEntries(others);
}
