/** What a result remembers of how it was made, as words for its file. */
import { basename } from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import { inMessage } from "../platform/node/paths.ts";
import { readWithin } from "../platform/node/pictures-file.ts";
import { readRegular } from "../platform/node/regular.ts";
import { readPictureText } from "../platform/pictures-text.ts";
import { isRecord } from "../records.ts";
import { recordedSettings } from "../settings/changes.ts";
import { parseSettings, type Settings, type SettingsInput } from "../settings/settings.ts";
import type { StartEvent } from "../transfer/events.ts";
import { type Origin, origin } from "./checkpoint-notes.ts";
import type { Facts, Sources } from "./inputs.ts";
import { listRoles, mapRoles, type Roles, roleAt } from "./roles.ts";
import { version } from "./version.ts";

interface Request extends Sources {
  readonly settings: SettingsInput;
  readonly origin?: Origin | undefined;
}

/**
 * The file's words: `Software`, and under `pastiche` a JSON object with all settings, the seed among them, versions, the
 * network's digest, the runtime and the pictures (names without folders, and digests).
 */
export function settingsText(
  start: StartEvent,
  request: Request,
  pictures: Facts,
  step: number,
): Record<string, string> {
  const named = mapRoles(request, ({ name }, role, index) => ({
    name: name === "-" ? "-" : basename(name),
    sha256: roleAt(pictures, role, index)!.digest,
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
    from: request.origin,
    settings: parseSettings(request.settings),
  };
  return { Software: `pastiche ${version}`, pastiche: JSON.stringify(record) };
}

const picture = z.object({ name: z.string(), sha256: z.string() });

/** What `settingsText` writes under `pastiche`, as far as it is needed to run again. */
const schema = z.object({
  version: z.string(),
  model: z.string(),
  weights: z.string(),
  runtime: z.string(),
  /** What its steps were computed in, whatever was asked for; absent in results of before. */
  precision: z.enum(["fp32", "int8"]).optional(),
  step: z.number(),
  steps: z.number(),
  content: picture.optional(),
  style: z.array(picture).min(1).readonly(),
  start: picture.optional(),
  mask: picture.optional(),
  styleMask: z.array(picture).readonly().optional(),
  from: origin.optional(),
  settings: z.custom<Settings>(isRecord),
});
export type Made = z.infer<typeof schema>;

/** How the picture at `path` was made. A `picture` error if it does not say. */
export async function readMade(path: string): Promise<Made> {
  const made = madeFrom(await readWithin(path));
  if (!made) {
    throw new UserError(
      "picture",
      `${inMessage(path)} does not say how it was made: it is no result of pastiche, or one with --no-metadata.`,
    );
  }
  try {
    return { ...made, settings: recordedSettings(made.settings) };
  } catch (error) {
    throw new UserError(
      "picture",
      `${inMessage(path)} was made by pastiche ${made.version}, and this one does not understand its settings: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Whether there is a result at `path` that was made of these pictures. */
export async function madeOf(path: string, pictures: Roles<{ readonly sha256: string }>): Promise<boolean> {
  const bytes = path === "-" ? undefined : await readRegular(path).catch(() => undefined);
  const made = bytes && madeFrom(bytes);
  const digests = (all: typeof pictures) => String(listRoles(all).map(({ sha256 }) => sha256));
  return made !== undefined && digests(made) === digests(pictures);
}

function madeFrom(bytes: Uint8Array): Made | undefined {
  try {
    return schema.parse(JSON.parse(readPictureText(bytes).pastiche ?? "null"));
  } catch {
    return undefined;
  }
}
