/** Pictures that a checkpoint or a result remembers, found again: by where they were and what is in them. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { inMessage } from "../platform/node/paths.ts";
import { readWithin } from "../platform/node/pictures-file.ts";
import type { Recorded } from "./checkpoint-notes.ts";
import type { Source } from "./inputs.ts";

/** What the pictures of a job are called. */
const words = { content: "photo", style: "painting", start: "starting picture" } as const;

/**
 * The file of a remembered picture: where it was, else a file of its name in `folder` or here, that holds the very same
 * bytes. A `picture` error if there is none.
 */
export async function findPicture(role: keyof typeof words, recorded: Recorded, folder: string): Promise<Source> {
  const { name, path, sha256 } = recorded;
  const places = name === "-" ? [] : [path ?? name, name, join(folder, basename(name)), basename(name)];
  let changed: string | undefined;
  for (const place of new Set(places)) {
    const digest = await digestOf(place);
    if (digest === sha256) return { path: place, name, sha256 };
    if (digest !== undefined) changed ??= place;
  }
  const what = `the ${words[role]} of this job`;
  const why =
    name === "-"
      ? `${what[0]!.toUpperCase()}${what.slice(1)} came from standard input`
      : changed !== undefined
        ? `${inMessage(changed)} is not ${what} any more`
        : `${inMessage(path ?? name)}, ${what}, is not there any more`;
  throw new UserError("picture", `${why}; give it with --${role} FILE.`);
}

/** SHA-256 of a file; undefined where it cannot be read. */
export async function digestOf(path: string): Promise<string | undefined> {
  const bytes = await readWithin(path).catch(() => undefined);
  return bytes && createHash("sha256").update(bytes).digest("hex");
}
