/** What a saved picture remembers of how it was made: the same words as the terminal's, so that each reads the other's. */
import {
  chosenSettings,
  type JobRecord,
  recordedSettings,
  type Settings,
  type SettingsInput,
  UserError,
} from "pastiche/web";
import type { PictureFile } from "../pictures/pictures.ts";
import type { Stopped } from "../pictures/store.ts";
import { bareName } from "./contrast.ts";
import type { Project } from "./project.ts";
import { paintingsInUse } from "./regions.ts";

/** What is known of how a picture was made. */
export type Known = Pick<JobRecord, "model" | "weights" | "runtime" | "precision" | "step" | "steps" | "settings"> &
  Partial<JobRecord>;

/** What records and commands call a picture that was gone on from, and the mask. */
export const START = "start.png";
export const MASK = "mask.png";

/** Keyword to text, for a PNG; `start` is the digest of the picture that was gone on from, if any. */
export function recordOf(project: Project, known: Known, start?: string): Record<string, string> {
  const { photo, mask } = project;
  const pictures = {
    content: photo && source(photo),
    style: paintingsInUse(project).map(source),
    mask: mask && { name: MASK, sha256: mask.digest },
    ...(known.from
      ? { from: { name: stateName(project), ...known.from } }
      : { start: start && { name: START, sha256: start } }),
  };
  return { Software: `pastiche ${VERSION}`, pastiche: JSON.stringify({ version: VERSION, ...known, ...pictures }) };
}

export interface Made {
  readonly settings: SettingsInput;
  readonly photo: Source | undefined;
  readonly paintings: readonly Source[];
  readonly mask: Source | undefined;
  /** The file of the state or picture that it went on from, without which it cannot be made again. */
  readonly needs: string | undefined;
  /** Settings were changed while it was painted. */
  readonly adjusted: boolean;
  readonly stopped: Stopped | undefined;
}

/** A picture file by its name and its digest (SHA-256). */
export interface Source {
  readonly name: string;
  readonly sha256: string;
}

/** What a saved picture says, its settings without those that are as their recipe has them. Errors: `picture`. */
export function settingsIn(text: string, name: string): Made {
  try {
    const { settings, content, style, mask, start, from, adjusted, stopped, step, steps } = JSON.parse(text);
    const chosen = chosenSettings(recordedSettings(settings as Settings));
    return {
      settings: start || from ? withoutLevels(chosen) : chosen,
      needs: (from ?? start)?.name,
      adjusted: adjusted !== undefined,
      stopped: stopped && { step, steps },
      photo: content,
      paintings: style ?? [],
      mask,
    };
  } catch (cause) {
    throw new UserError("picture", `${name} was made by another pastiche, whose words this one does not understand.`, {
      cause,
    });
  }
}

/** Its levels are those of a job that went on from a picture; one that begins anew has all of them. */
function withoutLevels({ levels: _, minSize: __, firstSteps: ___, ...settings }: SettingsInput): SettingsInput {
  return settings;
}

/** `photo-painting.png`. */
export function resultName({ photo, paintings }: Project): string {
  return `${[photo, ...paintings].flatMap((one) => (one ? [bareName(one)] : [])).join("-")}.png`;
}

/** What records and commands call the state that a picture was made from: `photo-painting.ckpt`. */
export function stateName(project: Project): string {
  return resultName(project).replace(/png$/, "ckpt");
}

function source({ name, digest }: PictureFile): Source {
  return { name, sha256: digest };
}
