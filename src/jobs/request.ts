/** A job as plain JSON: what to paint, from which files, and what to write. */
import { UserError } from "../errors.ts";
import type { Depth } from "../platform/pictures.ts";
import { starts } from "../settings/schema.ts";
import type { Label, SettingsInput } from "../settings/settings.ts";
import type { Roles } from "../transfer/pictures/roles.ts";

/** A picture's file. */
export interface Source {
  /** Where it is; `-` for standard input. */
  readonly path: string;
  /** Its name when the job was first requested, for the result's record. */
  readonly name: string;
  /** The digest that it must have. */
  readonly sha256?: string | undefined;
}

/** The files of a job. */
export type Sources = Roles<Source>;

/** A picture's file, as a user gave it. */
export function source(path: string): Source {
  return { path, name: path };
}

/**
 * The picture to start from, if the value of the setting `init` is the name of a file: a text with a dot or a slash, or
 * `-`. A `usage` error if it is neither a file nor a kind of start.
 */
export function startFile(init: unknown, label: Label = String): string | undefined {
  if (typeof init !== "string" || (starts as readonly string[]).includes(init)) return undefined;
  if (init === "-" || /[./\\]/.test(init)) return init;
  const choices = `${starts.join(", ")} or a picture's file`;
  throw new UserError("usage", `${label("init")}: expected one of ${choices}, got "${init}".`);
}

/** A job as plain JSON. */
export interface JobRequest {
  /**
   * The pictures: a new job needs its paintings. With `resume`, `from` and `replay`, those that are not where they were or
   * that are to be others; the rest is found again.
   */
  readonly pictures?: Partial<Sources> | undefined;
  /** Whatever differs from the defaults; with `from` and `replay`, whatever changes. */
  readonly settings?: SettingsInput | undefined;
  /** How the result is written; false: no file is written. */
  readonly output?: OutputRequest | false | undefined;
  /** When snapshots are written beside the result; by default as in the recipe. */
  readonly snapshots?: SnapshotRequest | undefined;
  /** How checkpoints are written while the job runs; false: none. */
  readonly checkpoint?: CheckpointRequest | false | undefined;
  /** The HTML page about the job. */
  readonly report?: string | undefined;
  /** Resumes a stopped job from this checkpoint. */
  readonly resume?: string | undefined;
  /** Continues from this checkpoint with other settings, other paintings or masks, or at a larger size. */
  readonly from?: string | undefined;
  /** Makes this result again, from its own record. */
  readonly replay?: string | undefined;
  /** The runtime and its limits. */
  readonly machine?: MachineRequest | undefined;
  /** The most pixels of a picture that is read. */
  readonly maxPixels?: number | undefined;
  /** The most points of loss curves in the result and in checkpoints; none if left out. */
  readonly curves?: number | undefined;
}

/** How a result is written. */
export interface OutputRequest {
  /** The file, its ending decides the format; `-` for standard output. Left out, named after the pictures. */
  readonly path?: string | undefined;
  /** Bits of a colour value; by default 8. */
  readonly depth?: Depth | undefined;
  /** Of JPEG and WebP, 1 to 100; by default 95. */
  readonly quality?: number | undefined;
  /** Whether the file holds a record of how it was made; by default it does. */
  readonly metadata?: boolean | undefined;
  /** Replace files that exist. */
  readonly force?: boolean | undefined;
  /** Whether a stopped job writes its current image; by default it does. */
  readonly partial?: boolean | undefined;
}

/** When snapshots are written. */
export interface SnapshotRequest {
  /** One after every so many steps; 0 for none. */
  readonly every?: number | undefined;
  /** One after each of these steps. */
  readonly at?: readonly number[] | undefined;
}

/** How checkpoints are written. */
export interface CheckpointRequest {
  /** Seconds between checkpoints; 0 for none on the way; by default 30. */
  readonly every?: number | undefined;
  /** Whether the last one stays when the job is done. */
  readonly keep?: boolean | undefined;
  /** Continues from an existing checkpoint of the same job and network; any other is removed. */
  readonly adopt?: { readonly model: string } | undefined;
}

/** What a job runs on. */
export interface MachineRequest {
  readonly runtime?: string | undefined;
  readonly threads?: number | undefined;
  /** Bytes that the job may take. */
  readonly memory?: number | undefined;
}
