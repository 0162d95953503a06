/** A project as the browser keeps it, by digests, and back to one with its pictures. */
import type { Project } from "../project/project.ts";
import type { Source } from "../project/record.ts";
import { findPicture } from "./pictures.ts";
import type { KeptMask, KeptProject } from "./store.ts";

export type Place = "photo" | "painting";

/** A picture that is not in this browser. */
export interface Missing extends Source {
  readonly place: Place;
}

export function keptForm({ photo, paintings, mask, settings, print }: Project): KeptProject {
  const region = mask && { digest: mask.digest, used: mask.used };
  return { photo: photo?.digest, paintings: paintings.map(({ digest }) => digest), mask: region, settings, print };
}

/** The project without the pictures that are not here, and those; `nameOf` tells their names. */
export async function findPictures(
  kept: KeptProject,
  nameOf: (digest: string) => string | undefined = () => undefined,
): Promise<{ readonly found: Project; readonly missing: readonly Missing[] }> {
  const [photo, ...all] = await Promise.all(
    [kept.photo, ...kept.paintings].map(async (digest) => (digest === undefined ? undefined : findPicture(digest))),
  );
  const paintings = all.filter((one) => one !== undefined);
  const named = (digest: string, place: Place) => ({ place, name: nameOf(digest) ?? `a ${place}`, sha256: digest });
  const missing = [
    ...(kept.photo !== undefined && !photo ? [named(kept.photo, "photo")] : []),
    ...kept.paintings.flatMap((digest, i) => (all[i] ? [] : [named(digest, "painting")])),
  ];
  // Regions count paintings: some would be painted like another.
  const mask = kept.mask && paintings.length === kept.paintings.length ? await findMask(kept.mask) : undefined;
  return { found: { photo, paintings, mask, settings: kept.settings, print: kept.print }, missing };
}

/** The project, unless one of its pictures is not here. */
export async function wholeProject(kept: KeptProject): Promise<Project | undefined> {
  const { found, missing } = await findPictures(kept);
  return missing.length === 0 ? found : undefined;
}

export async function findMask({ digest, used }: KeptMask): Promise<Project["mask"]> {
  const found = await findPicture(digest);
  return found && { file: found.file, digest, used };
}
