/** Pictures that come in, by whatever way, and what is done with them. */

import { change, choosePainting, project } from "../project/project.ts";
import { paint } from "../run/run.ts";
import { canPaint, clearMessage, message } from "../run/state.ts";
import { restore } from "./gallery.ts";
import type { Place } from "./kept-project.ts";
import { takeMissing } from "./missing.ts";
import { type Example, openExample, openPicture, type PictureFile } from "./pictures.ts";

/** Takes files as the photo or as a painting, and paints as soon as there is one of each. */
export async function takeFiles(files: Iterable<Blob>, place: Place, beside = false): Promise<void> {
  for (const [i, file] of [...files].entries()) await taken(openPicture(file), place, beside || i > 0);
}

export async function takeExample(example: Example, place: Place, beside = false): Promise<void> {
  await taken(openExample(example), place, beside);
}

export async function takePicture(picture: PictureFile, place: Place, beside = false): Promise<void> {
  await taken(Promise.resolve(picture), place, beside);
}

/**
 * Files that were put nowhere in particular: a result of pastiche brings all that made it, others fill what is missing; of several,
 * the first is the photo.
 */
export async function takeAnywhere(files: readonly Blob[]): Promise<void> {
  for (const [i, file] of files.entries()) {
    const known = await restore(file, file instanceof File ? file.name : "the picture").catch((error) => {
      message.value = { text: (error as Error).message, bad: true };
      return true;
    });
    if (known) continue;
    const place = files.length === 1 ? missingPlace() : i === 0 ? "photo" : "painting";
    await taken(openPicture(file), place, i > 1);
  }
}

function missingPlace(): Place {
  return project.value.photo !== undefined && project.value.paintings.length === 0 ? "painting" : "photo";
}

async function taken(opening: Promise<PictureFile>, place: Place, beside: boolean): Promise<void> {
  try {
    const picture = await opening;
    if (await takeMissing(picture, place)) return;
    if (place === "photo") change({ photo: picture });
    else choosePainting(picture, beside);
    clearMessage();
    if (canPaint.value) paint();
  } catch (error) {
    message.value = { text: error instanceof Error ? error.message : String(error), bad: true };
  }
}
