/** Resumes a stopped job from its checkpoint, with the result of an uninterrupted run. */
import { givenSettings } from "../../settings/changes.ts";
import { checkPresent, type Parts } from "../../settings/parts.ts";
import { type Label, parseSettings } from "../../settings/settings.ts";
import { version } from "../../version.ts";
import type { JobFiles } from "../files.ts";
import { readNotes } from "../record/notes.ts";
import { isMadeOf } from "../record/record.ts";
import type { JobRequest } from "../request.ts";
import type { PreparedJob } from "./job.ts";
import { findPictures } from "./recorded-pictures.ts";

/** The rest of the job whose checkpoint is at `path`. */
export async function resumedJob(
  path: string,
  request: JobRequest,
  files: JobFiles,
  label: Label,
  parts: Parts,
): Promise<PreparedJob> {
  const { join, dirname, basename, resolve } = files.paths;
  const { checkpoint, notes, slots: store, problem } = await files.readCheckpoint(path);
  const { tile, origin, rest, version: before, pictures: recorded } = readNotes(store.path, notes);
  const folder = dirname(store.path);
  const pictures = await findPictures(recorded, request.pictures, { folder, files, label });
  // Paths in a file are not trusted: the report is written beside the checkpoint.
  const beside = rest.report === undefined ? undefined : join(folder, basename(rest.report));
  const elsewhere = beside !== undefined && request.report === undefined && resolve(beside) !== rest.report;
  const given = request.output || {};
  const output = given.path ?? (rest.output.path === "-" ? "-" : join(folder, basename(rest.output.path)));
  const named = [given.path === undefined ? output : undefined, request.report === undefined ? beside : undefined];
  for (const name of named)
    if (name !== undefined && name !== "-") await files.checkWritable(name, { force: true, streams: false });
  checkPresent(checkpoint.settings, parts);
  const settings = parseSettings({ ...givenSettings(checkpoint.settings), tile }, String, parts);
  const { checkpoint: wanted, machine } = request;
  return {
    request: {
      ...request,
      output: { ...rest.output, ...defined(given), path: output },
      snapshots: rest.snapshots,
      checkpoint: wanted === false ? false : { ...rest.checkpoint, ...defined(wanted ?? {}) },
      report: request.report ?? beside,
      machine: { ...rest.machine, ...defined(machine ?? {}) },
    },
    pictures,
    settings,
    given: givenSettings(settings),
    resume: { checkpoint, store },
    origin,
    replaces: (name) => isMadeOf(name, recorded, files),
    remarks: ({ runtime }) => [
      ...(problem ? [problem] : []),
      ...(elsewhere ? [`The report goes to ${beside}; to go on with another: ${label("report")} PAGE.`] : []),
      `Going on after step ${checkpoint.step} of ${checkpoint.steps}.`,
      ...(runtime !== checkpoint.runtime
        ? [`Note: it began on ${checkpoint.runtime} and goes on on ${runtime}; the last bits may differ.`]
        : []),
      ...(before !== version
        ? [`Note: it began with pastiche ${before}, this is ${version}; the result may differ.`]
        : []),
    ],
  };
}

/** Without what is undefined. */
function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
