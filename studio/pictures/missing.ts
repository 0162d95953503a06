/** Pictures that a result was made of and that are not in this browser: the user is asked for them, and nothing is painted meanwhile. */
import { effect, signal } from "@preact/signals";
import { change, type Project, project } from "../project/project.ts";
import { showPicturesOf } from "../run/run.ts";
import { isRunning, message } from "../run/state.ts";
import { findMask, type Missing, type Place } from "./kept-project.ts";
import type { PictureFile } from "./pictures.ts";
import type { KeptProject } from "./store.ts";

const asked = signal<{ readonly kept: KeptProject; readonly missing: readonly Missing[] } | undefined>(undefined);

// What is painted is another picture, whatever was asked for.
effect(() => {
  if (isRunning.value) asked.value = undefined;
});

/** From now on, pictures that are chosen take the places of the missing ones. Says what is missing; empty for nothing. */
export function askFor(kept: KeptProject, found: Project, missing: readonly Missing[]): string {
  asked.value = missing.length > 0 ? { kept, missing } : undefined;
  if (missing.length === 0) return lackOf(kept, found);
  const regions = kept.mask ? " It has regions, which count when its paintings are here." : "";
  return ` Its pictures are not here; choose them again: ${namesOf(missing)}.${regions}`;
}

/** Puts a picture where a result lacks one. False where none is missing. */
export async function takeMissing(picture: PictureFile, place: Place): Promise<boolean> {
  const { kept, missing = [] } = asked.peek() ?? {};
  const same = missing.filter(({ sha256 }) => sha256 === picture.digest);
  const found = same.find((one) => one.place === place) ?? same[0];
  const taken = found ?? missing.find((one) => one.place === place);
  if (!kept || !taken) {
    asked.value = undefined;
    return false;
  }
  asked.value = { kept, missing: missing.filter((one) => one !== taken) };
  if (found) await putBack(picture, found.place, kept);
  else putInstead(picture, taken);
  return true;
}

async function putBack(picture: PictureFile, place: Place, kept: KeptProject): Promise<void> {
  if (place === "photo") change({ photo: picture });
  else {
    const all = [...project.peek().paintings, picture];
    change({ paintings: kept.paintings.flatMap((digest) => all.find((one) => one.digest === digest) ?? []) });
  }
  const complete = project.peek().paintings.length === kept.paintings.length;
  if (kept.mask && complete) change({ mask: await findMask(kept.mask) });
  showPicturesOf(project.peek());
  const missing = asked.peek()?.missing ?? [];
  say(
    missing.length > 0
      ? `Still to be chosen: ${namesOf(missing)}.`
      : `All its pictures are here again.${lackOf(kept, project.peek())} Nothing is painted before you say so.`,
  );
}

function putInstead(picture: PictureFile, { place, name }: Missing): void {
  if (place === "photo") change({ photo: picture });
  else change({ paintings: [...project.peek().paintings, picture] });
  say(`${picture.name} is not the ${name} that it was made of. Nothing is painted before you say so.`);
}

function lackOf(kept: KeptProject, { mask }: Project): string {
  return kept.mask && !mask ? " Its regions are not here: painted anew, it has none." : "";
}

function namesOf(missing: readonly Missing[]): string {
  return missing.map(({ name }) => name).join(", ");
}

function say(text: string): void {
  message.value = { text, bad: false };
}
