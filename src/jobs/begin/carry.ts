/** A job is carried on to a larger size, from its last state. */
import { UserError } from "../../errors.ts";
import { givenSettings } from "../../settings/changes.ts";
import { carriedSettings } from "../../transfer/checkpoint/carry.ts";
import type { JobFiles } from "../files.ts";
import type { Label } from "../pictures.ts";
import { readNotes } from "../record/notes.ts";
import type { JobRequest } from "../request.ts";
import type { BegunJob } from "./job.ts";
import { findPictures } from "./recorded-pictures.ts";

/** The job that goes on from the checkpoint at `path` at a larger size. */
export async function carriedJob(path: string, request: JobRequest, files: JobFiles, label: Label): Promise<BegunJob> {
  const { checkpoint, notes, slots, digest, problem } = await files.readCheckpoint(path);
  if (request.pictures?.start) {
    const why = "it starts with the image of the checkpoint";
    throw new UserError("usage", `${label("init")}: a job cannot be carried on like that: ${why}.`);
  }
  const { pictures: recorded, tile } = readNotes(slots.path, notes);
  const { start: _, ...needed } = recorded;
  const settings = carriedSettings(checkpoint, { tile, ...request.settings }, label);
  const folder = files.paths.dirname(slots.path);
  const pictures = await findPictures(needed, request.pictures, { folder, files, label });
  const { step, steps, size } = checkpoint;
  return {
    request,
    pictures,
    settings,
    given: givenSettings(settings),
    from: checkpoint,
    origin: { name: files.paths.basename(slots.path), sha256: digest, step, steps },
    remarks({ levels }) {
      const at = (of: typeof size) => `${of.width}x${of.height}`;
      const line = `Carrying on from step ${step} of ${steps} at ${at(size)}; the next level is ${at(levels[0]!)}.`;
      return problem ? [problem, line] : [line];
    },
  };
}

/** Whether the job of the checkpoint at `path` paints a photo; a texture's does not. Errors: `file`. */
export async function hasPhoto(path: string, files: JobFiles): Promise<boolean> {
  const { notes, slots } = await files.readCheckpoint(path);
  return readNotes(slots.path, notes).pictures.content !== undefined;
}
