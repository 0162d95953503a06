/** Finds the pictures that a checkpoint or a result records, by their paths and digests. */
import { cleaned, UserError } from "../../errors.ts";
import type { Label } from "../../settings/settings.ts";
import { mapRolesInTurn, type Role, type Roles, roleAt, roleNames } from "../../transfer/pictures/roles.ts";
import type { JobFiles } from "../files.ts";
import type { RecordedPicture } from "../record/notes.ts";
import type { Source, Sources } from "../request.ts";

/** Where to search, and the names of parts of the request in messages. */
export interface Search {
  readonly folder: string;
  readonly files: JobFiles;
  readonly label: Label;
}

/**
 * The file of a recorded picture: at its path, or under its name in the folder or the working folder, with the same bytes.
 * A `picture` error if there is none.
 */
export async function findPicture(
  role: Role,
  recorded: RecordedPicture,
  { folder, files, label }: Search,
): Promise<Required<Source>> {
  const { name, path, sha256 } = recorded;
  const { basename, join } = files.paths;
  const places = name === "-" ? [] : [path ?? name, name, join(folder, basename(name)), basename(name)];
  let changed: string | undefined;
  for (const place of new Set(places)) {
    const digest = await digestOf(place, files);
    if (digest === sha256) return { path: place, name, sha256 };
    if (digest !== undefined) changed ??= place;
  }
  const what = `the ${roleNames[role]} of this job`;
  const why =
    name === "-"
      ? `${what[0]!.toUpperCase()}${what.slice(1)} came from standard input`
      : changed !== undefined
        ? `${cleaned(changed)} is not ${what} any more`
        : `${cleaned(path ?? name)}, ${what}, is not there any more`;
  throw new UserError("picture", `${why}; give it with ${label(role)} FILE.`);
}

/** The files of a job's recorded pictures: as given for their role, or else found. */
export async function findPictures(
  recorded: Roles<RecordedPicture>,
  given: Partial<Sources> = {},
  search: Search,
): Promise<Sources> {
  const { label } = search;
  for (const role of Object.keys(roleNames) as Role[]) {
    if (given[role] !== undefined && recorded[role] === undefined)
      throw new UserError("usage", `${label(role)}: the job has no ${roleNames[role]}; leave it out.`);
  }
  for (const role of ["style", "styleMask"] as const) {
    const [has, got] = [recorded[role]?.length ?? 0, given[role]?.length];
    if (got !== undefined && got !== has)
      throw new UserError("usage", `${label(role)}: expected ${has}, as many as the job has, got ${got}.`);
  }
  return mapRolesInTurn(recorded, async (one, role, index): Promise<Source> => {
    const files: Source | readonly Source[] | undefined = given[role];
    const file = Array.isArray(files) ? (files as readonly Source[])[index] : (files as Source | undefined);
    if (file === undefined) return findPicture(role, one, search);
    return { path: file.path, name: one.name, sha256: one.sha256 };
  });
}

/**
 * The files of a job that may have other pictures than a remembered one: `wanted`, found again, but for those that are given.
 * `others` are the given ones that are not as `recorded`.
 */
export async function picturesWith(
  wanted: Roles<Source | RecordedPicture>,
  recorded: Roles<RecordedPicture>,
  given: Partial<Sources>,
  search: Search,
): Promise<{ readonly pictures: Sources; readonly others: readonly string[] }> {
  const others: string[] = [];
  const present: Partial<Sources> = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));
  const pictures = await mapRolesInTurn({ ...wanted, ...present }, async (one, role, index): Promise<Source> => {
    if (!(role in present)) return findPicture(role, one as RecordedPicture, search);
    const { path } = one as Source;
    const before = roleAt(recorded, role, index);
    const digest = before && path !== "-" ? await digestOf(path, search.files) : undefined;
    if (digest !== undefined && digest !== before!.sha256) others.push(path);
    return one as Source;
  });
  return { pictures, others };
}

/** SHA-256 of an ordinary file; undefined where there is none to be read. */
export async function digestOf(path: string, files: JobFiles): Promise<string | undefined> {
  const bytes = await files.find(path);
  return bytes && files.sha256(bytes);
}
