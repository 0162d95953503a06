/** The record in a result: how it was made, written to its file as text and read back. */
import * as z from "zod/mini";
import { cleaned, UserError } from "../../errors.ts";
import { readPictureText } from "../../platform/pictures/text.ts";
import { isRecord } from "../../records.ts";
import { recordedSettings } from "../../settings/changes.ts";
import type { Settings } from "../../settings/settings.ts";
import type { StartEvent } from "../../transfer/events.ts";
import { listRoles, mapRoles, type Roles, roleAt } from "../../transfer/pictures/roles.ts";
import { version } from "../../version.ts";
import type { JobFiles } from "../files.ts";
import type { Paths } from "../paths.ts";
import type { Facts } from "../pictures.ts";
import type { Sources } from "../request.ts";
import { type Origin, originSchema, pictureSchemas } from "./notes.ts";

/** The part of a record that is not in the start event. */
export interface Recordable {
  readonly pictures: Sources;
  readonly settings: Settings;
  readonly origin?: Origin | undefined;
}

/**
 * The texts of a result's file: `Software`, and under `pastiche` a JSON object with all settings, the seed among them,
 * versions, the network's digest, the runtime and the pictures (names without folders, and digests).
 */
export function recordText(
  start: StartEvent,
  { pictures, settings, origin }: Recordable,
  facts: Facts,
  step: number,
  paths: Paths,
): Record<string, string> {
  const named = mapRoles(pictures, ({ name }, role, index) => ({
    name: name === "-" ? "-" : paths.basename(name),
    sha256: roleAt(facts, role, index)!.digest,
  }));
  const record = {
    version,
    model: start.model,
    weights: start.weights,
    runtime: start.runtime,
    precision: start.precision,
    step,
    steps: start.steps,
    ...named,
    from: originOf(origin, start),
    settings,
  };
  return { Software: `pastiche ${version}`, pastiche: JSON.stringify(record) };
}

/** The checkpoint that a job continued from, completed from its start event. */
export function originOf(origin: Origin | undefined, start: StartEvent | undefined): Origin | undefined {
  return origin && start?.from ? { ...origin, optimizer: start.from.optimizer } : origin;
}

/** What `recordText` writes under `pastiche`, as far as a repetition needs it. */
const schema = z.object({
  version: z.string(),
  model: z.string(),
  weights: z.string(),
  runtime: z.string(),
  /** The precision of its steps, whatever was requested. */
  precision: z.enum(["fp32", "int8"]),
  step: z.number(),
  steps: z.number(),
  ...pictureSchemas,
  from: z.optional(originSchema),
  /** The settings that a program or the studio changed on the way, which a repetition takes from its first step on. */
  adjusted: z.optional(z.array(z.object({ step: z.number() }))),
  settings: z.custom<Settings>(isRecord),
});
/** A result's record of how it was made. */
export type ResultRecord = z.infer<typeof schema>;

/** The record of the picture at `path`. A `picture` error if there is none. */
export async function readResultRecord(path: string, files: Pick<JobFiles, "readBytes">): Promise<ResultRecord> {
  const made = madeFrom(await files.readBytes(path));
  if (!made) {
    throw new UserError(
      "picture",
      `${cleaned(path)} does not say how it was made: it is no result of pastiche, or one with --no-metadata.`,
    );
  }
  try {
    return { ...made, settings: recordedSettings(made.settings) };
  } catch (error) {
    throw new UserError(
      "picture",
      `${cleaned(path)} was made by pastiche ${made.version}, and this one does not understand its settings: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Whether there is a result at `path` that was made of these pictures. */
export async function isMadeOf(
  path: string,
  pictures: Roles<{ readonly sha256: string }>,
  files: Pick<JobFiles, "find">,
): Promise<boolean> {
  const bytes = path === "-" ? undefined : await files.find(path);
  const made = bytes && madeFrom(bytes);
  const digests = (all: typeof pictures) => String(listRoles(all).map(({ sha256 }) => sha256));
  return made !== undefined && digests(made) === digests(pictures);
}

function madeFrom(bytes: Uint8Array): ResultRecord | undefined {
  try {
    return z.parse(schema, JSON.parse(readPictureText(bytes).pastiche ?? "null"));
  } catch {
    return undefined;
  }
}
