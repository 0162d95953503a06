/** Pictures of one's own that were chosen while the page is open: they stay on the shelf when others are chosen. */
import { effect, type Signal, signal } from "@preact/signals";
import { project } from "../project/project.ts";
import { isExample, type PictureFile } from "./pictures.ts";

export const ownPhotos = signal<readonly PictureFile[]>([]);
export const ownPaintings = signal<readonly PictureFile[]>([]);

/** The largest number of each; the one that was chosen first goes. */
const MOST = 9;

effect(() => {
  const { photo, paintings } = project.value;
  if (photo) remember(ownPhotos, photo);
  for (const painting of paintings) remember(ownPaintings, painting);
});

function remember(shelf: Signal<readonly PictureFile[]>, picture: PictureFile): void {
  const known = shelf.peek().some(({ digest }) => digest === picture.digest);
  if (!known && !isExample(picture)) shelf.value = [picture, ...shelf.peek()].slice(0, MOST);
}
