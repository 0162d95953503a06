/** Prepares a request: the files of its pictures, its complete settings, and its checkpoint. */
import { UserError } from "../../errors.ts";
import { givenSettings } from "../../settings/changes.ts";
import { type Label, parseSettings } from "../../settings/settings.ts";
import { checkParts, type OwnParts } from "../../transfer/parts.ts";
import type { JobFiles } from "../files.ts";
import type { JobRequest } from "../request.ts";
import { adoptedCheckpoint } from "./adopt.ts";
import { carriedJob } from "./carry.ts";
import type { PreparedJob } from "./job.ts";
import { replayedJob } from "./replay.ts";
import { resumedJob } from "./resume.ts";

/** The job of a request. Errors: `usage`, `picture`, `file`. */
export async function beginJob(
  request: JobRequest,
  files: JobFiles,
  label: Label,
  parts: OwnParts = {},
): Promise<PreparedJob> {
  checkParts(parts);
  const { resume, from, replay } = request;
  if ([resume, from, replay].filter((one) => one !== undefined).length > 1)
    throw new UserError("usage", "A job goes on with one thing: resume, from or replay.");
  if (resume !== undefined) return resumedJob(resume, request, files, label, parts);
  if (from !== undefined) return carriedJob(from, request, files, label, parts);
  if (replay !== undefined) return replayedJob(replay, request, files, label, parts);
  const { style = [], ...others } = request.pictures ?? {};
  if (style.length === 0) throw new UserError("usage", "A job needs a painting, or several.");
  const pictures = { ...others, style };
  const settings = parseSettings(request.settings, label, parts);
  const adopted = await adoptedCheckpoint(request, pictures, settings, files);
  return { request, pictures, settings, given: adopted ? undefined : givenSettings(settings), resume: adopted };
}
