/** Which films of branches are kept, where there is no room for all. */
import { bytesText } from "../page/words.ts";
import type { Branch } from "../run/branches.ts";

/** So much of films is kept, in bytes; that of the branch in view is kept however large it is. */
const ROOM = 128e6;

export interface Fitting {
  readonly branches: readonly Branch[];
  /** The files of all frames, by id. */
  readonly files: ReadonlyMap<string, Blob>;
  /** Those of which only the last frame is kept. */
  readonly cut: readonly Branch[];
}

/** The branches as far as there is room for their films, the first of them before all: where there is none, the last frame is kept. */
export function fitting(branches: readonly Branch[], room = ROOM): Fitting {
  const files = new Map<string, Blob>();
  const cut: Branch[] = [];
  let bytes = 0;
  const kept = branches.map((branch, i) => {
    const { frames } = branch.film;
    // Branches share the frames of what was before them.
    const own = frames.filter(({ id }) => !files.has(id));
    const size = own.reduce((sum, { file }) => sum + file.size, 0);
    const fits = i === 0 || bytes + size <= room;
    if (!fits) cut.push(branch);
    const taken = fits ? frames : frames.slice(-1);
    for (const { id, file } of taken) {
      if (!files.has(id)) bytes += file.size;
      files.set(id, file);
    }
    return { ...branch, film: { ...branch.film, frames: taken } };
  });
  return { branches: kept, files, cut };
}

/** What is said of films that are cut. */
export function cutText(names: readonly string[]): string {
  const whose = names.length === 1 ? `of ${names[0]} has` : `of ${names.join(" and ")} have`;
  return `When this page is loaded again, the film ${whose} one picture: ${bytesText(ROOM)} of films are kept, and these are the oldest.`;
}
