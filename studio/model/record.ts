/** What a saved picture remembers of how it was made: the same words as the terminal's, so that each reads the other's. */
import {
  givenSettings,
  type JobRecord,
  parseSettings,
  type Settings,
  type SettingsInput,
  UserError,
} from "pastiche/web";
import type { PictureFile } from "./pictures.ts";
import type { Project } from "./project.ts";
import { paintingsInUse } from "./regions.ts";

/** What is known of how a picture was made. */
export type Known = Pick<JobRecord, "model" | "weights" | "runtime" | "precision" | "step" | "steps" | "settings"> &
  Partial<JobRecord>;

/** Keyword to text, for a PNG. */
export function recordOf(project: Project, known: Known): Record<string, string> {
  const { photo, mask } = project;
  const pictures = {
    content: photo && source(photo),
    style: paintingsInUse(project).map(source),
    mask: mask && { name: "mask.png", sha256: mask.digest },
  };
  return { Software: `pastiche ${VERSION}`, pastiche: JSON.stringify({ version: VERSION, ...known, ...pictures }) };
}

export interface Made {
  readonly settings: SettingsInput;
  readonly photo: Source | undefined;
  readonly paintings: readonly Source[];
  readonly mask: Source | undefined;
}

interface Source {
  readonly name: string;
  readonly sha256: string;
}

/** What a saved picture says, its settings without those that are as their recipe has them. Errors: `picture`. */
export function settingsIn(text: string, name: string): Made {
  try {
    const { settings, content, style, mask } = JSON.parse(text) as Record<string, unknown>;
    return {
      settings: chosenOf(settings as Settings),
      photo: content as Source | undefined,
      paintings: (style as Source[] | undefined) ?? [],
      mask: mask as Source | undefined,
    };
  } catch (cause) {
    throw new UserError("picture", `${name} was made by another pastiche, whose words this one does not understand.`, {
      cause,
    });
  }
}

/** What of complete settings is not as their recipe has it. */
export function chosenOf(settings: Settings): SettingsInput {
  const all = givenSettings(parseSettings(givenSettings(settings)));
  const { recipe, quality, optimizer } = settings;
  const usual = givenSettings(parseSettings({ recipe, quality, optimizer })) as Record<string, unknown>;
  const first = givenSettings(parseSettings({ recipe })) as Record<string, unknown>;
  const plain = givenSettings(parseSettings()) as Record<string, unknown>;
  const base = { ...usual, recipe: plain.recipe, quality: plain.quality, optimizer: first.optimizer };
  const differing = Object.entries(all).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof typeof base]),
  );
  return Object.fromEntries(differing) as SettingsInput;
}

/** `photo-painting.png`. */
export function resultName({ photo, paintings }: Project): string {
  const bare = ({ name }: PictureFile) => name.replace(/\.\w+$/, "");
  return `${[photo, ...paintings].flatMap((one) => (one ? [bare(one)] : [])).join("-")}.png`;
}

function source({ name, digest }: PictureFile): Source {
  return { name, sha256: digest };
}
