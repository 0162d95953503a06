/** Continues from the checkpoint of another job: with other settings, other paintings, or at a larger size. */
import { UserError } from "../../errors.ts";
import type { Size } from "../../image/image.ts";
import { givenSettings } from "../../settings/changes.ts";
import { checkPresent, type Parts } from "../../settings/parts.ts";
import type { Label } from "../../settings/settings.ts";
import { carriedSettings } from "../../transfer/checkpoint/carry.ts";
import type { Checkpoint } from "../../transfer/checkpoint/checkpoint.ts";
import type { StartEvent } from "../../transfer/events.ts";
import type { JobFiles } from "../files.ts";
import { readNotes } from "../record/notes.ts";
import type { JobRequest } from "../request.ts";
import type { PreparedJob } from "./job.ts";
import { findPictures, picturesWith } from "./recorded-pictures.ts";

/** The job that continues from the checkpoint at `path`, with the same photo; paintings and masks may differ. */
export async function carriedJob(
  path: string,
  request: JobRequest,
  files: JobFiles,
  label: Label,
  parts: Parts,
): Promise<PreparedJob> {
  const { checkpoint, notes, slots, digest, problem } = await files.readCheckpoint(path);
  const { start, content, ...given } = request.pictures ?? {};
  if (start) {
    const why = "it starts with the image of the checkpoint";
    throw new UserError("usage", `${label("init")}: a job cannot be carried on like that: ${why}.`);
  }
  const { pictures: recorded, tile } = readNotes(slots.path, notes);
  checkPresent(checkpoint.settings, parts);
  const settings = carriedSettings(checkpoint, { tile, ...request.settings }, label, parts);
  const search = { folder: files.paths.dirname(slots.path), files, label };
  const photo = await findPictures({ content: recorded.content, style: [] }, content && { content }, search);
  // Masks of former paintings do not apply to new ones.
  const { style, mask, styleMask } = recorded;
  const wanted = { style, mask, ...(!given.style && { styleMask }) };
  const { pictures, others } = await picturesWith(wanted, recorded, given, search);
  const { step, steps } = checkpoint;
  return {
    request,
    pictures: { ...photo, ...pictures },
    settings,
    given: givenSettings(settings),
    from: checkpoint,
    origin: { name: files.paths.basename(slots.path), sha256: digest, step, steps },
    remarks: (begun) => [
      ...(problem ? [problem] : []),
      beginningText(begun, checkpoint),
      ...others.map((other) => `Note: ${other} is not the picture that it was made of until then.`),
    ],
  };
}

/** How the job continues, in a sentence. */
function beginningText({ levels, from }: StartEvent, { step, steps, size }: Checkpoint): string {
  const text = ({ width, height }: Size) => `${width}x${height}`;
  const where = `from step ${step} of ${steps} at ${text(size)}`;
  const [first] = levels;
  if (first!.width > size.width) return `Carrying on ${where}; the next level is ${text(first!)}.`;
  return `Going on ${where}${from?.optimizer === "reset" ? "; the optimiser begins anew" : ""}.`;
}

/** Whether the job of the checkpoint at `path` paints a photo; a texture's does not. Errors: `file`. */
export async function hasPhoto(path: string, files: JobFiles): Promise<boolean> {
  const { notes, slots } = await files.readCheckpoint(path);
  return readNotes(slots.path, notes).pictures.content !== undefined;
}
