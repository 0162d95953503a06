/** The notes in a checkpoint: the job's request, with the paths and digests of its pictures. */
import * as z from "zod/mini";
import { UserError } from "../../errors.ts";
import { listRoles } from "../../transfer/pictures/roles.ts";
import type { Paths } from "../paths.ts";
import { curvesSchema } from "../report/history.ts";
import type { JobRequest } from "../request.ts";

const picture = z.object({
  name: z.string(),
  /** Absolute; absent for standard input. */
  path: z.optional(z.string()),
  sha256: z.string(),
});
/** A picture in a checkpoint or in a result. */
export type RecordedPicture = z.infer<typeof picture>;

/** The checkpoint that a job continued from: its file and progress. */
export const originSchema = z.object({
  name: z.string(),
  /** Absent where the state was never a file, as in the studio. */
  sha256: z.optional(z.string()),
  step: z.number(),
  steps: z.number(),
  /** Whether the optimiser's state was carried over; absent until the job has started. */
  optimizer: z.optional(z.enum(["carried", "reset"])),
});
export type Origin = z.infer<typeof originSchema>;

/** The schemas of the pictures of a job. */
export const pictureSchemas = {
  content: z.optional(picture),
  style: z.readonly(z.array(picture).check(z.minLength(1))),
  start: z.optional(picture),
  mask: z.optional(picture),
  styleMask: z.optional(z.readonly(z.array(picture))),
};

const tile = z.union([z.int(), z.enum(["auto", "off"])]);
const depth = z.union([z.literal(8), z.literal(16)]);

/** What applies to a resumed job, unless its request says otherwise. */
const rest = z.object({
  output: z.object({
    /** Without its folder; `-` for standard output. */
    path: z.string(),
    depth: z.optional(depth),
    quality: z.optional(z.number()),
    metadata: z.optional(z.boolean()),
  }),
  snapshots: z.optional(z.object({ every: z.optional(z.number()), at: z.optional(z.readonly(z.array(z.number()))) })),
  checkpoint: z.object({ every: z.optional(z.number()), keep: z.optional(z.boolean()) }),
  /** Absolute, for a note only; the report is written beside the checkpoint. */
  report: z.optional(z.string()),
  machine: z.object({ runtime: z.optional(z.string()), threads: z.optional(z.number()) }),
});

const schema = z.object({
  version: z.string(),
  pictures: z.object(pictureSchemas),
  /** As requested: the checkpoint's settings have the value that `auto` resulted in. */
  tile,
  origin: z.optional(originSchema),
  rest,
  /** Of all runs so far, with loss curves. */
  progress: z.optional(
    z.object({
      seconds: z.number(),
      curves: curvesSchema,
      /** The requested settings, as JSON. */
      settings: z.string(),
    }),
  ),
});
export type CheckpointNotes = z.infer<typeof schema>;

/** The part of a request that is stored in checkpoints. */
export function restOf(request: JobRequest, output: string, paths: Paths): CheckpointNotes["rest"] {
  const { depth, quality, metadata } = request.output || {};
  const { every, keep } = request.checkpoint || {};
  const { runtime, threads } = request.machine ?? {};
  return {
    output: { path: paths.basename(output), depth, quality, metadata },
    snapshots: request.snapshots,
    checkpoint: { every, keep },
    report: request.report === undefined ? undefined : paths.resolve(request.report),
    machine: { runtime, threads },
  };
}

/** The notes of a checkpoint that a job wrote; a `file` error for another program's. */
export function readNotes(path: string, notes: unknown): CheckpointNotes {
  const found = z.safeParse(schema, notes).data;
  if (found) return found;
  throw new UserError("file", `${path} was written by another program, which does not say where its pictures are.`);
}

/** The progress in a checkpoint's notes, with the digests of the job's pictures; undefined if the notes have none. */
export function readProgress(
  notes: unknown,
): (NonNullable<CheckpointNotes["progress"]> & { readonly digests: readonly string[] }) | undefined {
  const { pictures, progress } = z.safeParse(schema, notes).data ?? {};
  return pictures && progress && { ...progress, digests: listRoles(pictures).map(({ sha256 }) => sha256) };
}
