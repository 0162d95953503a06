/** Pictures that a checkpoint or a result remembers, found again: by where they were and what is in them. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { inMessage } from "../platform/node/paths.ts";
import { readRegular } from "../platform/node/regular.ts";
import type { Recorded } from "./checkpoint-notes.ts";
import { flagOf } from "./flags.ts";
import type { Source, Sources } from "./inputs.ts";
import { mapRolesInTurn, type Role, type Roles, roles } from "./roles.ts";
import type { GivenPictures } from "./stylize.ts";

/**
 * The file of a remembered picture: where it was, else a file of its name in `folder` or here, that holds the very same
 * bytes. A `picture` error if there is none.
 */
export async function findPicture(role: Role, recorded: Recorded, folder: string): Promise<Source> {
  const { name, path, sha256 } = recorded;
  const places = name === "-" ? [] : [path ?? name, name, join(folder, basename(name)), basename(name)];
  let changed: string | undefined;
  for (const place of new Set(places)) {
    const digest = await digestOf(place);
    if (digest === sha256) return { path: place, name, sha256 };
    if (digest !== undefined) changed ??= place;
  }
  const what = `the ${roles[role]} of this job`;
  const why =
    name === "-"
      ? `${what[0]!.toUpperCase()}${what.slice(1)} came from standard input`
      : changed !== undefined
        ? `${inMessage(changed)} is not ${what} any more`
        : `${inMessage(path ?? name)}, ${what}, is not there any more`;
  throw new UserError("picture", `${why}; give it with ${flagOf(role)} FILE.`);
}

/** The files of a job's remembered pictures, as they are given for their role or else found again. */
export async function findPictures(recorded: Roles<Recorded>, given: GivenPictures, folder: string): Promise<Sources> {
  for (const role of Object.keys(roles) as Role[]) {
    if (given[role] !== undefined && recorded[role] === undefined)
      throw new UserError("usage", `${flagOf(role)}: the job has no ${roles[role]}; leave it out.`);
  }
  for (const role of ["style", "styleMask"] as const) {
    const [has, got] = [recorded[role]?.length ?? 0, given[role]?.length];
    if (got !== undefined && got !== has)
      throw new UserError("usage", `${flagOf(role)}: expected ${has}, as many as the job has, got ${got}.`);
  }
  return mapRolesInTurn(recorded, async (one, role, index) => {
    const files = given[role];
    const file = typeof files === "string" ? files : files?.[index];
    return file === undefined ? findPicture(role, one, folder) : { path: file, name: one.name, sha256: one.sha256 };
  });
}

/** SHA-256 of an ordinary file; undefined where there is none to be read. */
export async function digestOf(path: string): Promise<string | undefined> {
  const bytes = await readRegular(path).catch(() => undefined);
  return bytes && createHash("sha256").update(bytes).digest("hex");
}
