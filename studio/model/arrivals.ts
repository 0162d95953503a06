/** Pictures that come in, by whatever way, and what is done with them. */

import { type Example, openExample, openPicture, type PictureFile } from "./pictures.ts";
import { change, choosePainting, project } from "./project.ts";
import { canPaint, message, paint } from "./run.ts";

export type Place = "photo" | "painting";

/** Takes files as the photo or as a painting, and paints as soon as there is one of each. */
export async function takeFiles(files: Iterable<Blob>, place: Place, beside = false): Promise<void> {
  for (const file of files) await taken(openPicture(file), place, beside);
}

export async function takeExample(example: Example, place: Place, beside = false): Promise<void> {
  await taken(openExample(example), place, beside);
}

/** Where a picture goes that was dropped on the whole page: what is missing first. */
export function usualPlace(): Place {
  return project.value.photo === undefined ? "photo" : project.value.paintings.length === 0 ? "painting" : "photo";
}

async function taken(opening: Promise<PictureFile>, place: Place, beside: boolean): Promise<void> {
  try {
    const picture = await opening;
    if (place === "photo") change({ photo: picture });
    else choosePainting(picture, beside);
    message.value = undefined;
    if (canPaint.value) paint();
  } catch (error) {
    message.value = { text: error instanceof Error ? error.message : String(error), bad: true };
  }
}
