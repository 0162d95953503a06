/** What a checkpoint remembers beside the job's state: where its pictures are, and how its result is to be written. */
import { basename, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import { parseSettings, type SettingsInput } from "../settings/settings.ts";
import type { Facts, Sources } from "./inputs.ts";
import { mapRoles, roleAt } from "./roles.ts";
import type { StylizeFlags } from "./stylize.ts";
import { version } from "./version.ts";

const picture = z.object({
  /** As it was typed. */
  name: z.string(),
  /** From the root; absent for standard input. */
  path: z.string().optional(),
  sha256: z.string(),
});
/** A picture as a checkpoint, or a result, remembers it. */
export type Recorded = z.infer<typeof picture>;

/** What a job was carried on from: the file of a state, and how far that was. */
export const origin = z.object({ name: z.string(), sha256: z.string(), step: z.number(), steps: z.number() });
export type Origin = z.infer<typeof origin>;

/** Flags that hold for the rest of the job, unless they are given anew. */
const flags = z.object({
  saveEvery: z.string().optional(),
  saveAt: z.string().optional(),
  depth: z.string().optional(),
  quality: z.string().optional(),
  metadata: z.boolean(),
  runtime: z.string(),
  threads: z.string().optional(),
  checkpointEvery: z.string().optional(),
  keepCheckpoint: z.boolean().optional(),
  /** From the root, to be told; it is written beside the checkpoint, whatever this says. */
  report: z.string().optional(),
});

const schema = z.object({
  version: z.string(),
  /** The result's name, without its folder; `-` for standard output. */
  output: z.string(),
  content: picture.optional(),
  style: z.array(picture).min(1).readonly(),
  start: picture.optional(),
  mask: picture.optional(),
  styleMask: z.array(picture).readonly().optional(),
  /** As it was asked for: the checkpoint holds what became of `auto`, the result's file what was asked. */
  tile: z.union([z.int(), z.enum(["auto", "off"])]),
  origin: origin.optional(),
  flags,
});
export type CheckpointNotes = z.infer<typeof schema>;

export function checkpointNotes(
  sources: Sources & { readonly settings: SettingsInput; readonly origin?: Origin | undefined },
  pictures: Facts,
  given: StylizeFlags,
  output: string,
): CheckpointNotes {
  return {
    version,
    output: basename(output),
    ...mapRoles(
      sources,
      ({ name, path }, role, index): Recorded => ({
        name,
        ...(path !== "-" && { path: resolve(path) }),
        sha256: roleAt(pictures, role, index)!.digest,
      }),
    ),
    tile: parseSettings(sources.settings).tile,
    origin: sources.origin,
    flags: flags.parse({ ...given, ...(given.report !== undefined && { report: resolve(given.report) }) }),
  };
}

/** The notes of a checkpoint that the command line wrote; a `file` error for another program's. */
export function readNotes(path: string, notes: unknown): CheckpointNotes {
  const result = schema.safeParse(notes);
  if (result.success) return result.data;
  throw new UserError("file", `${path} was written by another program, which does not say where its pictures are.`);
}
